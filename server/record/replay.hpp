#pragma once
#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "server/config/config.hpp"
#include "server/log/log.hpp"
#include "server/record/comparison.hpp"

namespace server {

struct Replayed {
  std::string version, commit, began;  ///< of the recording
  std::int64_t lasted = 0;             ///< ns from its beginning to its last event
  std::uint64_t events = 0;            ///< of any kind: arrivals, finished jobs, timers …
  std::uint64_t packets = 0;           ///< that arrived
  std::uint64_t requests = 0;          ///< messages in them that ask for an answer
  Compared compared;
  std::vector<std::string> notes;  ///< sentences about what is not as it was: files, the end of the recording
};

/// Runs a recording again: the daemon of this program, with its real models, on the recording's time, chance and order
/// of work, all on the calling thread. Everything is dealt with in the order in which it was dealt with then: also
/// which job was finished between which packets, what came too late, and what was refused.
/// @param config  instead of the recorded one, where models lie elsewhere
/// Fails: kMalformed: no recording; or its configuration cannot be read here, with the reason.
base::Result<Replayed> replay(std::istream& in, std::optional<Config> config, Log& log);

}  // namespace server
