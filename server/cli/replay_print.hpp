#pragma once
#include <istream>
#include <ostream>

#include "server/record/replay.hpp"

namespace server {

/// Every packet of a recording on a line: its time in seconds, where it came from or went, what it says. The exit code.
int print_recording(std::istream& in, std::ostream& out);
/// What a replay found, for a person.
void print_replayed(const Replayed& replayed, std::ostream& out);
std::string json_of(const Replayed& replayed);

}  // namespace server
