#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace server {

struct Seat;
using Seats = std::vector<std::shared_ptr<Seat>>;

/// One piece of work for a model.
struct Job {
  /// Jobs of one seat run one at a time, in order of arrival; without a seat, any number at once. A job of several has
  /// its turn when it has it at each.
  Seats seats;
  /// Runs on a worker. `lane` is the worker's number, from 1; lane 0 is the network thread.
  std::function<base::Status(std::size_t lane)> run;
  /// Always called once, on [net]: with what run gave, or kExpired where the turn came too late.
  std::function<void(base::Status)> finish;
  std::optional<base::Time> useless_after;
};

/// Where jobs go: a bounded queue that refuses at once, and the workers behind it. The daemon runs threads; tests run
/// by hand. Thread: [net].
class Workers {
 public:
  virtual ~Workers() = default;
  /// Fails: kBusy when the queue is full; then nothing was taken.
  virtual base::Status submit(Job job) = 0;
  virtual std::size_t queued() const = 0;
  /// Threads behind the queue.
  virtual std::size_t count() const = 0;
  virtual void set_limit(std::size_t jobs) = 0;
};

/// Slow work that no request queue should see: loading models, reading files. One at a time, in order. Thread: [net].
class Background {
 public:
  virtual ~Background() = default;
  /// Runs `work` on [load]; what it returns then runs on [net].
  virtual void submit(std::function<std::function<void()>()> work) = 0;
};

}  // namespace server
