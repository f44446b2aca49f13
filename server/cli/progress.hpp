#pragma once
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>

#include "base/time.hpp"

namespace server {

/// A bar on standard error while long work is done; nothing where that is no terminal. What goes to standard output
/// on the same terminal must be preceded by clear().
class Progress {
 public:
  /// What stands behind the bar, from how much is done in a second.
  using Pace = std::string (*)(double per_second);

  static std::string of_sound(double per_second) {
    char text[64];
    std::snprintf(text, sizeof text, "%.0f times as fast as it sounds", per_second);
    return text;
  }

  /// @param total  seconds of sound, or another measure; below `least` there is no bar.
  explicit Progress(double total, double least = 10, Pace pace = of_sound)
      : total_(total), pace_(pace), shown_(::isatty(STDERR_FILENO) == 1 && total >= least) {}
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// @param done  of the total. Draws ten times a second at most.
  void show(double done) {
    const auto now = base::Clock::now();
    if (!shown_ || now < next_) return;
    next_ = now + std::chrono::milliseconds(100);
    constexpr int kWidth = 40;
    const double part = std::clamp(done / total_, 0.0, 1.0);
    const int filled = static_cast<int>(part * kWidth);
    const double took = std::chrono::duration<double>(now - began_).count();
    std::fprintf(stderr, "\r[%s%s] %3.0f %%, %s\x1b[K", std::string(static_cast<std::size_t>(filled), '#').c_str(),
                 std::string(static_cast<std::size_t>(kWidth - filled), '.').c_str(), 100 * part,
                 pace_(took > 0 ? done / took : 0.0).c_str());
    std::fflush(stderr);
    drawn_ = true;
  }

  void clear() {
    if (drawn_) std::fputs("\r\x1b[K", stderr);
    drawn_ = false;
  }

 private:
  double total_;
  Pace pace_;
  bool shown_, drawn_ = false;
  base::Time began_ = base::Clock::now(), next_ = began_ + std::chrono::milliseconds(300);
};

}  // namespace server
