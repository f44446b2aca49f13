#include "server/core/metrics.hpp"

#include <sys/resource.h>

namespace server {

namespace {
double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}
}  // namespace

double CpuMeter::percent(base::Time now) {
  const double wall = std::chrono::duration<double>(now - since_).count();
  if (wall < 1) return percent_;
  const double used = cpu_seconds();
  if (since_ != base::Time{}) percent_ = 100 * (used - used_s_) / wall;
  since_ = now;
  used_s_ = used;
  return percent_;
}

void Metrics::count_call(std::string_view model, base::Duration took, bool it_failed) {
  auto it = models.find(model);
  if (it == models.end()) it = models.emplace(model, ModelCounts{}).first;
  it->second.calls.add(took);
  if (it_failed) ++it->second.failures;
}

}  // namespace server
