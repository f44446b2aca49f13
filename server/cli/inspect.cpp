// oscine inspect: loads one model, through its card or bare, and tells all about it.
#include <iostream>

#include "models/model.hpp"
#include "server/cli/answer_text.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/json.hpp"
#include "server/cli/report.hpp"
#include "server/cli/stream_facts.hpp"
#include "server/cli/table.hpp"
#include "server/config/config.hpp"

namespace server {

namespace {

std::string range_text(float min, float max) {
  if (std::isinf(min) && std::isinf(max)) return "any";
  return number_text(min) + " … " + number_text(max);
}

std::string micros(models::Micros time) { return rounded(time.count()); }

void add_ports(Table& table, const std::string& direction, const std::vector<models::Port>& ports) {
  for (const auto& port : ports) {
    table.add({direction, port.name, range_text(port.min, port.max), port.unit,
               direction == "in" ? "default " + number_text(port.initial) : ""});
  }
}

/// "15600 samples (975 ms), every 7680 (480 ms)"; empty for a model that takes numbers.
std::string hears(const models::Card& card) {
  if (card.listen.window == 0 || card.model_rate == 0) return "";
  const auto length = [&](int samples) { return " (" + rounded(1000 * samples / card.model_rate) + " ms)"; };
  const auto& listen = card.listen;
  return std::to_string(listen.window) + " samples" + length(listen.window) + ", every " + std::to_string(listen.hop) +
         length(listen.hop);
}

/// "2 → 16", "sound → labels", "sound → frames of 521", "notes → notes"
std::string shape(const models::Method& method) {
  if (method.answer == models::Answer::kStream) return stream_shape(method);
  const auto heard = heard_shape(method.answer);
  if (heard.empty()) return std::to_string(method.in_channels) + " → " + std::to_string(method.out_channels);
  const bool frames = method.answer == models::Answer::kFrames;
  return heard + (frames ? " of " + std::to_string(method.out_channels) : "");
}

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& text : texts) out += (out.empty() ? "" : ", ") + text;
  return out;
}

std::string hash_text(const Report& report) {
  if (report.card_file.empty()) return report.sha256;
  return report.sha256 + (report.card.sha256.empty() ? " (the card names none)" : " (as the card says)");
}

void print_card(const Report& report) {
  const auto& card = report.card;
  std::cout << printable(card.name) << "\n";
  if (!card.about.empty()) std::cout << "  " << printable(card.about) << "\n";
  Table table;
  const auto fact = [&](const std::string& name, const std::string& text) {
    if (!text.empty()) table.add({name, text});
  };
  fact("kind", card.kind);
  fact("engine", report.engine);
  fact("card", report.card_file.empty() ? "none" : path_text(report.card_file));
  if (!card.file.empty()) fact("file", path_text(card.file) + ", " + size_text(bytes_in(card.file)));
  fact("sha256", report.sha256.empty() ? "" : hash_text(report));
  if (!report.methods.empty())
    fact("state", report.stateful ? "one copy for each session" : "none: one copy serves all");
  fact("process", card.isolate ? "its own" : "");
  if (card.kind == "stream") {
    for (const auto& [name, text] : stream_facts(card, report.script, report.methods)) fact(name, text);
  } else {
    fact("rate", card.model_rate == 0 ? "" : number_text(static_cast<float>(card.model_rate)) + " frames per second");
  }
  fact("hears", hears(card));
  fact("licence", card.licence);
  fact("authors", joined(card.authors));
  fact("links", joined(card.links));
  fact("labels", card.labels.empty() ? "" : std::to_string(card.labels.size()));
  table.print(std::cout, "  ");
}

void print_method(const models::Method& method) {
  const auto& timing = method.timing;
  std::cout << "\n"
            << method.name << ": " << shape(method) << ", measured here in " << timing.runs << " runs (µs): p50 "
            << micros(timing.p50) << ", p95 " << micros(timing.p95) << ", p99 " << micros(timing.p99) << ", p99.9 "
            << micros(timing.p999) << "\n";
  Table table;
  add_ports(table, "in", method.inputs);
  add_ports(table, "out", method.outputs);
  table.print(std::cout, "  ");
}

void print_text(const Report& report) {
  print_card(report);
  for (const auto& method : report.methods) print_method(method);
  if (!report.attributes.empty()) std::cout << "\nattributes\n";
  Table attributes;
  for (const auto& one : report.attributes) attributes.add({one.name, one.types, range_text(one.min, one.max)});
  attributes.print(std::cout, "  ");
  std::cout << "\nthe file says\n";
  Table facts;
  for (const auto& [name, text] : report.facts) facts.add({name, text});
  facts.print(std::cout, "  ");
  if (!report.card_file.empty() || !report.script.convention.empty()) return;
  auto card = report.card.file;
  std::cout << "\nNo card describes it; docs/cards.md says what " << path_text(card.replace_extension(".yaml"))
            << " would have to hold.\n";
}

void write_ports(JsonWriter& json, std::string_view key, const std::vector<models::Port>& ports, bool inputs) {
  json.key(key).open('[');
  for (const auto& port : ports) {
    json.open('{').key("name").text(port.name).key("unit").text(port.unit);
    json.key("min").number(port.min).key("max").number(port.max);
    if (inputs) json.key("default").number(port.initial);
    json.close('}');
  }
  json.close(']');
}

void write_method(JsonWriter& json, const models::Method& method) {
  const auto& timing = method.timing;
  json.open('{').key("name").text(method.name);
  write_ports(json, "inputs", method.inputs, true);
  write_ports(json, "outputs", method.outputs, false);
  json.key("in_channels").whole(method.in_channels).key("out_channels").whole(method.out_channels);
  if (method.answer == models::Answer::kStream) {
    json.key("in_ratio").whole(method.in_ratio).key("out_ratio").whole(method.out_ratio);
    json.key("block_samples").whole(method.block * method.in_ratio);
  }
  json.key("measured").open('{').key("runs").whole(static_cast<std::int64_t>(timing.runs));
  json.key("p50_us").number(timing.p50.count()).key("p95_us").number(timing.p95.count());
  json.key("p99_us").number(timing.p99.count()).key("p999_us").number(timing.p999.count()).close('}').close('}');
}

void write_texts(JsonWriter& json, std::string_view key, const std::vector<std::string>& texts) {
  json.key(key).open('[');
  for (const auto& text : texts) json.text(text);
  json.close(']');
}

void write_stream(JsonWriter& json, const Report& report) {
  const auto& script = report.script;
  json.key("stream").open('{').key("convention").text(script.convention).key("wrapped_in").text(script.wrapped_in);
  json.key("rate_from").text(script.rate_from).key("latency_samples").whole(report.card.stream.latency);
  write_texts(json, "buffers", script.buffers);
  write_texts(json, "hidden", script.hidden);
  if (!report.methods.empty()) {
    const auto& first = report.methods.front();
    const int samples = usual_samples(report.card, first);
    json.key("block_samples").whole(samples);
    json.key("lookahead_ms").number(recommended_lookahead_ms(report.card, first, samples));
  }
  json.close('}');
}

void print_json(const Report& report) {
  const auto& card = report.card;
  JsonWriter json;
  json.open('{').key("name").text(card.name).key("kind").text(card.kind).key("engine").text(report.engine);
  json.key("card").text(report.card_file.string()).key("file").text(card.file.string());
  json.key("sha256").text(report.sha256).key("about").text(card.about).key("licence").text(card.licence);
  write_texts(json, "authors", card.authors);
  write_texts(json, "links", card.links);
  write_texts(json, "labels", card.labels);
  json.key("stateful")
      .boolean(report.stateful)
      .key("isolate")
      .boolean(card.isolate)
      .key("model_rate")
      .number(card.model_rate)
      .key("methods")
      .open('[');
  for (const auto& method : report.methods) write_method(json, method);
  json.close(']').key("attributes").open('[');
  for (const auto& one : report.attributes) {
    json.open('{').key("name").text(one.name).key("types").text(one.types);
    json.key("min").number(one.min).key("max").number(one.max).close('}');
  }
  json.close(']');
  if (card.kind == "stream") write_stream(json, report);
  write_texts(json, "offered", report.offered);
  json.key("facts").open('{');
  for (const auto& [name, text] : report.facts) json.key(name).text(text);
  std::cout << json.close('}').close('}').str() << "\n";
}

}  // namespace

int inspect(const InspectOptions& options) {
  const auto report = look_at(options.file);
  if (!report) return refuse(report.error());
  if (options.json) {
    print_json(*report);
  } else {
    print_text(*report);
  }
  return 0;
}

}  // namespace server
