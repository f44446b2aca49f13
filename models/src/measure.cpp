#include "measure.hpp"

#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace models {

namespace {

constexpr std::size_t kMostRuns = 2000;
constexpr int kAttempts = 3;
constexpr double kDisturbed = 20;

base::Result<Timing> attempt(const std::function<base::Status()>& once, std::chrono::milliseconds budget,
                             const MeasureClock& clock) {
  std::vector<Micros> calm, all;
  calm.reserve(kMostRuns);
  all.reserve(kMostRuns);
  const auto end = clock.now() + budget;
  long preemptions = clock.preemptions();
  for (base::Time after; all.empty() || (all.size() < kMostRuns && after < end);) {
    const auto before = clock.now();
    if (auto status = once(); !status) return status.error();
    after = clock.now();
    all.emplace_back(after - before);
    const long interrupted = std::exchange(preemptions, clock.preemptions());
    if (interrupted == preemptions) calm.push_back(all.back());
  }
  return percentiles(std::move(calm.empty() ? all : calm));
}

}  // namespace

Timing percentiles(std::vector<Micros> durations) {
  std::sort(durations.begin(), durations.end());
  const auto at = [&](double part) {
    const auto rank = static_cast<std::size_t>(std::ceil(part * static_cast<double>(durations.size()) - 1e-9));
    return durations[std::clamp<std::size_t>(rank, 1, durations.size()) - 1];
  };
  return {at(0.50), at(0.95), at(0.99), at(0.999), durations.size(), durations.back()};
}

Micros thread_time() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

MeasureClock machine_clock() {
#if defined(RUSAGE_THREAD)
  const auto preemptions = [] {
    rusage usage{};
    getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nivcsw;
  };
#else
  const auto preemptions = [] { return 0L; };
#endif
  return {base::Clock::now, preemptions};
}

base::Result<Timing> measure(const std::function<base::Status()>& once, std::chrono::milliseconds budget,
                             const MeasureClock& clock) {
  auto best = attempt(once, budget, clock);
  for (int i = 1; i < kAttempts && best && best->p999 > kDisturbed * best->p50; ++i) {
    auto again = attempt(once, budget, clock);
    if (!again || again->p999 < best->p999) best = std::move(again);
  }
  return best;
}

}  // namespace models
