#pragma once
#include <cstdint>
#include <string>

#include "latencies.hpp"
#include "wire.hpp"

namespace bench {

/// `clients` sockets, each asking `requests` times, the next as soon as the answer is here; what is not answered within
/// 200 ms is sent again, the same bytes. Prints one JSON object: answered (ids with an answer), answers (all that
/// came), duplicates, resends, failed, and the round trips of the first answers. @return the exit code.
int many_clients(std::uint16_t port, int clients, int requests, const std::string& model, int inputs);

}  // namespace bench
