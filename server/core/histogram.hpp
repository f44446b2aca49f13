#pragma once
#include <array>
#include <cstdint>

#include "base/time.hpp"

namespace server {

/// Durations of the last ten to twenty seconds, in buckets an eighth of an octave wide (9 % of the value).
/// Thread: [net].
class Histogram {
 public:
  void add(base::Duration took, base::Time now);
  /// Milliseconds; 0 where nothing was measured lately.
  double quantile_ms(double q, base::Time now);

 private:
  static constexpr int kBuckets = 256;
  using Counts = std::array<std::uint32_t, kBuckets>;
  static int bucket(double microseconds);
  static double middle(int bucket);
  void turn(base::Time now);

  Counts now_{}, before_{};
  base::Time turned_{};
};

}  // namespace server
