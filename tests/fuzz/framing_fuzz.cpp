// Any stream, in pieces whose sizes the first byte chooses: it never holds more than the limit, and what it gives fits.
#include <algorithm>
#include <cstdlib>

#include "protocol/framing.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kMost = 256;
  if (size == 0) return 0;
  const std::size_t step = 1 + data[0] % 16;
  protocol::Bytes rest{reinterpret_cast<const std::byte*>(data) + 1, size - 1};
  protocol::StreamDecoder decoder(kMost);
  const auto sink = [](protocol::Bytes packet) {
    if (packet.empty() || packet.size() > kMost) std::abort();
  };
  while (!rest.empty()) {
    const auto piece = rest.first(std::min(step, rest.size()));
    if (!decoder.feed(piece, sink)) break;
    if (decoder.pending() > kMost + 4) std::abort();
    rest = rest.subspan(piece.size());
  }
  return 0;
}
