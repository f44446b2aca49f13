#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "base/time.hpp"

namespace server {

/// How a serving process ended.
struct Ending {
  enum class Kind {
    kFromOutside,  ///< somebody's signal, or the system for want of memory: no fault of its own
    kFault,        ///< a signal that it raised itself
    kHang,         ///< it was ended for not coming back
    kGaveUp,       ///< it left by itself, with an error
    kNoStart,      ///< the system could not start it
  };
  Kind kind = Kind::kFromOutside;
  bool served = false;  ///< it had come as far as answering
  std::string model;    ///< in whose call it happened; empty: in nobody's
};

/// When the next serving process starts, and without which models: plain data, no clock of its own.
/// A first fault costs nothing; each further one within a minute of the last waits twice as long as the one before,
/// up to ten seconds. An end from outside never waits, where the process had served.
class Restarts {
 public:
  static constexpr int kFaultsOfModel = 3;
  static constexpr auto kFirstPause = std::chrono::milliseconds(250);
  static constexpr auto kLongestPause = std::chrono::seconds(10);
  static constexpr auto kCalm = std::chrono::seconds(60);

  struct Next {
    base::Duration pause{0};
    std::optional<std::string> aside;  ///< this model is served no more, from now on
  };
  Next after(const Ending& ending, base::Time now);

  /// Somebody asked for the model again: its faults are forgotten.
  void forgive(const std::string& model);
  int faults_of(const std::string& model) const;

 private:
  std::map<std::string, int> faults_;
  int in_a_row_ = 0;
  base::Time last_{};
};

/// "it starts again", "it starts again in 250 ms"
std::string again_text(base::Duration pause);

}  // namespace server
