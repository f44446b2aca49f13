#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/validate.hpp"

namespace protocol {

struct Blob {
  Bytes bytes;
};
struct TimeTag {
  std::uint64_t ntp;  ///< seconds since 1900 in the high half, 2^-32 s in the low half; 1 means "immediately"
};
struct Nil {};
struct Impulse {};
/// A type that we know the size of and have no use for: c r m [ ].
struct Other {
  char tag;
};

/// One argument as it came. Texts and blobs look into the packet.
using Argument =
    std::variant<std::int32_t, float, std::string_view, Blob, std::int64_t, double, bool, TimeTag, Nil, Impulse, Other>;

/// One message of a packet. Valid only inside the callback of Reader::read.
struct MessageView {
  std::string_view address;
  std::span<const Argument> arguments;
  Bytes bytes;  ///< the message itself, without the bundle around it
};

/// Opens packets. Keeps its argument buffer between calls, so that a steady stream allocates nothing.
/// Thread: one caller at a time.
class Reader {
 public:
  using Sink = std::function<void(const MessageView&)>;

  /// Hands each message to `sink`, bundles opened, in order; time tags are ignored.
  /// `packet` must have passed validate(). An empty bundle gives nothing.
  void read(Bytes packet, const Sink& sink);

 private:
  void read_message(Bytes message, const Sink& sink);
  std::vector<Argument> arguments_;
};

/// "an integer", "a number", "a text", "a blob", "a time tag": how an argument is called in a sentence.
std::string_view name_of(const Argument& argument);

/// True for an address that no method may have, since it holds one of `space # * , ? [ ] { }`: well formed, and
/// answered by nothing.
bool is_pattern(std::string_view address);

/// Writes one message into a buffer of its own. The only types that we send: i f s b.
///   Writer w; w.begin("/oscine/v1/done").integer(id).text(address); send(w.end());
/// Thread: one caller at a time.
class Writer {
 public:
  Writer& begin(std::string_view address);
  /// Values beyond +-2^24 are our own broken promise: asserted; a release build holds them at the limit, so that a
  /// counter that ran for weeks cannot end a show.
  Writer& integer(std::int64_t value);
  /// All 32 bits: for receivers that are known to read them (node ids of scsynth).
  Writer& whole(std::int32_t value);
  /// Infinities become the largest float (a range without an end). NaN is asserted; a release build writes 0.
  Writer& number(double value);
  Writer& numbers(std::span<const float> values);
  /// Zero bytes end a text on the wire: what follows one is left out.
  Writer& text(std::string_view value);
  Writer& blob(Bytes value);
  /// Bytes that end() would give now.
  std::size_t size() const;
  /// @return the packet; valid until the next end().
  Bytes end();

 private:
  /// Takes note of `count` arguments that need `size` bytes.
  void tag(char type, std::size_t count, std::size_t size);
  void pack_all();

  std::string address_;
  std::string tags_;
  std::vector<std::byte> arguments_;  // as given, in the machine's byte order, until all is known
  std::size_t size_ = 0;              // bytes that the arguments take on the wire
  std::vector<std::byte> buffer_;     // grows only; end() gives its beginning
};

}  // namespace protocol
