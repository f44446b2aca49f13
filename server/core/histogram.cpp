#include "server/core/histogram.hpp"

#include <algorithm>
#include <cmath>

namespace server {

namespace {
constexpr auto kTurn = std::chrono::seconds(10);
}

int Histogram::bucket(double microseconds) {
  const double octaves = std::log2(std::max(microseconds, 0.0625)) + 4;  // from a sixteenth of a microsecond
  return std::clamp(static_cast<int>(octaves * 8), 0, kBuckets - 1);
}

double Histogram::middle(int bucket) { return std::exp2((bucket + 0.5) / 8 - 4); }

void Histogram::turn(base::Time now) {
  if (now - turned_ < kTurn) return;
  before_ = now - turned_ < 2 * kTurn ? now_ : Counts{};
  now_ = {};
  turned_ = now;
}

void Histogram::add(base::Duration took, base::Time now) {
  turn(now);
  ++now_[static_cast<std::size_t>(bucket(std::chrono::duration<double, std::micro>(took).count()))];
}

double Histogram::quantile_ms(double q, base::Time now) {
  turn(now);
  std::uint64_t all = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) all += now_[i] + before_[i];
  if (all == 0) return 0;
  const double wanted = q * static_cast<double>(all);
  double seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += now_[i] + before_[i];
    if (seen >= wanted) return middle(static_cast<int>(i)) / 1000;
  }
  return middle(kBuckets - 1) / 1000;
}

}  // namespace server
