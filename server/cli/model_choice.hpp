#pragma once
#include <filesystem>
#include <string>

#include "base/result.hpp"
#include "models/card.hpp"

namespace server {

/// The card that a person means by `text`: a card.yaml, a folder with one, a model file with its card beside it, or
/// the name of a model of the configuration (which is read only then).
/// Fails: kUnknown (nothing of these; the nearest name is told), or as read_card and read_config.
base::Result<models::Card> choose_card(const std::string& text, const std::filesystem::path& config);

}  // namespace server
