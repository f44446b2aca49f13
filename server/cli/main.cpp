// The table of contents of `oscine`: what each command takes, and who does it.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "models/engine.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/text.hpp"
#include "server/supervisor/process.hpp"
#include "server/supervisor/worker_process.hpp"
#include "version.hpp"

namespace {

// That of the folder one is in, as in a clone; else the one that was installed with this program.
std::filesystem::path default_config() {
  const std::filesystem::path here = "config/default.yaml";
  const auto installed = server::program_path().parent_path().parent_path() / "share/oscine" / here;
  std::error_code error;
  return !std::filesystem::exists(here, error) && std::filesystem::exists(installed, error) ? installed : here;
}

void add_daemon(CLI::App& command, server::DaemonAddress& daemon) {
  command.add_option("--host", daemon.host, "where the daemon is (127.0.0.1)");
  command.add_option("-p,--port", daemon.port, "its port (7770)")->check(CLI::Range(1, 65535));
  command.add_option("--timeout", daemon.timeout_ms, "how long to wait for an answer, ms (3000)")
      ->check(CLI::Range(1, 600000));
}

void add_serving(CLI::App& command, server::ServeOptions& serve) {
  command.add_option("config", serve.config, "the configuration (config/default.yaml)");
  command.add_option("--listen", serve.listen, "PORT or HOST:PORT, instead of the configuration's; 0: any free port")
      ->allow_extra_args(false);  // or a configuration that follows would be taken for one more
  command.add_option("--log-level", serve.log_level, "trace debug info warn error off")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}));
  command.add_flag("--log-json", serve.log_json, "log lines as JSON");
  command.add_option("--port-file", serve.port_file, "write the port here once it is open");
  command.add_option("--fds", serve.descriptors, "bound sockets handed in by the parent: 3,4,5")->delimiter(',');
  command.add_flag("--force", serve.record_over, "replace the recording of that name");
  command.add_flag("--record-again", serve.record_again)->group("");  // a process that replaces one that recorded
}

void add_catalogue(CLI::App& command, server::CatalogueOptions& options) {
  command.add_option("models", options.models, "their names in the catalogue")->required();
  command.add_option("-c,--config", options.config, "the configuration (config/default.yaml)");
}

void add_proxy(CLI::App& command, server::ProxyOptions& proxy) {
  command.add_option("-l,--listen", proxy.listen, "PORT or HOST:PORT that hosts send to (7780); 0: any free port");
  command.add_option("--to", proxy.to, "PORT or HOST:PORT of the daemon (7770)");
  command.add_option("--answers", proxy.answers, "REPLY:PORT, for hosts that name a reply port: REPLY goes on to PORT");
  const std::pair<const char*, const char*> impairments[] = {
      {"delay", "ms: 20, uniform:0:95, exponential:20, or bursts:30:200 (30 long, every 200)"},
      {"cap", "no packet is delayed for longer, ms (1000)"},
      {"loss", "share that never comes: 2%"},
      {"duplicate", "share that comes twice: 5%"},
      {"reorder", "share that changes places with the next packet: 5%"}};
  for (const auto& [name, help] : impairments) {
    command.add_option_function<std::string>(
        std::string("--") + name,
        [&proxy, name = name](const std::string& text) { proxy.both.emplace_back(name, text); }, help);
  }
  command.add_option("--up", proxy.up, "of what goes to the daemon alone: NAME=VALUE, such as loss=0; may come again")
      ->allow_extra_args(false);
  command.add_option("--down", proxy.down, "of what comes from it alone")->allow_extra_args(false);
  command.add_option("--seed", proxy.seed, "another seed, another weather (1)");
  command.add_option("--port-file", proxy.port_file, "write the port here once it is open");
}

int run(int argc, char** argv) {
  CLI::App app{"Neural models for live music, answered over OSC.", "oscine"};
  app.require_subcommand(1);
  app.set_version_flag("--version", [] {
    return std::string("oscine ") + kVersion + " (commit " + kCommit + ", LibTorch " +
           std::string(models::torch_version()) + ")";
  });
  int code = 0;

  server::ServeOptions serve;
  const auto standard = serve.config = default_config();
  auto* serving = app.add_subcommand("serve", "load the models of a configuration and answer");
  add_serving(*serving, serve);
  serving->add_flag("--alone", serve.alone, "one process, and nobody to start it again (for debuggers)");
  serving->add_option("--supervised", serve.supervised)->delimiter(',')->group("");
  serving->add_option("--record", serve.record, "write everything that arrives and leaves to this file");
  serving->callback([&] { code = server::serve(serve); });

  std::vector<int> worker;
  auto* working = app.add_subcommand("worker", "what serves one isolated model")->group("");
  working->add_option("--of", worker)->delimiter(',')->required();
  working->callback([&] {
    if (const auto wrong = server::run_worker(worker); !wrong) code = server::refuse(wrong.error());
  });

  server::ServeOptions record;
  record.config = standard;
  auto* recording = app.add_subcommand("record", "serve, and write everything that arrives and leaves to a file");
  recording->add_option("file", record.record, "the recording; must not exist")->required();
  add_serving(*recording, record);
  recording->callback([&] { code = server::serve(record); });

  server::ReplayOptions replay;
  auto* replaying = app.add_subcommand("replay", "run a recording again, and compare what is answered");
  replaying->add_option("file", replay.file, "what oscine record wrote")->required();
  replaying->add_option("-c,--config", replay.config, "a configuration instead of the recorded one");
  replaying->add_flag("--print", replay.print, "list the packets of the recording, and run nothing");
  replaying->add_flag("--json", replay.json, "as JSON")->excludes("--print");
  replaying->callback([&] { code = server::replay(replay); });

  auto checked = standard;
  auto* checking = app.add_subcommand("check", "read a configuration, its cards and files; say what is wrong");
  checking->add_option("config", checked, "the configuration (config/default.yaml)");
  checking->callback([&] { code = server::check(checked); });

  server::DoctorOptions doctor;
  doctor.config = standard;
  auto* examining = app.add_subcommand("doctor", "look over this machine; say what to do where something is amiss");
  examining->add_option("config", doctor.config, "the configuration (config/default.yaml)");
  examining->add_flag("--json", doctor.json, "as JSON");
  examining->callback([&] { code = server::doctor(doctor); });

  server::ModelsOptions models;
  models.config = standard;
  auto* listing = app.add_subcommand("models", "list the models of a configuration");
  listing->add_option("config", models.config, "the configuration (config/default.yaml)");
  listing->add_flag("--available", models.available, "those of its catalogue, which oscine fetch brings");
  listing->add_flag("--json", models.json, "as JSON");
  listing->callback([&] { code = server::list_models(models); });

  server::CatalogueOptions fetch;
  fetch.config = standard;
  auto* fetching = app.add_subcommand("fetch", "bring models of the catalogue into the model folder");
  add_catalogue(*fetching, fetch);
  fetching->add_flag("--force", fetch.force, "replace a file of that name with other content");
  fetching->callback([&] { code = server::fetch(fetch); });

  server::CatalogueOptions remove;
  remove.config = standard;
  auto* removing = app.add_subcommand("remove", "take models of the catalogue out of the model folder");
  add_catalogue(*removing, remove);
  removing->add_flag("--force", remove.force, "also a file that is not the catalogue's");
  removing->callback([&] { code = server::remove(remove); });

  server::InspectOptions inspect;
  auto* inspecting = app.add_subcommand("inspect", "load a model or a card and tell all about it");
  inspecting->add_option("file", inspect.file, "a card.yaml, or a model file")->required();
  inspecting->add_flag("--json", inspect.json, "as JSON");
  inspecting->callback([&] { code = server::inspect(inspect); });

  std::filesystem::path carded;
  auto* carding = app.add_subcommand("card", "print a card for a model file, to start from");
  carding->add_option("file", carded, "a model file")->required();
  carding->callback([&] { code = server::write_card(carded); });

  server::FileOptions file;
  file.config = standard;
  auto* hearing = app.add_subcommand("file", "tell what a model hears in sound files");
  hearing->add_option("model", file.model, "a card.yaml, its folder, or a model of the configuration")->required();
  hearing->add_option("files", file.files, "WAV, AIFF, FLAC, Ogg …, of any rate")->required();
  hearing->add_option("-c,--config", file.config, "the configuration (config/default.yaml)");
  hearing->add_option("-m,--method", file.method, "what is asked of it (the model's first method)");
  hearing->add_option("--top", file.top, "labels of one answer, best first");
  hearing->add_option("--threshold", file.threshold, "what scores less is not told");
  hearing->add_option("--set", file.settings, "another setting: NAME=VALUE; may come again")->allow_extra_args(false);
  hearing->add_flag("--json", file.json, "as JSON");
  hearing->add_flag("--csv", file.csv, "as CSV with a head")->excludes("--json");
  hearing->callback([&] { code = server::file(file); });

  server::RenderOptions render;
  render.config = standard;
  auto* rendering = app.add_subcommand("render", "run a sound file through a model into another file");
  rendering->add_option("in", render.in, "WAV, AIFF, FLAC, Ogg …, with as many channels as the model takes")
      ->required();
  rendering->add_option("out", render.out, "*.wav, *.aiff or *.flac; replaced where it exists")->required();
  rendering->add_option("--model", render.model, "a model file, a card, its folder, or a model of the configuration")
      ->required();
  rendering->add_option("-c,--config", render.config, "the configuration (config/default.yaml)");
  rendering->add_option("-m,--method", render.method, "what is asked of it (the model's first method)");
  rendering->add_option("--set", render.settings, "block=4096, or an attribute: NAME=VALUE; may come again")
      ->allow_extra_args(false);
  rendering->add_option("--at", render.changes, "an attribute from a time on: 3.2s NAME=VALUE; may come again")
      ->allow_extra_args(false);
  rendering->add_option("--kernels", render.kernels, "auto: also kernels of our own, where they are quicker (off)")
      ->check(CLI::IsMember({"auto", "off"}));
  rendering->callback([&] { code = server::render(render); });

  server::ComposeOptions compose;
  compose.config = standard;
  auto* composing = app.add_subcommand("compose", "let a model write a melody into a MIDI file, and draw it");
  composing->add_option("out", compose.out, "*.mid; replaced where it exists, and a picture beside it, *.svg")
      ->required();
  composing->add_option("--model", compose.model, "a card, its folder, or a model of the configuration")->required();
  composing->add_option("--seed", compose.seed, "a MIDI file that it goes on from");
  composing->add_option("--bars", compose.bars, "how long (16)")->check(CLI::Range(1, 1000));
  composing->add_option("-c,--config", compose.config, "the configuration (config/default.yaml)");
  composing->add_option("--set", compose.settings, "an attribute: temperature=0.8; may come again")
      ->allow_extra_args(false);
  composing->callback([&] { code = server::compose(compose); });

  server::StatusOptions status;
  auto* asking = app.add_subcommand("status", "ask a running daemon how it is");
  add_daemon(*asking, status.daemon);
  asking->add_flag("--json", status.json, "as JSON");
  asking->callback([&] { code = server::status(status); });

  server::SendOptions send;
  auto* sending = app.add_subcommand("send", "send one message to a running daemon and print what comes back");
  add_daemon(*sending, send.daemon);
  sending->add_option("address", send.address, "/synth/update, or a short one: open is /oscine/v1/open with an id")
      ->required();
  sending->add_option("arguments", send.arguments, "its arguments: whole numbers, numbers and texts are recognised");
  sending->add_option("-t,--types", send.types, "their types instead, one letter each: i f s");
  sending->add_option("-l,--listen", send.listen,
                      "hear answers on this port, where an alias sends its own (any free port)");
  sending->positionals_at_end();
  sending->callback([&] { code = server::send(send); });

  server::WatchOptions watch;
  auto* watching = app.add_subcommand("watch", "show live what the sessions of a running daemon hear");
  add_daemon(*watching, watch.daemon);
  watching->add_option("-m,--model", watch.model, "only sessions of this model");
  watching->add_flag("--lines", watch.lines, "a line for each event, also on a terminal");
  watching->callback([&] { code = server::watch(watch); });

  server::ProxyOptions proxy;
  auto* between = app.add_subcommand("proxy", "stand between hosts and a daemon, and be a bad network (UDP)");
  add_proxy(*between, proxy);
  between->callback([&] { code = server::proxy(proxy); });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int wrong = app.exit(error);
    return wrong == 0 ? 0 : 2;
  }
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "oscine: %s\n", error.what());
    return 1;
  }
}
