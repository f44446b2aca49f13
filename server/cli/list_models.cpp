// oscine models: what a configuration serves, by its cards. Never opens LibTorch.
#include <iostream>

#include "server/cli/answer_text.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/json.hpp"
#include "server/cli/table.hpp"
#include "server/config/config.hpp"

namespace server {

namespace {

/// "2 → 16", "sound → labels", "notes → notes"; a card without methods leaves both to its file.
std::string shape(const models::Card& card) {
  if (card.methods.empty()) return "?";
  const auto& first = card.methods.front();
  if (auto heard = heard_shape(first.answer); !heard.empty()) return heard;
  return std::to_string(first.inputs.size()) + " → " + std::to_string(first.outputs.size());
}

std::string file_text(const models::Card& card) {
  if (card.file.empty()) return "no file";
  std::error_code error;
  if (!std::filesystem::is_regular_file(card.file, error)) return "missing";
  return size_text(bytes_in(card.file));
}

void print_table(const Config& config) {
  Table table({"name", "kind", "engine", "state", "process", "in → out", "licence", "file"});
  for (const auto& [card, card_file, trusted] : config.models) {
    table.add({card.name, card.kind, card.engine, card.state ? "session" : "stateless",
               card.isolate ? "its own" : "shared", shape(card), licence_text(card.licence), file_text(card)});
  }
  table.print(std::cout);
}

void write_ports(JsonWriter& json, std::string_view key, const std::vector<models::Port>& ports) {
  json.key(key).open('[');
  for (const auto& port : ports) json.text(port.name);
  json.close(']');
}

void write_model(JsonWriter& json, const ModelConfig& model) {
  const auto& card = model.card;
  json.open('{').key("name").text(card.name).key("kind").text(card.kind).key("engine").text(card.engine);
  json.key("state").text(card.state ? "session" : "stateless").key("trusted").boolean(model.trusted);
  json.key("isolate").boolean(card.isolate);
  json.key("licence").text(card.licence).key("about").text(card.about).key("card").text(model.card_file.string());
  std::error_code error;
  const bool present = std::filesystem::is_regular_file(card.file, error);
  json.key("file").text(card.file.string()).key("present").boolean(card.file.empty() || present);
  json.key("bytes").whole(static_cast<std::int64_t>(bytes_in(card.file))).key("methods").open('[');
  for (const auto& method : card.methods) {
    json.open('{').key("name").text(method.name);
    write_ports(json, "inputs", method.inputs);
    write_ports(json, "outputs", method.outputs);
    json.close('}');
  }
  json.close(']').close('}');
}

}  // namespace

int list_models(const ModelsOptions& options) {
  if (options.available) return list_available(options);
  const auto config = read_config(options.config);
  if (!config) return refuse(config.error());
  if (!options.json) {
    print_table(*config);
    return 0;
  }
  JsonWriter json;
  json.open('[');
  for (const auto& model : config->models) write_model(json, model);
  std::cout << json.close(']').str() << "\n";
  return 0;
}

}  // namespace server
