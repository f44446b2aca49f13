#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "protocol/validate.hpp"

namespace protocol {

/// How packets are told apart on a stream. OSC 1.0: an int32 length before each packet. OSC 1.1: SLIP (RFC 1055) with
/// an END on both sides.
enum class Framing { kUnknown, kLength, kSlip };

/// Takes a TCP stream apart. The framing is recognised by the first byte: 0x00 a length; 0xC0 (END), '/' or '#' SLIP.
/// A frame above `max_bytes` or a stream that starts with anything else fails, and the connection should be closed.
/// Memory grows with what has arrived, never with what a length promises.
/// Thread: one caller at a time.
class StreamDecoder {
 public:
  using Sink = std::function<void(Bytes)>;

  explicit StreamDecoder(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  /// Takes any piece of the stream, hands each complete packet to `sink`. Empty frames are passed over.
  /// Fails: kTooLarge, kMalformed; nothing more is read afterwards.
  base::Status feed(Bytes piece, const Sink& sink);

  Framing framing() const { return framing_; }
  /// Bytes of a frame that is not complete yet.
  std::size_t pending() const { return buffer_.size(); }

 private:
  base::Status feed_length(Bytes piece, const Sink& sink);
  void empty();
  base::Status feed_slip(Bytes piece, const Sink& sink);

  std::size_t max_bytes_;
  Framing framing_ = Framing::kUnknown;
  std::vector<std::byte> buffer_;
  bool escaped_ = false;
  std::optional<base::Error> failed_;  // the first failure; said again by every later feed()
};

/// Appends `packet`, framed, to `out`. kUnknown is written as kLength.
void frame(Framing framing, Bytes packet, std::vector<std::byte>& out);

}  // namespace protocol
