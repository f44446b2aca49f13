#pragma once
#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace models {

template <class T>
concept Plain = std::is_arithmetic_v<T> || std::is_enum_v<T>;

/// Writes values one behind the other, as this machine has them in memory: first into room that others read, and all
/// of it into memory of its own once that room is too small.
class Packer {
 public:
  Packer() = default;
  explicit Packer(std::span<std::byte> room) : room_(room) {}

  void raw(const void* from, std::size_t bytes) {
    if (own_.empty() && bytes <= room_.size() - size_) {
      if (bytes > 0) std::memcpy(room_.data() + size_, from, bytes);
      size_ += bytes;
      return;
    }
    spill(static_cast<const std::byte*>(from), bytes);
  }
  std::size_t size() const { return size_; }
  /// It did not fit the room: what is there instead.
  std::span<const std::byte> spilled() const { return own_; }

 private:
  void spill(const std::byte* from, std::size_t bytes);

  std::span<std::byte> room_;
  std::vector<std::byte> own_;
  std::size_t size_ = 0;
};

/// Reads them again, in the same order, each once: whoever wrote them may be writing still. What is not there, or is
/// longer than all that is left, makes the whole bad; what is read from then on is empty.
class Unpacker {
 public:
  explicit Unpacker(std::span<const std::byte> bytes) : left_(bytes) {}

  bool raw(void* to, std::size_t bytes) {
    good_ = good_ && bytes <= left_.size();
    if (!good_) return false;
    if (bytes > 0) std::memcpy(to, left_.data(), bytes);
    left_ = left_.subspan(bytes);
    return true;
  }
  /// How many things of at least so many bytes follow.
  std::size_t count(std::size_t least_bytes) {
    std::uint64_t count = 0;
    raw(&count, sizeof count);
    good_ = good_ && count <= left_.size() / std::max<std::size_t>(least_bytes, 1);
    return good_ ? static_cast<std::size_t>(count) : 0;
  }
  bool good() const { return good_; }
  /// Everything was there, and nothing more.
  bool done() const { return good_ && left_.empty(); }
  void spoil() { good_ = false; }

 private:
  std::span<const std::byte> left_;
  bool good_ = true;
};

// One pair of functions for each type; those of a struct follow from each other by `fields`.

template <Plain T>
void put(Packer& out, T value) {
  out.raw(&value, sizeof value);
}
template <Plain T>
void get(Unpacker& in, T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    std::uint8_t byte = 0;
    in.raw(&byte, 1);
    value = byte != 0;
  } else {
    in.raw(&value, sizeof value);
  }
}

inline void put(Packer& out, std::string_view text) {
  put(out, std::uint64_t{text.size()});
  out.raw(text.data(), text.size());
}
inline void put(Packer& out, const std::string& text) { put(out, std::string_view(text)); }
inline void get(Unpacker& in, std::string& text) {
  text.resize(in.count(1));
  in.raw(text.data(), text.size());
}

inline void put(Packer& out, const std::filesystem::path& path) { put(out, std::string_view(path.native())); }
inline void get(Unpacker& in, std::filesystem::path& path) {
  std::string text;
  get(in, text);
  path = text;
}

template <class A, class B>
void put(Packer& out, const std::pair<A, B>& pair);
template <class A, class B>
void get(Unpacker& in, std::pair<A, B>& pair);
template <class... T>
void put(Packer& out, const std::variant<T...>& value);
template <class... T>
void get(Unpacker& in, std::variant<T...>& value);

/// Numbers in one piece.
template <Plain T>
void put(Packer& out, std::span<const T> numbers) {
  put(out, std::uint64_t{numbers.size()});
  out.raw(numbers.data(), numbers.size_bytes());
}
template <class T>
void put(Packer& out, const std::vector<T>& list) {
  if constexpr (Plain<T>) {
    put(out, std::span<const T>(list));
  } else {
    put(out, std::uint64_t{list.size()});
    for (const auto& one : list) put(out, one);
  }
}
template <class T>
void get(Unpacker& in, std::vector<T>& list) {
  if constexpr (Plain<T>) {
    list.resize(in.count(sizeof(T)));
    in.raw(list.data(), list.size() * sizeof(T));
  } else {
    list.clear();
    for (auto left = in.count(1); left > 0 && in.good(); --left) get(in, list.emplace_back());
  }
}

template <class T>
void put(Packer& out, const std::optional<T>& value) {
  put(out, value.has_value());
  if (value) put(out, *value);
}
template <class T>
void get(Unpacker& in, std::optional<T>& value) {
  bool there = false;
  get(in, there);
  value.reset();
  if (there) get(in, value.emplace());
}

template <class A, class B>
void put(Packer& out, const std::pair<A, B>& pair) {
  put(out, pair.first);
  put(out, pair.second);
}
template <class A, class B>
void get(Unpacker& in, std::pair<A, B>& pair) {
  get(in, pair.first);
  get(in, pair.second);
}

template <class... T>
void put(Packer& out, const std::variant<T...>& value) {
  put(out, static_cast<std::uint8_t>(value.index()));
  std::visit([&out](const auto& one) { put(out, one); }, value);
}
template <class... T>
void get(Unpacker& in, std::variant<T...>& value) {
  std::uint8_t index = 0;
  get(in, index);
  if (index >= sizeof...(T)) return in.spoil();
  std::uint8_t at = 0;
  const auto one = [&]<class Kind>(std::in_place_type_t<Kind>) {
    if (at++ == index) get(in, value.template emplace<Kind>());
  };
  (one(std::in_place_type<T>), ...);
}

template <class... T>
void put_all(Packer& out, const T&... values) {
  (put(out, values), ...);
}
template <class... T>
void get_all(Unpacker& in, T&... values) {
  (get(in, values), ...);
}

inline void put(Packer& out, const base::Status& status) {
  put(out, status.has_value());
  if (!status) put_all(out, status.error().code, status.error().message);
}
inline base::Status get_status(Unpacker& in) {
  bool good = false;
  get(in, good);
  if (good || !in.good()) return {};
  base::Error error{base::ErrorCode::kModelFailed, ""};
  get_all(in, error.code, error.message);
  return error;
}

}  // namespace models
