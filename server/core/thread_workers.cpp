#include "server/core/thread_workers.hpp"

#include <algorithm>
#include <utility>

#include "server/core/call_board.hpp"

namespace server {

ThreadWorkers::ThreadWorkers(std::size_t threads, std::size_t limit, Post post, ThreadBegins begins)
    : post_(std::move(post)), limit_(limit) {
  for (std::size_t lane = 1; lane <= threads; ++lane) {
    threads_.emplace_back([this, lane, begins] {
      if (begins) begins(lane);
      work(lane);
    });
  }
}

ThreadWorkers::~ThreadWorkers() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

base::Status ThreadWorkers::submit(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= limit_) {
      return base::Error{base::ErrorCode::kBusy,
                         std::to_string(limit_) + " requests are waiting already; send less, or later"};
    }
    queue_.push_back(std::move(job));
  }
  wake_.notify_one();
  return {};
}

std::size_t ThreadWorkers::queued() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void ThreadWorkers::set_limit(std::size_t jobs) {
  const std::lock_guard lock(mutex_);
  limit_ = jobs;
}

// One of its seats is taken, or a job before it waits for that seat. `before`: what those wait for.
bool ThreadWorkers::blocked(const Job& job, std::set<const Seat*>& before) const {
  const auto busy = [&](const auto& seat) { return taken_.contains(seat.get()) || before.contains(seat.get()); };
  if (std::none_of(job.seats.begin(), job.seats.end(), busy)) return false;
  for (const auto& seat : job.seats) before.insert(seat.get());
  return true;
}

// The oldest job whose seats are free. Equal urgency is served in order of arrival.
bool ThreadWorkers::next(Job& job) {
  std::set<const Seat*> before;
  const auto it = std::find_if(queue_.begin(), queue_.end(), [&](const Job& one) { return !blocked(one, before); });
  if (it == queue_.end()) return false;
  job = std::move(*it);
  queue_.erase(it);
  for (const auto& seat : job.seats) taken_.insert(seat.get());
  return true;
}

void ThreadWorkers::work(std::size_t lane) {
  for (;;) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stop_ || next(job); });
      if (stop_) return;
    }
    const bool late = job.useless_after && base::Clock::now() > *job.useless_after;
    auto status = late
                      ? base::Status(base::Error{base::ErrorCode::kExpired, "its turn came after the session's expire"})
                      : job.run(lane);
    // Before the seats are free, so that the answers of a session leave in order. What the job holds is let go on
    // [net].
    std::vector<const Seat*> seats;
    for (const auto& seat : job.seats) seats.push_back(seat.get());
    post_([job = std::move(job), status = std::move(status)]() mutable { job.finish(std::move(status)); });
    if (seats.empty()) continue;
    const std::lock_guard lock(mutex_);
    for (const auto* seat : seats) taken_.erase(seat);
    if (queue_.empty()) continue;
    if (seats.size() == 1) wake_.notify_one();
    if (seats.size() > 1) wake_.notify_all();  // each may let another job go
  }
}

ThreadBackground::ThreadBackground(Post post, const ThreadBegins& begins)
    : post_(std::move(post)), thread_([this, begins] {
        if (begins) begins(CallBoard::kLoading);
        run();
      }) {}

ThreadBackground::~ThreadBackground() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void ThreadBackground::submit(std::function<std::function<void()>()> work) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
  }
  wake_.notify_one();
}

void ThreadBackground::run() {
  for (;;) {
    std::function<std::function<void()>()> work;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stop_ || !queue_.empty(); });
      if (stop_) return;
      work = std::move(queue_.front());
      queue_.pop_front();
    }
    if (auto then = work()) post_(std::move(then));
  }
}

}  // namespace server
