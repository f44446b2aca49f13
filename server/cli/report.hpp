#pragma once
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "models/model.hpp"

namespace server {

/// All that is known about one model, before it is printed one way or the other.
struct Report {
  models::Card card;
  std::filesystem::path card_file;  ///< empty: no card describes the file
  std::string engine, sha256;
  bool stateful = false;
  std::vector<models::Method> methods;
  std::vector<models::AttributeCard> attributes;
  std::vector<std::pair<std::string, std::string>> facts;
  std::vector<std::string> offered;  ///< every method of the file
  models::Script script;             ///< what the file says of itself
};

/// Loads a model through its card, or bare, and gathers all about it. Fails: in one sentence.
base::Result<Report> look_at(const std::filesystem::path& given);

}  // namespace server
