#include "server/core/thread_workers.hpp"

#include <sys/resource.h>
#ifdef __linux__
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include <utility>

#include "server/core/call_board.hpp"

namespace server {

namespace {
constexpr int kNicer = 5;  // than [net]

// [net] takes what comes and refuses what is too much also while every core computes. Linux: a thread has its own.
void step_back() {
#ifdef __linux__
  const auto thread = static_cast<id_t>(syscall(SYS_gettid));
  (void)setpriority(PRIO_PROCESS, thread, getpriority(PRIO_PROCESS, thread) + kNicer);
#endif
}

ThreadCrew& threads_of(const Crew& crew) { return static_cast<ThreadCrew&>(const_cast<Crew&>(crew)); }
}  // namespace

ThreadWorkers::ThreadWorkers(std::size_t threads, std::size_t limit, Post post, const ThreadBegins& begins)
    : post_(post), limit_(limit), shared_(threads, limit, wait_limit_, std::move(post), [begins](std::size_t lane) {
        if (begins) begins(lane);
        step_back();
      }) {}

ThreadWorkers::~ThreadWorkers() {
  for (const auto& crew : crews()) crew->stop();
}

base::Status ThreadWorkers::submit(Job job) {
  if (!job.crew) return shared_.submit(std::move(job));
  auto& threads = threads_of(*job.crew);
  return threads.submit(std::move(job));
}

std::vector<std::shared_ptr<ThreadCrew>> ThreadWorkers::crews() const {
  std::vector<std::shared_ptr<ThreadCrew>> out;
  const std::lock_guard lock(mutex_);
  for (const auto& weak : crews_) {
    if (auto crew = weak.lock()) out.push_back(std::move(crew));
  }
  return out;
}

std::size_t ThreadWorkers::queued() const {
  std::size_t jobs = shared_.queued();
  for (const auto& crew : crews()) jobs += crew->queued();
  return jobs;
}

std::size_t ThreadWorkers::queued_for(const Crew* crew) const {
  return crew == nullptr ? shared_.queued() : threads_of(*crew).queued();
}

void ThreadWorkers::set_limit(std::size_t jobs, base::Duration wait) {
  shared_.set_limit(jobs, wait);
  for (const auto& crew : crews()) crew->set_limit(jobs, wait);
  const std::lock_guard lock(mutex_);
  limit_ = jobs;
  wait_limit_ = wait;
}

std::shared_ptr<Crew> ThreadWorkers::crew() {
  const std::lock_guard lock(mutex_);
  std::erase_if(crews_, [](const auto& weak) { return weak.expired(); });
  auto crew = std::make_shared<ThreadCrew>(shared_.count(), limit_, wait_limit_, post_);
  crews_.push_back(crew);
  return crew;
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
