#pragma once
#include <map>
#include <optional>
#include <string>

#include "models/isolate.hpp"
#include "server/core/restarts.hpp"

namespace server {

/// What follows when the process of an isolated model falls: when it starts again, and when no more. Plain data.
/// Thread: [net].
class Falls {
 public:
  struct Next {
    base::Duration pause{0};
    bool aside = false;  ///< it was at fault too often: it is served no more
    std::string text;    ///< what happened and what follows: the line of the log
  };
  /// The process of this model fell.
  Next after(const std::string& model, const models::Fall& fall, base::Time now);
  /// The model could not be loaded again. @return when to try once more; nothing: it was tried often enough
  std::optional<base::Duration> after_failed_start(const std::string& model, base::Time now);
  /// It serves again.
  void started(const std::string& model) { one_[model].tries = 0; }
  /// Somebody asked for it by name: its faults are forgotten.
  void forgive(const std::string& model) { one_.erase(model); }

 private:
  static constexpr int kTries = 3;
  struct One {
    Restarts restarts;
    int tries = 0;
  };
  std::map<std::string, One> one_;
};

/// "crash crashed or hung its process 3 times and is put aside; …"
std::string aside_text(const std::string& model);

}  // namespace server
