#pragma once
#include <set>
#include <string>

#include "protocol/message.hpp"

namespace server {

/// What a packet may hold to be shown: as wide as TCP ever is.
inline constexpr protocol::Limits kWidest{.bytes = 1U << 26, .arguments = 1U << 24};

/// A packet as a person reads it: `/oscine/v1/hello 1 7771 "max"`, the messages of a bundle with ` | ` between them, or
/// how many bytes are no OSC and why. Floats are told exactly. Safe to print. Thread: [any].
/// @param most  arguments of a message; where there are more, their count follows
std::string packet_text(protocol::Bytes packet, std::size_t most = 16);

/// One message; the arguments at `hidden` as `*`.
std::string message_text(const protocol::MessageView& message, std::size_t most, const std::set<std::size_t>& hidden);

}  // namespace server
