#include "server/cli/model_choice.hpp"

#include "protocol/schema.hpp"
#include "server/cli/text.hpp"
#include "server/config/config.hpp"

namespace server {

namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorCode;
using base::Result;
using models::Card;

bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

bool is_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

Result<Card> beside(const fs::path& file) {
  auto same_name = file;
  if (is_file(same_name.replace_extension(".yaml"))) return read_card(same_name);
  const auto of_folder = file.parent_path() / "card.yaml";
  if (is_file(of_folder)) {
    auto card = read_card(of_folder);
    if (!card || card->file == file || !is_model_file(file)) return card;
  }
  if (is_model_file(file)) return bare_model(file).card;
  return Error{ErrorCode::kUnknown, "no card describes " + file.string() + "; docs/cards.md says how to write one"};
}

std::string those_of(const Config& config, const std::string& asked) {
  std::vector<std::string_view> names;
  for (const auto& model : config.models) names.push_back(model.card.name);
  if (names.empty()) return "it has none";
  if (const auto near = protocol::nearest(asked, names); !near.empty()) {
    return "did you mean '" + std::string(near) + "'?";
  }
  std::string text = "it has";
  for (const auto name : names) text += (name == names.front() ? " " : ", ") + std::string(name);
  return text;
}

Result<Card> of_config(const std::string& name, const fs::path& file) {
  const auto config = read_config(file);
  if (!config) return config.error();
  for (const auto& model : config->models) {
    if (model.card.name == name) return model.card;
  }
  return Error{ErrorCode::kUnknown, "there is no model '" + printable(name) + "' in " + path_text(config->file) + "; " +
                                        those_of(*config, name)};
}

}  // namespace

Result<Card> choose_card(const std::string& text, const fs::path& config) {
  const fs::path path = text;
  if (is_file(path)) {
    const auto ending = path.extension();
    const auto file = fs::absolute(path).lexically_normal();
    return ending == ".yaml" || ending == ".yml" ? read_card(path) : beside(file);
  }
  if (is_folder(path) && is_file(path / "card.yaml")) return read_card(path / "card.yaml");
  if (is_model_name(text) && text.find('/') == std::string::npos && !text.ends_with(".yaml")) {
    return of_config(text, config);
  }
  if (is_folder(path)) return Error{ErrorCode::kUnknown, "the folder " + printable(text) + " holds no card.yaml"};
  return Error{ErrorCode::kUnknown, "there is no card, model file or folder " + printable(text)};
}

}  // namespace server
