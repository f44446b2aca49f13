#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "server/core/work.hpp"

namespace server {

/// Hands a piece of work to [net]. Thread: [any].
using Post = std::function<void(std::function<void()>)>;

/// Called on each thread as it begins, with its number.
using ThreadBegins = std::function<void(std::size_t lane)>;

/// Workers on threads that live as long as it does: a module run from ever-new threads leaks.
class ThreadWorkers : public Workers {
 public:
  /// @param limit  jobs that may wait; any time, until set_limit
  ThreadWorkers(std::size_t threads, std::size_t limit, Post post, const ThreadBegins& begins = {});
  /// Ends what is at work; what still waits is dropped unanswered (the daemon drains first).
  ~ThreadWorkers() override;

  base::Status submit(Job job) override;
  std::size_t queued() const override;
  std::size_t count() const override { return threads_.size(); }
  void set_limit(std::size_t jobs, base::Duration wait) override;

 private:
  void work(std::size_t lane);
  bool next(Job& job);
  bool blocked(const Job& job, std::set<const Seat*>& before) const;
  base::Duration wait() const;
  void finished(std::size_t lane, const Turn& turn, bool ran);
  static void note(const Turn& turn, base::Duration took);

  Post post_;
  mutable std::mutex mutex_;  // guards all below, up to threads_
  std::condition_variable wake_;
  std::deque<Job> queue_;
  std::set<const Seat*> taken_;  // seats of jobs at work
  std::size_t limit_;
  base::Duration wait_limit_ = base::Duration::max();
  std::map<std::size_t, std::pair<base::Time, base::Duration>> at_work_;  // by lane: since when, and how long it takes
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

/// The loading thread.
class ThreadBackground : public Background {
 public:
  explicit ThreadBackground(Post post, const ThreadBegins& begins = {});
  /// Ends what is at work; what still waits is dropped.
  ~ThreadBackground() override;
  void submit(std::function<std::function<void()>()> work) override;

 private:
  void run();

  Post post_;
  std::mutex mutex_;  // guards queue_ and stop_
  std::condition_variable wake_;
  std::deque<std::function<std::function<void()>()>> queue_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace server
