#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "base/time.hpp"

namespace server {

/// Durations since the start, counted by upper bounds that a monitoring system can add up.
struct Latencies {
  /// Seconds. What took longer than the last is in `count` alone.
  static constexpr std::array kBounds{0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02,
                                      0.05,   0.1,    0.2,    0.5,   1.0,   2.0,   5.0};
  std::array<std::uint64_t, kBounds.size()> within{};  ///< each counts what is within it and above the one before
  std::uint64_t count = 0;
  double sum_s = 0;

  void add(base::Duration took) {
    const double seconds = std::chrono::duration<double>(took).count();
    for (std::size_t i = 0; i < kBounds.size(); ++i) {
      if (seconds > kBounds[i]) continue;
      ++within[i];
      break;
    }
    ++count;
    sum_s += seconds;
  }
};

/// Calls of one model since the start, also of versions of it that are served no more.
struct ModelCounts {
  Latencies calls;
  std::uint64_t failures = 0;
  std::array<std::uint64_t, 3> falls{};  ///< of its own process, by models::Fall::Kind

  std::uint64_t all_falls() const { return falls[0] + falls[1] + falls[2]; }
};

/// All that is counted, at one moment: a copy that any thread may read.
struct Figures {
  std::int64_t uptime_s = 0;
  std::int64_t restarts = 0;
  std::uint64_t packets = 0, malformed = 0, strangers = 0, dropped = 0;
  Latencies answers;  ///< from a request's arrival to its answer
  std::uint64_t refused = 0, failed = 0, late = 0;
  std::size_t clients = 0, sessions = 0, queued = 0;
  struct Model {
    std::string kind, state;
    int process = 0;  ///< its own; 0: none
    ModelCounts counts;
  };
  std::map<std::string, Model> models;
};

}  // namespace server
