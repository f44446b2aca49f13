#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "server/config/config.hpp"

namespace server {

/// The card that `path` means, as model `name`: relative to one of `folders` or absolute, and below one of them once
/// all links are followed. A card, a folder with a card.yaml, or a file with a card of the same stem beside it. Fails:
/// kForbidden (outside the folders), kUnknown (nothing there), kMalformed (no card). Thread: [load].
base::Result<ModelConfig> card_below(const std::string& name, const std::string& path,
                                     const std::vector<std::filesystem::path>& folders);

/// The same model with its card read again from its file. Thread: [load].
base::Result<ModelConfig> read_again(const ModelConfig& config);

}  // namespace server
