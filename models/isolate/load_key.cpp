#include <sodium.h>

#include <array>

#include "card_pack.hpp"
#include "models/model.hpp"

namespace models {

// Of the card, all that the load depends on; neither what it is called, where it lies, nor what is told about it.
base::Result<std::string> load_key(const Card& card) {
  std::string file;
  if (!card.file.empty()) {
    auto hash = sha256(card.file);
    if (!hash) return hash.error();
    file = std::move(*hash);
  }
  Card bare = card;
  bare.name.clear();
  bare.file.clear();
  bare.sha256 = file;
  bare.about.clear();
  bare.licence.clear();
  bare.authors.clear();
  bare.links.clear();
  Packer packed;
  put(packed, bare);
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  const auto bytes = packed.spilled();
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  std::array<char, 2 * crypto_hash_sha256_BYTES + 1> text{};
  sodium_bin2hex(text.data(), text.size(), hash.data(), hash.size());
  return std::string(text.data());
}

}  // namespace models
