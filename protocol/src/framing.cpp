#include "protocol/framing.hpp"

#include <algorithm>
#include <string>

namespace protocol {
namespace {

constexpr std::byte kEnd{0xc0};
constexpr std::byte kEscape{0xdb};
constexpr std::byte kEscapedEnd{0xdc};
constexpr std::byte kEscapedEscape{0xdd};
constexpr std::size_t kLengthSize = 4;
constexpr std::size_t kKept = 65536;  // bytes of the buffer, between two frames

base::Error too_large(std::size_t max_bytes) {
  return {base::ErrorCode::kTooLarge, "a frame of the stream is larger than " + std::to_string(max_bytes) + " bytes"};
}

base::Error malformed(std::string message) { return {base::ErrorCode::kMalformed, std::move(message)}; }

Framing framing_of(std::byte first) {
  if (first == std::byte{0}) return Framing::kLength;
  if (first == kEnd || first == std::byte{'/'} || first == std::byte{'#'}) return Framing::kSlip;
  return Framing::kUnknown;
}

std::size_t length_of(Bytes bytes) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < kLengthSize; ++i) length = length << 8 | std::to_integer<std::size_t>(bytes[i]);
  return length;
}

}  // namespace

base::Status StreamDecoder::feed(Bytes piece, const Sink& sink) {
  if (failed_) return *failed_;
  if (piece.empty()) return {};
  if (framing_ == Framing::kUnknown) framing_ = framing_of(piece.front());
  if (framing_ == Framing::kUnknown) {
    failed_ = malformed("the stream starts with neither a length nor SLIP");
    return *failed_;
  }
  auto status = framing_ == Framing::kSlip ? feed_slip(piece, sink) : feed_length(piece, sink);
  if (!status) failed_ = status.error();
  return status;
}

base::Status StreamDecoder::feed_length(Bytes piece, const Sink& sink) {
  while (!piece.empty()) {
    const bool head = buffer_.size() < kLengthSize;
    const auto whole = head ? kLengthSize : kLengthSize + length_of(buffer_);
    const auto taken = piece.first(std::min(whole - buffer_.size(), piece.size()));
    buffer_.insert(buffer_.end(), taken.begin(), taken.end());
    piece = piece.subspan(taken.size());
    if (buffer_.size() < whole) return {};
    const auto length = length_of(buffer_);
    if (length > max_bytes_) return too_large(max_bytes_);
    if (head && length > 0) continue;
    if (length > 0) sink(Bytes(buffer_).subspan(kLengthSize));
    empty();
  }
  return {};
}

base::Status StreamDecoder::feed_slip(Bytes piece, const Sink& sink) {
  for (auto byte : piece) {
    if (byte == kEnd) {
      if (escaped_) return malformed("SLIP: a frame ends inside an escape");
      if (!buffer_.empty()) sink(buffer_);
      empty();
      continue;
    }
    if (escaped_) {
      if (byte != kEscapedEnd && byte != kEscapedEscape) return malformed("SLIP: an escape of no known byte");
      byte = byte == kEscapedEnd ? kEnd : kEscape;
      escaped_ = false;
    } else if (byte == kEscape) {
      escaped_ = true;
      continue;
    }
    if (buffer_.size() == max_bytes_) return too_large(max_bytes_);
    buffer_.push_back(byte);
  }
  return {};
}

// One large packet must not be paid for as long as the stream lives.
void StreamDecoder::empty() {
  if (buffer_.capacity() > kKept) {
    buffer_ = {};
  } else {
    buffer_.clear();
  }
}

void frame(Framing framing, Bytes packet, std::vector<std::byte>& out) {
  if (framing != Framing::kSlip) {
    for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::byte>(packet.size() >> shift & 0xff));
    out.insert(out.end(), packet.begin(), packet.end());
    return;
  }
  out.push_back(kEnd);
  for (const auto byte : packet) {
    if (byte == kEnd || byte == kEscape) {
      out.push_back(kEscape);
      out.push_back(byte == kEnd ? kEscapedEnd : kEscapedEscape);
    } else {
      out.push_back(byte);
    }
  }
  out.push_back(kEnd);
}

}  // namespace protocol
