#include "server/catalogue/transfer.hpp"

#include <array>
#include <filesystem>
#include <fstream>

#include "server/config/catalogue.hpp"

namespace server {

namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorCode;
using base::Result;

Result<Transferred> copy(const std::string& path, std::uint64_t from, std::uint64_t most, const Sink& sink) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return Error{ErrorCode::kUnknown, "there is no file " + path};
  std::ifstream file(path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(from));
  if (!file) return Error{ErrorCode::kUnknown, path + " cannot be read"};
  std::array<char, 65536> piece{};
  for (std::uint64_t done = 0; file; done += static_cast<std::uint64_t>(file.gcount())) {
    file.read(piece.data(), piece.size());
    const auto count = static_cast<std::size_t>(file.gcount());
    if (done + count > most) return Error{ErrorCode::kTooLarge, path + " is larger than announced"};
    if (!sink(std::span(piece).first(count))) break;
  }
  if (file.bad()) return Error{ErrorCode::kUnknown, path + " cannot be read"};
  return Transferred::kWhole;
}

}  // namespace

Result<std::string> address_from(const std::string& index, const std::string& address) {
  if (is_url(index)) {
    auto url = http::resolve(index, address);
    if (!url) return url;
    if (!is_url(*url))
      return Error{ErrorCode::kForbidden, *url + " is no address that a catalogue on the web may name"};
    if (index.starts_with("https://") && !url->starts_with("https://")) {
      return Error{ErrorCode::kForbidden, *url + " is not encrypted, and the catalogue is; it is not followed"};
    }
    return url;
  }
  if (is_url(address)) return address;
  return (fs::path(index).parent_path() / address).lexically_normal().string();
}

Result<Transferred> transfer(const std::string& address, std::uint64_t from, std::uint64_t most, const Sink& sink) {
  return is_url(address) ? http::transfer(address, from, most, sink) : copy(address, from, most, sink);
}

Result<std::string> small_text(const std::string& address, std::uint64_t most) {
  std::string text;
  const auto done = transfer(address, 0, most, [&](std::span<const char> bytes) {
    text.append(bytes.data(), bytes.size());
    return true;
  });
  if (!done) return done.error();
  return text;
}

}  // namespace server
