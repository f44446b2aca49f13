#include "server/core/card_path.hpp"

#include "server/core/open_folder.hpp"

namespace server {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorCode;

namespace {

base::Result<fs::path> card_of(const fs::path& found) {
  std::error_code error;
  if (fs::is_directory(found, error)) {
    if (fs::exists(found / "card.yaml", error)) return found / "card.yaml";
    return Error{ErrorCode::kUnknown, "the folder '" + found.filename().string() + "' holds no card.yaml"};
  }
  if (found.extension() == ".yaml" || found.extension() == ".yml") return found;
  auto card = found;
  card.replace_extension(".yaml");
  if (fs::exists(card, error)) return card;
  if (is_model_file(found)) return found;  // says itself how it streams
  return Error{ErrorCode::kUnknown, "'" + found.filename().string() + "' has no card beside it; write " +
                                        card.filename().string() + " (docs/cards.md)"};
}

}  // namespace

base::Result<ModelConfig> card_below(const std::string& name, const std::string& path,
                                     const std::vector<fs::path>& folders) {
  auto found = file_below(path, folders, {"model_folders", "no folder is open for loading"});
  if (!found) return found.error();
  auto file = card_of(*found);
  if (!file) return file.error();
  if (!lies_below(*file, folders)) {
    return Error{ErrorCode::kForbidden, "the card of '" + path + "' does not lie in the model folders"};
  }
  ModelConfig config;
  if (is_model_file(*file)) {
    config = bare_model(*file);
  } else {
    auto card = read_card(*file);
    if (!card) return card.error();
    config.card = std::move(*card);
    config.card_file = *file;
  }
  config.card.name = name;
  return config;
}

base::Result<ModelConfig> read_again(const ModelConfig& config) {
  if (config.card_file.empty()) return config;
  auto card = read_card(config.card_file);
  if (!card) return card.error();
  ModelConfig again = config;
  card->name = config.card.name;
  again.card = std::move(*card);
  return again;
}

}  // namespace server
