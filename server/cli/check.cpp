// oscine check: reads a configuration and everything it names, and says what is wrong. Never opens LibTorch.
#include <iostream>

#include "models/engine.hpp"
#include "models/model.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/text.hpp"
#include "server/config/config.hpp"

namespace server {

namespace {

void ok(const std::string& text) { std::cout << "  ok    " << printable(text) << "\n"; }
void note(const std::string& text) { std::cout << "  note  " << printable(text) << "\n"; }

std::string counted(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

std::string host_and_port(const std::string& host, std::uint16_t port) {
  std::string text = host;
  if (host.find(':') != std::string::npos) text = "[" + text + "]";
  return port == 0 ? "a free port of " + text : text + ":" + std::to_string(port);
}

std::string endpoint_text(const Endpoint& endpoint) {
  if (!endpoint.host.empty()) return host_and_port(endpoint.host, endpoint.port);
  return host_and_port("127.0.0.1", endpoint.port) + " and " + host_and_port("::1", endpoint.port);
}

void show_network(const Config& config) {
  for (const auto& endpoint : config.listen) ok("listens on " + endpoint_text(endpoint) + ", UDP and TCP");
  for (const auto& range : config.allow) ok("hears " + range.text);
}

void show_folders(const Config& config) {
  for (const auto& folder : config.model_folders) {
    std::error_code error;
    if (std::filesystem::is_directory(folder, error)) {
      ok("/load may take models from " + path_text(folder));
    } else {
      note("/load finds nothing: there is no folder " + path_text(folder));
    }
  }
}

}  // namespace

base::Result<std::string> check_file(const models::Card& card) {
  if (card.file.empty()) return card.name + ": " + card.kind + ", engine " + card.engine + ", no file";
  std::error_code error;
  if (!std::filesystem::is_regular_file(card.file, error)) {
    return base::Error{base::ErrorCode::kUnknown, card.name + ": there is no file " + path_text(card.file)};
  }
  const auto found = models::sha256(card.file);
  if (!found) return base::Error{found.error().code, card.name + ": " + found.error().message};
  if (!card.sha256.empty() && *found != card.sha256) {
    return base::Error{base::ErrorCode::kModelFailed, card.name + ": " + path_text(card.file) +
                                                          " is not the file of its card: its sha256 is " + *found +
                                                          ", the card says " + card.sha256};
  }
  return card.name + ": " + path_text(card.file) + ", " + size_text(bytes_in(card.file)) +
         (card.sha256.empty() ? ", sha256 not checked (the card names none)" : ", sha256 as the card says");
}

namespace {

void show_alias(const Alias& alias) {
  std::string text = alias.address + (alias.port ? "@" + std::to_string(*alias.port) : "") + " asks " + alias.model +
                     (alias.method.empty() ? "" : " (" + alias.method + ")") + ", answers";
  for (const auto& [output, address] : alias.send) text += " " + address;
  const auto port = alias.to.port == 0 ? " at the port it sends from" : " at port " + std::to_string(alias.to.port);
  ok(text + " to " + (alias.to.to_sender ? "the sender" + port : host_and_port(alias.to.host, alias.to.port)));
}

void show_synth(const SynthConfig& synth) {
  ok(synth.address + "/play lets " + synth.model + " play " + synth.synth + " in scsynth at " +
     host_and_port(synth.to.host, synth.to.port) + ", " + std::to_string(synth.lookahead.count()) + " ms ahead" +
     (synth.autoplay ? ", from the start" : ""));
}

bool wants_torch(const Config& config) {
  for (const auto& model : config.models) {
    if (model.card.engine == "torch") return true;
  }
  return false;
}

}  // namespace

int check(const std::filesystem::path& file) {
  const auto config = read_config(file);
  if (!config) return refuse(config.error());
  std::cout << path_text(config->file) << "\n";
  show_network(*config);
  show_folders(*config);
  std::size_t wrong = 0;
  for (const auto& model : config->models) {
    const auto checked = check_file(model.card);
    if (checked) {
      ok(*checked);
      continue;
    }
    ++wrong;
    refuse(checked.error());
  }
  for (const auto& alias : config->aliases) show_alias(alias);
  for (const auto& synth : config->synths) show_synth(synth);
  if (config->models.empty()) note("no model is named: nothing can be asked");
  if (wants_torch(*config) && models::torch_version() == "none")
    note("this build has no LibTorch: engine torch cannot load");
  const auto what = counted(config->models.size(), "model") + ", " + std::to_string(config->aliases.size()) +
                    (config->aliases.size() == 1 ? " alias" : " aliases") +
                    (config->synths.empty() ? "" : ", " + counted(config->synths.size(), "synth"));
  std::cout << what << ": " << (wrong == 0 ? "all is well" : counted(wrong, "model") + " cannot be served") << "\n";
  return wrong == 0 ? 0 : 1;
}

}  // namespace server
