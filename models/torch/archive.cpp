#include "archive.hpp"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace models {

namespace {

// Exports store their weights as they are and compress their text alone: more than this above its size is none.
constexpr std::uint64_t kMostMore = std::uint64_t{256} << 20U;
constexpr std::uint32_t kEndMark = 0x06054b50, kEnd64Mark = 0x06064b50, kEntryMark = 0x02014b50;
constexpr std::size_t kEndSize = 22, kLocatorSize = 20, kEnd64Size = 56, kEntrySize = 46, kMostComment = 65535;
constexpr std::uint64_t kMostDirectory = std::uint64_t{64} << 20U;

using Bytes = std::vector<unsigned char>;

std::uint64_t number(const Bytes& bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = size; i-- > 0;) value = value << 8U | bytes[at + i];
  return value;
}

std::optional<Bytes> read(std::ifstream& file, std::uint64_t at, std::uint64_t size) {
  Bytes bytes(static_cast<std::size_t>(size));
  file.clear();
  file.seekg(static_cast<std::streamoff>(at));
  if (!file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size))) return std::nullopt;
  return bytes;
}

struct Directory {
  std::uint64_t at = 0, size = 0;
};

/// Where the list of entries stands; nothing where this is no archive.
std::optional<Directory> find_directory(std::ifstream& file, std::uint64_t length) {
  const auto tail_size = std::min<std::uint64_t>(length, kEndSize + kMostComment + kLocatorSize);
  const auto tail = read(file, length - tail_size, tail_size);
  if (!tail || tail->size() < kEndSize) return std::nullopt;
  for (std::size_t at = tail->size() - kEndSize + 1; at-- > 0;) {
    if (number(*tail, at, 4) != kEndMark) continue;
    Directory found{number(*tail, at + 16, 4), number(*tail, at + 12, 4)};
    if (found.at != 0xffffffff && found.size != 0xffffffff) return found;
    if (at < kLocatorSize) return std::nullopt;
    const auto end64 = read(file, number(*tail, at - kLocatorSize + 8, 8), kEnd64Size);
    if (!end64 || number(*end64, 0, 4) != kEnd64Mark) return std::nullopt;
    return Directory{number(*end64, 48, 8), number(*end64, 40, 8)};
  }
  return std::nullopt;
}

/// What an entry unpacks to, its extra field of 64 bits included. @param at  of the entry
std::uint64_t unpacked(const Bytes& list, std::size_t at) {
  const std::uint64_t size = number(list, at + 24, 4);
  if (size != 0xffffffff) return size;
  const std::size_t extra = at + kEntrySize + number(list, at + 28, 2);
  const std::size_t end = std::min<std::size_t>(list.size(), extra + number(list, at + 30, 2));
  for (std::size_t field = extra; field + 12 <= end; field += 4 + number(list, field + 2, 2)) {
    if (number(list, field, 2) == 1) return number(list, field + 4, 8);
  }
  return size;
}

}  // namespace

base::Status check_archive(const std::filesystem::path& path) {
  std::error_code error;
  const auto length = std::filesystem::file_size(path, error);
  std::ifstream file(path, std::ios::binary);
  if (error || !file) return {};
  const auto directory = find_directory(file, length);
  if (!directory || directory->size > std::min<std::uint64_t>(length, kMostDirectory)) return {};
  const auto list = read(file, directory->at, directory->size);
  if (!list) return {};
  std::uint64_t total = 0;
  for (std::size_t at = 0; at + kEntrySize <= list->size() && number(*list, at, 4) == kEntryMark;) {
    const auto one = unpacked(*list, at);
    if (one > length + kMostMore || (total += one) > length + kMostMore) {
      return base::Error{base::ErrorCode::kModelFailed, path.filename().string() + " would unpack to more than " +
                                                            std::to_string((length + kMostMore) >> 20U) +
                                                            " MB; that is no export of a model"};
    }
    at += kEntrySize + number(*list, at + 28, 2) + number(*list, at + 30, 2) + number(*list, at + 32, 2);
  }
  return {};
}

}  // namespace models
