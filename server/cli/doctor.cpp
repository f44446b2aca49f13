// oscine doctor: what on this machine keeps oscine from serving, or from serving well, and what to do about each.
#include "server/cli/doctor.hpp"

#include <cstdlib>
#include <iostream>

#include "models/engine.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/json.hpp"
#include "server/cli/osc_peer.hpp"
#include "server/cli/text.hpp"
#include "server/net/listening.hpp"

namespace server {

namespace {

using Verdict = Finding::Verdict;

constexpr int kPatienceMs = 500;

std::string name_of(Verdict verdict) {
  return verdict == Verdict::kOk ? "ok" : verdict == Verdict::kWarn ? "warn" : "fail";
}

/// The version of the oscine that answers there; empty: none does.
std::string oscine_at(const Endpoint& endpoint) {
  const bool any = endpoint.host == "0.0.0.0" || endpoint.host == "::";
  auto peer = OscPeer::open({endpoint.host.empty() || any ? "127.0.0.1" : endpoint.host, endpoint.port, kPatienceMs});
  if (!peer || !peer->hello()) return {};
  peer->bye();
  return peer->version();
}

void look_at_port(const Endpoint& endpoint, Findings& out) {
  asio::io_context io;
  const auto port = std::to_string(endpoint.port);
  if (endpoint.port == 0) {
    out.push_back({Verdict::kOk, "ports", "any free port", ""});
  } else if (const auto bound = bind_listening(io, endpoint)) {
    out.push_back({Verdict::kOk, "ports", "port " + port + " is free (" + bound->text() + ")", ""});
  } else if (const auto version = oscine_at(endpoint); !version.empty()) {
    out.push_back({Verdict::kOk, "ports", "oscine " + version + " is running on port " + port, ""});
  } else {
    const auto holder = holder_of(endpoint.port);
    out.push_back(
        {Verdict::kFail, "ports", bound.error().message.substr(0, bound.error().message.find(';')),
         (holder.empty() ? "end the program that has it" : "end " + holder) +
             ", or choose another: listen: " + std::to_string(endpoint.port == 65535 ? 7770 : endpoint.port + 1)});
  }
}

void look_at_engine(const Config& config, Findings& out) {
  bool wanted = false;
  for (const auto& model : config.models) wanted = wanted || model.card.engine == "torch";
  const auto engine = models::open_engine("torch");
  if (engine) {
    out.push_back({Verdict::kOk, "engine", (*engine)->version() + " is found and opens", ""});
  } else {
    out.push_back({wanted ? Verdict::kFail : Verdict::kWarn, "engine", engine.error().message,
                   "build or install oscine with LibTorch, or name its folder: OSCINE_ENGINE_PATH=…/lib/oscine"});
  }
}

void look_at_folder(const std::filesystem::path& folder, Findings& out) {
  std::error_code error;
  const std::filesystem::directory_iterator list(folder, error);
  if (!error) {
    out.push_back({Verdict::kOk, "folders", path_text(folder) + " can be read", ""});
  } else {
    out.push_back({Verdict::kWarn, "folders", path_text(folder) + " cannot be read: " + error.message(),
                   "make the folder, mount its disk, or let this user read it"});
  }
}

bool is_file(const std::filesystem::path& file) {
  std::error_code error;
  return std::filesystem::exists(file, error);
}

std::filesystem::path in_path(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::string rest = path == nullptr ? "" : path;
  while (!rest.empty()) {
    const auto end = std::min(rest.find(':'), rest.size());
    const auto file = std::filesystem::path(rest.substr(0, end)) / program;
    if (is_file(file)) return file;
    rest.erase(0, end + 1);
  }
  return {};
}

void show(const Findings& findings) {
  for (const auto& one : findings) {
    std::cout << "  " << name_of(one.verdict) << std::string(6 - name_of(one.verdict).size(), ' ')
              << printable(one.text) << "\n";
    if (!one.advice.empty()) std::cout << "        → " << printable(one.advice) << "\n";
  }
}

void show_json(const Findings& findings) {
  JsonWriter json;
  json.open('[');
  for (const auto& one : findings) {
    json.open('{').key("topic").text(one.topic).key("verdict").text(name_of(one.verdict));
    json.key("text").text(one.text).key("advice").text(one.advice).close('}');
  }
  std::cout << json.close(']').str() << "\n";
}

}  // namespace

void look_at_ports(const Config& config, Findings& out) {
  for (const auto& endpoint : config.listen) look_at_port(endpoint, out);
}

void look_at_models(const Config& config, Findings& out) {
  look_at_engine(config, out);
  for (const auto& folder : config.model_folders) look_at_folder(folder, out);
  for (const auto& folder : config.file_folders) look_at_folder(folder, out);
  for (const auto& model : config.models) {
    const auto checked = check_file(model.card);
    if (checked) {
      out.push_back({Verdict::kOk, "models", *checked, ""});
    } else {
      out.push_back({Verdict::kFail, "models", checked.error().message,
                     "put the file there that its card was written for, or mend the card"});
    }
  }
  if (config.models.empty()) {
    out.push_back({Verdict::kWarn, "models", "no model is named: nothing can be asked", "name one under `models:`"});
  }
}

void look_at_hosts(Findings& out) {
  const char* home = std::getenv("HOME");
  const std::filesystem::path documents = std::filesystem::path(home == nullptr ? "" : home) / "Documents";
  const std::string how = "; README.md, \"From a host\", shows what to send";
  const auto say = [&](const std::string& host, const std::filesystem::path& found) {
    const auto text = found.empty() ? host + " is not on this machine" : host + ": " + found.string() + how;
    out.push_back({Verdict::kOk, "hosts", text, ""});
  };
  std::filesystem::path max;
  for (const char* version : {"Max 9", "Max 8"}) {
    if (max.empty() && is_file(documents / version / "Packages")) max = documents / version / "Packages";
  }
  say("Max", max);
  const std::filesystem::path pd_of_mac = "/Applications/Pd.app", sc_of_mac = "/Applications/SuperCollider.app";
  say("Pure Data", is_file(pd_of_mac) ? pd_of_mac : in_path("pd"));
  say("SuperCollider", is_file(sc_of_mac) ? sc_of_mac : in_path("sclang"));
}

int doctor(const DoctorOptions& options) {
  Findings findings;
  const auto config = read_config(options.config);
  if (config) {
    findings.push_back({Verdict::kOk, "config", path_text(config->file) + " is read", ""});
    look_at_ports(*config, findings);
    look_at_models(*config, findings);
  } else {
    findings.push_back({Verdict::kFail, "config", config.error().message, "docs/configuration.md has every key"});
  }
  look_at_hosts(findings);
  look_at_system(config ? *config : Config{}, findings);
  options.json ? show_json(findings) : show(findings);
  std::size_t fails = 0, warns = 0;
  for (const auto& one : findings) {
    fails += one.verdict == Verdict::kFail;
    warns += one.verdict == Verdict::kWarn;
  }
  if (!options.json) {
    std::cout << (fails > 0   ? std::to_string(fails) + " to mend before it serves as configured"
                  : warns > 0 ? "it will serve; " + std::to_string(warns) + " could be better"
                              : "all is well")
              << "\n";
  }
  return fails > 0 ? 1 : 0;
}

}  // namespace server
