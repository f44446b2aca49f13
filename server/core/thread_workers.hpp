#pragma once
#include <memory>
#include <mutex>
#include <vector>

#include "server/core/thread_crew.hpp"

namespace server {

/// Workers on threads that live as long as it does: a module run from ever-new threads leaks. Models in processes of
/// their own have crews of their own; their threads wait for those processes.
class ThreadWorkers : public Workers {
 public:
  /// @param limit  jobs that may wait, of each crew; any time, until set_limit
  ThreadWorkers(std::size_t threads, std::size_t limit, Post post, const ThreadBegins& begins = {});
  /// Stops all crews.
  ~ThreadWorkers() override;

  base::Status submit(Job job) override;
  std::size_t queued() const override;
  std::size_t queued_for(const Crew* crew) const override;
  std::size_t count() const override { return shared_.count(); }
  void set_limit(std::size_t jobs, base::Duration wait) override;
  std::shared_ptr<Crew> crew() override;

 private:
  std::vector<std::shared_ptr<ThreadCrew>> crews() const;

  Post post_;
  mutable std::mutex mutex_;  // guards all below, up to shared_
  std::vector<std::weak_ptr<ThreadCrew>> crews_;
  std::size_t limit_;
  base::Duration wait_limit_ = base::Duration::max();
  ThreadCrew shared_;
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
