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

/// A queue bounded in jobs and in time, and the threads behind it. Threads live as long as it does.
class ThreadCrew final : public Crew {
 public:
  /// @param limit  jobs that may wait, and `wait` how long the queue may take; until set_limit
  ThreadCrew(std::size_t threads, std::size_t limit, base::Duration wait, Post post, const ThreadBegins& begins = {});
  ~ThreadCrew() override;

  /// As Workers::submit.
  base::Status submit(Job job);
  std::size_t queued() const;
  std::size_t count() const { return threads_.size(); }
  void set_limit(std::size_t jobs, base::Duration wait);
  /// Ends what is at work; what still waits is dropped unanswered (the daemon drains first). Not on its own threads.
  void stop();

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
  base::Duration wait_limit_;
  std::map<std::size_t, std::pair<base::Time, base::Duration>> at_work_;  // by lane: since when, and how long it takes
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace server
