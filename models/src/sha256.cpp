#include <sodium.h>

#include <array>
#include <fstream>

#include "models/model.hpp"

namespace models {

base::Result<std::string> sha256(const std::filesystem::path& file) {
  const auto unreadable = [&] { return base::Error{base::ErrorCode::kUnknown, "cannot read " + file.string()}; };
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) return unreadable();
  std::ifstream in(file, std::ios::binary);
  if (!in) return unreadable();
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  std::vector<char> block(std::size_t{1} << 16);
  while (in) {
    in.read(block.data(), static_cast<std::streamsize>(block.size()));
    crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>(block.data()),
                              static_cast<unsigned long long>(in.gcount()));
  }
  if (in.bad()) return unreadable();
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256_final(&state, digest.data());
  std::array<char, 2 * crypto_hash_sha256_BYTES + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
  return std::string(hex.data());
}

}  // namespace models
