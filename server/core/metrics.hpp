#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "server/core/figures.hpp"
#include "server/core/histogram.hpp"

namespace server {

/// How busy this process has been since it was last asked.
class CpuMeter {
 public:
  /// Per cent of one core since the last call, at most once a second anew.
  double percent(base::Time now);

 private:
  base::Time since_{};
  double used_s_ = 0;
  double percent_ = 0;
};

/// What `/status` and the figures tell. Thread: [net].
struct Metrics {
  Histogram answers;  ///< from a request's arrival to its answer
  std::uint64_t packets = 0;
  std::uint64_t malformed = 0;  ///< packets that are no OSC
  std::uint64_t strangers = 0;  ///< packets of senders that `allow` does not name
  std::uint64_t refused = 0;    ///< 429
  std::uint64_t failed = 0;     ///< every other failure told
  std::uint64_t late = 0;       ///< work that expired before its turn
  CpuMeter cpu;
  Latencies answered;  ///< as `answers`, since the start
  std::map<std::string, ModelCounts, std::less<>> models;

  void count_answer(base::Duration took, base::Time now) {
    answers.add(took, now);
    answered.add(took);
  }
  void count_call(std::string_view model, base::Duration took, bool it_failed);
};

}  // namespace server
