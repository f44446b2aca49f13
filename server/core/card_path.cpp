#include "server/core/card_path.hpp"

#include <algorithm>

namespace server {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorCode;

namespace {

bool below(const fs::path& path, const fs::path& folder) {
  const auto [end, rest] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return end == folder.end() || (std::next(end) == folder.end() && end->empty());
}

// What the file system says: links followed. Empty where there is nothing.
fs::path real(const fs::path& path) {
  std::error_code error;
  auto out = fs::canonical(path, error);
  return error ? fs::path() : out;
}

base::Result<fs::path> find_below(const std::string& path, const std::vector<fs::path>& folders) {
  if (folders.empty()) {
    return Error{ErrorCode::kForbidden, "no folder is open for loading; the configuration's model_folders lists them"};
  }
  const fs::path asked(path);
  const bool escapes = std::any_of(asked.begin(), asked.end(), [](const fs::path& part) { return part == ".."; });
  bool outside = asked.is_absolute() || escapes;  // then nobody learns whether the file exists
  for (const auto& folder : folders) {
    const auto root = real(folder);
    const auto found = real(asked.is_absolute() ? asked : folder / asked);
    if (root.empty() || found.empty()) continue;
    if (below(found, root)) return found;
    outside = true;
  }
  if (outside) return Error{ErrorCode::kForbidden, "'" + path + "' does not lie in the model folders"};
  return Error{ErrorCode::kUnknown, "there is no '" + path + "' in the model folders"};
}

// The card itself may be a link to somewhere else.
bool inside(const fs::path& file, const std::vector<fs::path>& folders) {
  const auto found = real(file);
  return std::any_of(folders.begin(), folders.end(), [&found](const fs::path& folder) {
    const auto root = real(folder);
    return !root.empty() && below(found, root);
  });
}

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
  return Error{ErrorCode::kUnknown, "'" + found.filename().string() + "' has no card beside it; write " +
                                        card.filename().string() + " (docs/cards.md)"};
}

}  // namespace

base::Result<ModelConfig> card_below(const std::string& name, const std::string& path,
                                     const std::vector<fs::path>& folders) {
  auto found = find_below(path, folders);
  if (!found) return found.error();
  auto file = card_of(*found);
  if (!file) return file.error();
  if (!inside(*file, folders)) {
    return Error{ErrorCode::kForbidden, "the card of '" + path + "' does not lie in the model folders"};
  }
  auto card = read_card(*file);
  if (!card) return card.error();
  ModelConfig config;
  config.card = std::move(*card);
  config.card.name = name;
  config.card_file = *file;
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
