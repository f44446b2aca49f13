#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/result.hpp"

namespace models {

/// How the process of an isolated model came to its end.
struct Fall {
  enum class Kind {
    kOutside,  ///< somebody's signal, or the system for want of memory: no fault of its own
    kCrash,    ///< a signal that it raised itself, or it left by itself
    kHang,     ///< it was ended for not coming back
  };
  Kind kind = Kind::kOutside;
  std::string text;  ///< "its process crashed (Segmentation fault)"
};

/// A process of this program that runs models for this one. Thread: [any].
class WorkerProcess {
 public:
  virtual ~WorkerProcess() = default;
  virtual int pid() const = 0;
  /// Ends it, now. It may be gone already.
  virtual void end() = 0;
  /// Waits until it is gone, and takes it off the system's list. Once.
  virtual Fall await() = 0;
};

/// Starts this program again so that it calls work() with copies of these descriptors, and with none other open. The
/// descriptors stay the caller's. Fails: kBusy.
using StartWorker = std::function<base::Result<std::unique_ptr<WorkerProcess>>(std::span<const int> descriptors)>;

class IsolatedEngine;
struct LoadOptions;
struct Card;

/// Loads models in a process that this starts, and forgets them: whatever a file does there harms nobody. The process
/// stays for the next model, until it falls or rest(). Thread: one at a time.
class Tryouts {
 public:
  Tryouts();
  ~Tryouts();
  Tryouts(const Tryouts&) = delete;
  Tryouts& operator=(const Tryouts&) = delete;

  /// Does all that load() does, over there. Fails: as load(); kModelFailed also where that process fell, or did not
  /// come back within options.longest.
  base::Status try_out(const Card& card, const LoadOptions& options);
  void rest();

 private:
  base::Status try_once(const Card& card, const LoadOptions& options);
  std::unique_ptr<IsolatedEngine> engine_;
};

/// What that process does, until the other side hangs up: then it leaves at once, whatever its models do.
/// Fails: kMalformed (these are not the descriptors of a worker). Thread: [main] of its process.
base::Status work(std::span<const int> descriptors);

}  // namespace models
