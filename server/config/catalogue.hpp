#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace server {

/// One model that a catalogue offers.
struct CatalogueEntry {
  std::string name;        ///< 1..64 of a-z 0-9 _ - . , not beginning with '.': it becomes a file's name
  std::string kind;        ///< as in a card, or empty
  std::string file;        ///< where the model is: a URL or a path, complete or relative to the index
  std::string ending;      ///< of that file, with the dot: ".ts"
  std::string sha256;      ///< 64 hex digits
  std::uint64_t size = 0;  ///< bytes of it
  std::string card;        ///< where its card is; empty: it comes without
  std::string card_sha256;
  std::string licence, about;
};

/// http://… or https://…
bool is_url(std::string_view text);

/// Reads the index of a catalogue (docs/configuration.md, "A catalogue"): YAML, so JSON will do. No name comes twice.
/// @param where  the URL or path it came from, for sentences.  Fails: kMalformed with the line.
base::Result<std::vector<CatalogueEntry>> parse_catalogue(const std::string& text, const std::string& where);

}  // namespace server
