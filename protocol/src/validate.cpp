#include "protocol/validate.hpp"

#include <array>
#include <bit>
#include <cmath>

#include "base/time.hpp"

namespace protocol {
namespace {

constexpr std::array<char, 8> kBundle{'#', 'b', 'u', 'n', 'd', 'l', 'e', '\0'};
constexpr std::size_t kBundleHeader = 16;

std::uint32_t word(Bytes at) {
  return std::to_integer<std::uint32_t>(at[0]) << 24 | std::to_integer<std::uint32_t>(at[1]) << 16 |
         std::to_integer<std::uint32_t>(at[2]) << 8 | std::to_integer<std::uint32_t>(at[3]);
}

std::string_view view(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

std::string count(std::size_t n, std::string_view what) {
  return std::to_string(n) + ' ' + std::string(what) + (n == 1 ? "" : "s");
}

std::string argument(std::size_t index) { return "argument " + std::to_string(index + 1); }

std::string quoted(char c) {
  if (c > ' ' && c <= '~') return std::string("'") + c + '\'';
  constexpr char kHex[] = "0123456789abcdef";
  const auto u = static_cast<unsigned char>(c);
  return std::string("byte 0x") + kHex[u >> 4] + kHex[u & 15];
}

/// A text at the start of `rest`: its characters and the bytes that it takes with its zero and padding.
struct Text {
  std::string_view value;
  std::size_t size = 0;         // 0: the text is broken
  const char* fault = nullptr;  // how, as the end of a sentence
};

// Padding has to be zero: oscpack looks for the end of a text at each fourth byte only, so that a text with other
// padding would run on into what follows it. (liblo refuses such texts too.)
Text text_at(Bytes rest) {
  const auto chars = view(rest);
  const auto zero = chars.find('\0');
  if (zero == std::string_view::npos) return {{}, 0, "does not end"};
  const auto size = (zero + 4) & ~std::size_t{3};
  if (size > rest.size()) return {{}, 0, "ends inside its padding"};
  for (auto i = zero; i < size; ++i) {
    if (chars[i] != '\0') return {{}, 0, "is padded with something else than zeros"};
  }
  return {chars.substr(0, zero), size, nullptr};
}

/// The tags and the data of one message, as far as they could be told apart.
struct Parts {
  Text address;
  std::string_view tags;  // without the comma
  Bytes data;
};

class Walk {
 public:
  Walk(const Limits& limits, Malformed& why) : limits_(limits), why_(why) {}

  bool element(Bytes bytes, std::size_t depth) {
    const auto chars = view(bytes);
    if (chars.starts_with('/')) return message(bytes);
    if (chars.starts_with(std::string_view(kBundle.data(), kBundle.size()))) return bundle(bytes, depth);
    return fail("it starts with neither '/' nor #bundle: no OSC");
  }

  bool fail(std::string reason) {
    why_ = {};
    why_.reason = std::move(reason);
    return false;
  }

 private:
  bool bundle(Bytes bytes, std::size_t depth) {
    if (depth >= limits_.depth) return fail("bundles are nested deeper than " + std::to_string(limits_.depth));
    if (bytes.size() < kBundleHeader) return fail("a bundle ends inside its time tag");
    auto rest = bytes.subspan(kBundleHeader);
    for (std::size_t n = 1; !rest.empty(); ++n) {
      const std::size_t size = word(rest);  // every size is a multiple of 4, so that 4 bytes are there
      rest = rest.subspan(4);
      if (size < 4 || size % 4 != 0 || size > rest.size()) return element_size(n, size, rest.size());
      if (!element(rest.first(size), depth + 1)) return false;
      rest = rest.subspan(size);
    }
    return true;
  }

  bool element_size(std::size_t n, std::size_t size, std::size_t left) {
    const auto what = "element " + std::to_string(n) + " of a bundle says " + count(size, "byte");
    if (size > left) return fail(what + "; " + std::to_string(left) + " are left");
    return fail(what + "; a multiple of 4, and at least 4, is expected");
  }

  bool message(Bytes bytes) {
    if (++messages_ > limits_.messages) {
      return fail("the packet holds more than " + count(limits_.messages, "message"));
    }
    Parts parts;
    if (address(bytes, parts) && tags(bytes, parts) && data(parts)) return true;
    name_the_message(parts);
    return false;
  }

  bool address(Bytes bytes, Parts& parts) {
    const auto text = text_at(bytes);
    if (text.fault != nullptr) return fail(std::string("the address ") + text.fault);
    if (text.value.size() > limits_.address) {
      return fail("the address is longer than " + count(limits_.address, "byte"));
    }
    for (const char c : text.value) {
      if (c < ' ' || c > '~') return fail("the address holds " + quoted(c) + "; plain ASCII is expected");
    }
    parts.address = text;
    return true;
  }

  bool tags(Bytes bytes, Parts& parts) {
    const auto rest = bytes.subspan(parts.address.size);
    if (rest.empty()) return true;  // old senders leave out the tags of a message without arguments
    if (view(rest).front() != ',') return fail("data follows the address without type tags");
    const auto text = text_at(rest);
    if (text.fault != nullptr) return fail(std::string("the list of type tags ") + text.fault);
    parts.tags = text.value.substr(1);
    parts.data = rest.subspan(text.size);
    if (parts.tags.size() <= limits_.arguments) return true;
    return fail("the message has more than " + count(limits_.arguments, "argument"));
  }

  bool data(const Parts& parts) {
    auto rest = parts.data;
    std::size_t arrays = 0;
    for (std::size_t i = 0; i < parts.tags.size(); ++i) {
      const char tag = parts.tags[i];
      if (tag == '[') ++arrays;
      if (tag == ']' && arrays-- == 0) return fail(argument(i) + " closes an array that was not opened");
      if (!one(tag, i, rest)) return false;
    }
    if (arrays != 0) return fail(count(arrays, "array") + " not closed");
    if (!rest.empty()) return fail(count(rest.size(), "byte") + " left over after the last argument");
    return true;
  }

  /// One argument: takes its bytes off `rest`.
  bool one(char tag, std::size_t index, Bytes& rest) {
    switch (tag) {
      case 'T':
      case 'F':
      case 'N':
      case 'I':
      case '[':
      case ']':
        return true;
      case 'i':
      case 'c':
      case 'r':
      case 'm':
        return fixed(4, tag, index, rest);
      case 'h':
      case 't':
        return fixed(8, tag, index, rest);
      case 'f':
        return finite(rest, 4, 0x7f800000U, index) && fixed(4, tag, index, rest);
      case 'd':
        return finite(rest, 8, 0x7ff00000U, index) && fixed(8, tag, index, rest);
      case 's':
      case 'S':
        return text(index, rest);
      case 'b':
        return blob(index, rest);
      default:
        return fail(argument(index) + " has the type " + quoted(tag) + ", which OSC does not know");
    }
  }

  bool fixed(std::size_t size, char tag, std::size_t index, Bytes& rest) {
    if (rest.size() < size) {
      return fail(argument(index) + " (type " + tag + ") needs " + count(size, "byte") + "; " +
                  std::to_string(rest.size()) + " are left");
    }
    rest = rest.subspan(size);
    return true;
  }

  /// Too short is found by fixed(), which comes next.
  bool finite(Bytes rest, std::size_t size, std::uint32_t exponent, std::size_t index) {
    if (rest.size() < size || (word(rest) & exponent) != exponent) return true;
    const std::uint32_t low = size == 8 ? word(rest.subspan(4)) : 0;
    const bool infinite = (word(rest) & ~(exponent | 0x80000000U)) == 0 && low == 0;
    return fail(argument(index) + (infinite ? " is infinite" : " is not a number (NaN)"));
  }

  bool text(std::size_t index, Bytes& rest) {
    const auto found = text_at(rest);
    if (found.fault != nullptr) return fail(argument(index) + " is a text that " + found.fault);
    rest = rest.subspan(found.size);
    return true;
  }

  bool blob(std::size_t index, Bytes& rest) {
    if (rest.size() < 4) return fixed(4, 'b', index, rest);
    const std::size_t size = word(rest);
    const std::size_t left = rest.size() - 4;
    if (size > left) {
      return fail(argument(index) + " is a blob of " + count(size, "byte") + "; " + std::to_string(left) + " are left");
    }
    const auto padded = (size + 3) & ~std::size_t{3};
    if (padded > left) return fail(argument(index) + " is a blob that ends inside its padding");
    rest = rest.subspan(4 + padded);
    return true;
  }

  void name_the_message(const Parts& parts) {
    why_.address = parts.address.value;
    if (parts.tags.empty() || parts.data.size() < 4) return;
    const auto first = word(parts.data);
    if (parts.tags.front() == 'i') {
      why_.id = static_cast<std::int32_t>(first);
      why_.has_id = true;
    } else if (parts.tags.front() == 'f') {  // Pd sends every number as a float
      const auto number = std::bit_cast<float>(first);
      why_.has_id = number >= -base::kWireMax && number <= base::kWireMax && number == std::trunc(number);
      if (why_.has_id) why_.id = static_cast<std::int32_t>(number);
    }
  }

  const Limits& limits_;
  Malformed& why_;
  std::size_t messages_ = 0;
};

}  // namespace

bool validate(Bytes packet, const Limits& limits, Malformed& why) {
  Walk walk(limits, why);
  if (packet.empty()) return walk.fail("the packet is empty");
  if (packet.size() > limits.bytes) {
    return walk.fail("the packet has " + count(packet.size(), "byte") + "; " + std::to_string(limits.bytes) +
                     " is the most");
  }
  if (packet.size() % 4 != 0) {
    return walk.fail("the packet has " + count(packet.size(), "byte") + "; sizes in OSC are multiples of 4");
  }
  return walk.element(packet, 0);
}

}  // namespace protocol
