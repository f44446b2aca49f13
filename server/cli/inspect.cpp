// oscine inspect: loads one model, through its card or bare, and tells all about it.
#include <iostream>

#include "models/model.hpp"
#include "server/cli/answer_text.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/json.hpp"
#include "server/cli/table.hpp"
#include "server/config/config.hpp"

namespace server {

namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorCode;
using Facts = std::vector<std::pair<std::string, std::string>>;

/// All that is known about one model, before it is printed one way or the other.
struct Report {
  models::Card card;
  fs::path card_file;  ///< empty: no card describes the file
  std::string engine, sha256;
  bool stateful = false;
  std::vector<models::Method> methods;
  std::vector<models::AttributeCard> attributes;
  Facts facts;
  std::vector<std::string> offered;  ///< every method of the file
};

bool is_card(const fs::path& file) { return file.extension() == ".yaml" || file.extension() == ".yml"; }

bool is_file(const fs::path& file) {
  std::error_code error;
  return fs::is_regular_file(file, error);
}

/// The card of a model file: one of the same name beside it, or the folder's card.yaml where that names it. Empty:
/// none. Fails: kMalformed, when such a card is there and is wrong.
base::Result<fs::path> card_of(const fs::path& file) {
  auto same_name = file;
  if (is_file(same_name.replace_extension(".yaml"))) return same_name;
  const auto beside = file.parent_path() / "card.yaml";
  if (!is_file(beside)) return fs::path();
  const auto card = read_card(beside);
  if (!card) return card.error();
  std::error_code error;
  return !card->file.empty() && fs::equivalent(card->file, file, error) ? beside : fs::path();
}

base::Status read_file(models::Engine& engine, Report& report) {
  auto program = engine.load(report.card);
  if (!program) return Error{program.error().code, report.card.name + ": " + program.error().message};
  report.facts = (*program)->facts();
  report.offered = (*program)->methods();
  report.engine = engine.version();
  if (report.card.file.empty()) return {};
  auto hash = models::sha256(report.card.file);
  if (!hash) return hash.error();
  report.sha256 = *hash;
  return {};
}

base::Result<Report> with_card(const fs::path& card_file) {
  auto card = read_card(card_file);
  if (!card) return card.error();
  const auto model = models::load(*card);
  if (!model) return model.error();
  Report report{*card, card_file, {}, {}, (*model)->stateful(), {}, {}, {}, {}};
  report.methods.assign((*model)->methods().begin(), (*model)->methods().end());
  report.attributes.assign((*model)->attributes().begin(), (*model)->attributes().end());
  if (auto read = read_file((*model)->engine(), report); !read) return read.error();
  report.facts = (*model)->facts();  // of the one that is served
  return report;
}

base::Result<Report> without_card(const fs::path& file) {
  const auto engine = models::open_engine("torch");
  if (!engine) return engine.error();
  (*engine)->prepare_thread();
  Report report;
  report.card.name = file.stem().string();
  report.card.file = file;
  if (auto read = read_file(**engine, report); !read) return read.error();
  return report;
}

base::Result<Report> look_at(const fs::path& given) {
  const auto file = fs::absolute(given).lexically_normal();
  if (!is_file(file)) return Error{ErrorCode::kUnknown, "there is no file " + given.string()};
  if (is_card(file)) return with_card(file);
  const auto card = card_of(file);
  if (!card) return card.error();
  return card->empty() ? without_card(file) : with_card(*card);
}

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

/// "2 → 16", "sound → labels", "sound → frames of 521"
std::string shape(const models::Method& method) {
  const auto heard = std::string(answer_text(method.answer));
  if (heard.empty()) return std::to_string(method.in_channels) + " → " + std::to_string(method.out_channels);
  const bool frames = method.answer == models::Answer::kFrames;
  return "sound → " + heard + (frames ? " of " + std::to_string(method.out_channels) : "");
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
  if (!report.card_file.empty())
    fact("state", report.stateful ? "one copy for each session" : "none: one copy serves all");
  fact("rate", card.model_rate == 0 ? "" : number_text(static_cast<float>(card.model_rate)) + " frames per second");
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
  if (!report.card_file.empty()) return;
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
  json.key("measured").open('{').key("runs").whole(static_cast<std::int64_t>(timing.runs));
  json.key("p50_us").number(timing.p50.count()).key("p95_us").number(timing.p95.count());
  json.key("p99_us").number(timing.p99.count()).key("p999_us").number(timing.p999.count()).close('}').close('}');
}

void write_texts(JsonWriter& json, std::string_view key, const std::vector<std::string>& texts) {
  json.key(key).open('[');
  for (const auto& text : texts) json.text(text);
  json.close(']');
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
  json.key("stateful").boolean(report.stateful).key("model_rate").number(card.model_rate).key("methods").open('[');
  for (const auto& method : report.methods) write_method(json, method);
  json.close(']').key("attributes").open('[');
  for (const auto& one : report.attributes) {
    json.open('{').key("name").text(one.name).key("types").text(one.types);
    json.key("min").number(one.min).key("max").number(one.max).close('}');
  }
  json.close(']');
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
