#include "server/core/thread_crew.hpp"

#include <algorithm>
#include <utility>

namespace server {

namespace {
constexpr int kMemory = 8;  // jobs of a kind that its time is a mean of, roughly

base::Error too_long(base::Duration wait) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(wait).count();
  return {base::ErrorCode::kBusy,
          "the requests that wait already take " + std::to_string(ms) + " ms; send less, or later"};
}
}  // namespace

ThreadCrew::ThreadCrew(std::size_t threads, std::size_t limit, base::Duration wait, Post post,
                       const ThreadBegins& begins)
    : post_(std::move(post)), limit_(limit), wait_limit_(wait) {
  for (std::size_t lane = 1; lane <= threads; ++lane) {
    threads_.emplace_back([this, lane, begins] {
      if (begins) begins(lane);
      work(lane);
    });
  }
}

ThreadCrew::~ThreadCrew() { stop(); }

void ThreadCrew::stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
  std::deque<Job> dropped;
  const std::lock_guard lock(mutex_);
  dropped.swap(queue_);  // a job may hold the model that holds this crew
}

base::Status ThreadCrew::submit(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= limit_) {
      return base::Error{base::ErrorCode::kBusy,
                         std::to_string(limit_) + " requests are waiting already; send less, or later"};
    }
    if (!job.turn.only) {
      if (const auto before = wait(); before > wait_limit_) return too_long(before);
    }
    queue_.push_back(std::move(job));
  }
  wake_.notify_one();
  return {};
}

// What is at work and what waits, by how long each kind takes lately, over all threads.
base::Duration ThreadCrew::wait() const {
  base::Duration sum{};
  const auto now = base::Clock::now();
  for (const auto& [lane, job] : at_work_) sum += std::max(base::Duration{}, job.second - (now - job.first));
  for (const auto& job : queue_) sum += job.turn.time ? job.turn.time->lately : base::Duration{};
  return sum / static_cast<int>(std::max<std::size_t>(threads_.size(), 1));
}

void ThreadCrew::note(const Turn& turn, base::Duration took) {
  if (!turn.time) return;
  auto& lately = turn.time->lately;
  lately = lately == base::Duration{} ? took : lately + (took - lately) / kMemory;
}

std::size_t ThreadCrew::queued() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void ThreadCrew::set_limit(std::size_t jobs, base::Duration wait) {
  const std::lock_guard lock(mutex_);
  limit_ = jobs;
  wait_limit_ = wait;
}

// One of its seats is taken, or a job before it waits for that seat. `before`: what those wait for.
bool ThreadCrew::blocked(const Job& job, std::set<const Seat*>& before) const {
  const auto busy = [&](const auto& seat) { return taken_.contains(seat.get()) || before.contains(seat.get()); };
  if (std::none_of(job.seats.begin(), job.seats.end(), busy)) return false;
  for (const auto& seat : job.seats) before.insert(seat.get());
  return true;
}

// The oldest job whose seats are free. Equal urgency is served in order of arrival.
bool ThreadCrew::next(Job& job) {
  std::set<const Seat*> before;
  const auto it = std::find_if(queue_.begin(), queue_.end(), [&](const Job& one) { return !blocked(one, before); });
  if (it == queue_.end()) return false;
  job = std::move(*it);
  queue_.erase(it);
  for (const auto& seat : job.seats) taken_.insert(seat.get());
  return true;
}

void ThreadCrew::work(std::size_t lane) {
  for (;;) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stop_ || next(job); });
      if (stop_) return;
      at_work_[lane] = {base::Clock::now(), job.turn.time ? job.turn.time->lately : base::Duration{}};
    }
    const bool late = job.useless_after && base::Clock::now() > *job.useless_after;
    auto status = late
                      ? base::Status(base::Error{base::ErrorCode::kExpired, "its turn came after the session's expire"})
                      : job.run(lane);
    finished(lane, job.turn, !late);
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

void ThreadCrew::finished(std::size_t lane, const Turn& turn, bool ran) {
  const std::lock_guard lock(mutex_);
  const auto since = at_work_[lane].first;
  at_work_.erase(lane);
  if (ran) note(turn, base::Clock::now() - since);
}

}  // namespace server
