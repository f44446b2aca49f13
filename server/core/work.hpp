#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace server {

struct Seat;
using Seats = std::vector<std::shared_ptr<Seat>>;

/// How long jobs of one kind take, as measured lately. Belongs to the workers; others hold it. Zero: not known yet.
struct JobTime {
  base::Duration lately{};
};

/// A job's place in the queue.
struct Turn {
  std::shared_ptr<JobTime> time;  ///< nullptr: like nothing else
  bool only = true;               ///< taken however long the queue takes: whoever asked waits for nothing else
};

/// Threads that run one model's jobs and nothing else, with a queue of their own: who hangs there is in nobody's way.
class Crew {
 public:
  virtual ~Crew() = default;
};

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
  Turn turn = {};
  std::shared_ptr<Crew> crew = {};  ///< whose threads run it; null: the workers that all share
};

/// Where jobs go: a queue bounded in jobs and in time, that refuses at once, and the workers behind it. The daemon runs
/// threads; tests run by hand. Thread: [net].
class Workers {
 public:
  virtual ~Workers() = default;
  /// Fails: kBusy when the queue is full, or would take too long; then nothing was taken.
  virtual base::Status submit(Job job) = 0;
  /// Jobs that wait, of all crews.
  virtual std::size_t queued() const = 0;
  /// Those that wait for the threads of this one; null: for those that all share.
  virtual std::size_t queued_for(const Crew* /*crew*/) const { return queued(); }
  /// Threads behind the queue, and of each crew.
  virtual std::size_t count() const = 0;
  /// A new crew; null: all share the same threads. Thread: [any].
  virtual std::shared_ptr<Crew> crew() { return nullptr; }
  virtual void set_limit(std::size_t jobs, base::Duration wait) = 0;
};

/// Slow work that no request queue should see: loading models, reading files. One at a time, in order. Thread: [net].
class Background {
 public:
  virtual ~Background() = default;
  /// Runs `work` on [load]; what it returns then runs on [net].
  virtual void submit(std::function<std::function<void()>()> work) = 0;
};

}  // namespace server
