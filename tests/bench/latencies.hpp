#pragma once
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

namespace bench {

using Clock = std::chrono::steady_clock;
using Micros = std::chrono::duration<double, std::micro>;

/// Times of one run, in microseconds, as one JSON object: themselves, or their percentiles (nearest rank).
class Latencies {
 public:
  void add(Clock::duration took) { all_.push_back(Micros(took).count()); }
  std::size_t count() const { return all_.size(); }

  /// Percentiles, and further members: `"failed": 0`.
  void print(const std::string& more) {
    std::sort(all_.begin(), all_.end());
    std::printf("{\"count\": %zu, \"p50\": %.2f, \"p90\": %.2f, \"p99\": %.2f, \"p999\": %.2f, \"max\": %.2f, %s}\n",
                all_.size(), at(0.5), at(0.9), at(0.99), at(0.999), at(1), more.c_str());
    std::fflush(stdout);
  }

  /// All of them, so that several runs can be put together.
  void print_all(const std::string& more) const {
    std::string out;
    char number[32];
    for (const double one : all_) {
      std::snprintf(number, sizeof number, "%s%.2f", out.empty() ? "" : ", ", one);
      out += number;
    }
    std::printf("{%s, \"times\": [%s]}\n", more.c_str(), out.c_str());
    std::fflush(stdout);
  }

 private:
  double at(double share) const {
    if (all_.empty()) return 0;
    const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(all_.size())));
    return all_[std::max<std::size_t>(rank, 1) - 1];
  }

  std::vector<double> all_;
};

}  // namespace bench
