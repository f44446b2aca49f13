#include "server/cli/report.hpp"

#include "models/engine.hpp"
#include "server/config/config.hpp"

namespace server {

namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorCode;

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
  report.script = (*program)->script();
  report.engine = engine.version();
  if (report.card.file.empty()) return {};
  auto hash = models::sha256(report.card.file);
  if (!hash) return hash.error();
  report.sha256 = *hash;
  return {};
}

/// A model as it is served. @param card_file  empty: the file needs none
base::Result<Report> as_served(const models::Card& card, const fs::path& card_file) {
  const auto model = models::load(card);
  if (!model) return model.error();
  Report report{(*model)->card(), card_file, {}, {}, (*model)->stateful(), {}, {}, {}, {}, {}};
  report.methods.assign((*model)->methods().begin(), (*model)->methods().end());
  report.attributes.assign((*model)->attributes().begin(), (*model)->attributes().end());
  if (auto read = read_file((*model)->engine(), report); !read) return read.error();
  report.facts = (*model)->facts();  // of the one that is served
  return report;
}

base::Result<Report> with_card(const fs::path& card_file) {
  const auto card = read_card(card_file);
  if (!card) return card.error();
  return as_served(*card, card_file);
}

base::Result<Report> without_card(const fs::path& file) {
  const auto engine = models::open_engine("torch");
  if (!engine) return engine.error();
  (*engine)->prepare_thread();
  Report report;
  report.card = bare_model(file).card;
  if (auto read = read_file(**engine, report); !read) return read.error();
  if (report.script.convention.empty()) report.card.kind.clear();
  return report;
}

}  // namespace

base::Result<Report> look_at(const fs::path& given) {
  const auto file = fs::absolute(given).lexically_normal();
  if (!is_file(file)) return Error{ErrorCode::kUnknown, "there is no file " + given.string()};
  if (is_card(file)) return with_card(file);
  const auto card = card_of(file);
  if (!card) return card.error();
  if (!card->empty()) return with_card(*card);
  auto plain = without_card(file);
  return plain && !plain->script.convention.empty() ? as_served(plain->card, {}) : std::move(plain);
}

}  // namespace server
