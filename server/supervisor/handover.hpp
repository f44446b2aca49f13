#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "protocol/message.hpp"
#include "server/core/keeper.hpp"

namespace server {

/// What the supervisor gives to a serving process as it starts, as length-prefixed OSC packets in a file without a
/// name: the same messages that travel on the line between them later (line.hpp).
///   /config text                                            the configuration as it was when it was last read well
///   /client number key implied ip port local replyPort door mtu name scope shown
///   /aside model why
///   /restarts count
///   /known key                                              a model that was loaded well (trials.hpp)
struct Handover {
  std::string config;
  Inheritance inherited;
};

void write(const KnownClient& client, protocol::Writer& writer);
/// Fails: kMalformed.
base::Result<KnownClient> read_client(const protocol::MessageView& message);

std::vector<std::byte> pack(const Handover& handover);
/// Fails: kMalformed; our own other half wrote it, so this is a broken promise of the program.
base::Result<Handover> unpack_handover(std::span<const std::byte> bytes);

}  // namespace server
