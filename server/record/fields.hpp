#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace server {

/// Writes the fields of a record: whole numbers seven bits at a time, the lowest first, with the high bit set on all
/// but the last byte; signed ones as 0, -1, 1, -2 …; texts and bytes after their length.
struct FieldWriter {
  std::string out;

  FieldWriter& whole(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
    out.push_back(static_cast<char>(value));
    return *this;
  }
  FieldWriter& signed_whole(std::int64_t value) {
    const auto doubled = static_cast<std::uint64_t>(value) << 1;
    return whole(value < 0 ? ~doubled : doubled);
  }
  FieldWriter& text(std::string_view value) {
    whole(value.size());
    out += value;
    return *this;
  }
  FieldWriter& bytes(std::span<const std::byte> value) {
    return text({reinterpret_cast<const char*>(value.data()), value.size()});
  }
  FieldWriter& raw(std::span<const std::uint8_t> value) {
    out.append(reinterpret_cast<const char*>(value.data()), value.size());
    return *this;
  }
  FieldWriter& skip(std::size_t count) {
    out.append(count, '\0');
    return *this;
  }
  /// 32 bits, the lowest byte first, into what was skipped.
  void fixed(std::size_t at, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i) out[at + i] = static_cast<char>(value >> (8 * i) & 0xff);
  }
};

/// Reads them. After a field that is not there, or a number that its type does not hold, everything is 0 or empty, and
/// ok() is false.
class FieldReader {
 public:
  explicit FieldReader(std::span<const std::byte> bytes) : left_(bytes) {}

  bool ok() const { return ok_; }
  bool empty() const { return left_.empty(); }

  template <class T>
  T whole() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto bits = byte();
      if (shift == 63 && bits > 1) break;
      value |= std::uint64_t{bits & 0x7fU} << shift;
      if ((bits & 0x80U) != 0) continue;
      if (!ok_ || value > std::numeric_limits<T>::max()) break;
      return static_cast<T>(value);
    }
    fail();
    return 0;
  }
  std::int64_t signed_whole() {
    const auto value = whole<std::uint64_t>();
    return static_cast<std::int64_t>((value & 1) != 0 ? ~(value >> 1) : value >> 1);
  }
  /// Of items that follow: never more than there are bytes left.
  std::uint64_t count() {
    const auto count = whole<std::uint64_t>();
    if (count <= left_.size()) return count;
    fail();
    return 0;
  }
  std::span<const std::byte> take(std::uint64_t count) {
    if (count > left_.size()) fail();
    if (!ok_) return {};
    const auto taken = left_.first(static_cast<std::size_t>(count));
    left_ = left_.subspan(static_cast<std::size_t>(count));
    return taken;
  }
  std::string text() {
    const auto taken = take(count());
    return {reinterpret_cast<const char*>(taken.data()), taken.size()};
  }
  std::vector<std::byte> bytes() {
    const auto taken = take(count());
    return {taken.begin(), taken.end()};
  }
  void raw(std::span<std::uint8_t> out) {
    const auto taken = take(out.size());
    std::transform(taken.begin(), taken.end(), out.begin(),
                   [](std::byte b) { return std::to_integer<std::uint8_t>(b); });
  }
  std::uint32_t fixed() {
    std::uint32_t value = 0;
    for (int shift = 0; shift < 32; shift += 8) value |= byte() << shift;
    return value;
  }

 private:
  std::uint32_t byte() {
    const auto taken = take(1);
    return taken.empty() ? 0U : std::to_integer<std::uint32_t>(taken.front());
  }
  void fail() {
    ok_ = false;
    left_ = {};
  }

  std::span<const std::byte> left_;
  bool ok_ = true;
};

}  // namespace server
