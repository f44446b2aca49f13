#pragma once
#include <chrono>
#include <functional>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "models/model.hpp"

namespace models {

/// Percentiles (nearest rank) of durations in any order; at least one.
Timing percentiles(std::vector<Micros> durations);

/// What measuring reads; tests have their own.
struct MeasureClock {
  std::function<base::Time()> now;
  /// How often the scheduler has taken the processor away from this thread (going to sleep does not count).
  std::function<long()> preemptions;
};

/// The steady clock, and the kernel's count where there is one.
MeasureClock machine_clock();

/// What this thread has had of the processor so far.
Micros thread_time();

/// Times `once` until `budget` has passed or 2000 runs are done, at least once. What other programs do meanwhile is no
/// property of the model: runs that were interrupted are left out (unless all were), and where p99.9 is still above
/// 20 × p50 it measures up to twice more and keeps the calmest.
/// Fails: as `once` does.
base::Result<Timing> measure(const std::function<base::Status()>& once, std::chrono::milliseconds budget,
                             const MeasureClock& clock = machine_clock());

}  // namespace models
