#pragma once
#include <cstdint>
#include <string>

namespace bench {

/// So many clients that ask on their own schedule (Poisson, `rate` requests a second in all, for `seconds`), whatever
/// is answered. A time runs from when a request was due to be sent, so that a late sender hides nothing. Prints one
/// JSON object: percentiles in microseconds of what was answered and of what was refused, and how many of each.
int open_clients(std::uint16_t port, int clients, double rate, double seconds, const std::string& model, int inputs);

}  // namespace bench
