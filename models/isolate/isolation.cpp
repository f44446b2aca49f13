#include "isolation.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

namespace models {

namespace {

using base::Error;
using base::ErrorCode;

constexpr auto kLast = std::chrono::seconds(5);  // from the end of a line to the end of its process

void await_hang_up(int socket) {
  pollfd watched{socket, POLLIN, 0};  // nothing is ever said there
  while (poll(&watched, 1, -1) < 0 && errno == EINTR) {
  }
}

}  // namespace

struct Isolation::Shared {
  std::mutex mutex;
  std::condition_variable changed;
  std::unique_ptr<WorkerProcess> process;
  std::optional<Fall> fall;
  bool left = false;  // nobody wants it any more
  bool told = false;  // the fall, to whom it concerns
  std::function<void()> fell;
  int watched = -1;

  ~Shared() { ::close(watched); }

  /// Waits until who has to know of the fall has been told: what follows from it comes before what a call fails with,
  /// so that who hears of the failure and asks again is not told of a process that is gone. @return what happened
  std::string await_told() {
    std::unique_lock lock(mutex);
    changed.wait_for(lock, kLast, [this] { return told; });
    return fall ? fall->text : "its process does not answer";
  }

  /// The first reason stands.
  void note(Fall why) {
    const std::lock_guard lock(mutex);
    if (!fall) fall = std::move(why);
    changed.notify_all();
  }

  void watch() {
    await_hang_up(watched);
    process->end();  // hung up, and there still: no way leads to it
    note(process->await());
    const std::lock_guard lock(mutex);  // whoever leaves waits until it is told
    if (!left && fell) fell();
    fell = {};
    told = true;
    changed.notify_all();
  }
};

base::Result<std::unique_ptr<Isolation>> Isolation::make(const StartWorker& start, std::size_t channels,
                                                         std::function<void()> fell) {
  std::unique_ptr<Isolation> made(new Isolation);
  auto region = Region::make(channels);
  if (!region) return region.error();
  made->region_ = std::move(*region);
  std::vector<int> theirs{made->region_->file()};
  const auto close_theirs = [&theirs] {
    for (std::size_t i = 1; i < theirs.size(); ++i) ::close(theirs[i]);
  };
  for (std::size_t i = 0; i <= channels; ++i) {  // the last is the control line
    const auto ends = socket_pair();
    if (!ends) {
      close_theirs();
      return ends.error();
    }
    theirs.push_back(ends->second);
    if (i == channels) {
      made->control_ = ends->first;
      break;
    }
    made->channels_.push_back(
        std::make_unique<Channel>(ends->first, made->region_->half(i, 0), made->region_->half(i, 1)));
  }
  made->free_.push_back(made->channels_.front().get());
  auto process = start(theirs);
  close_theirs();
  if (!process) return process.error();
  made->shared_ = std::make_shared<Shared>();
  made->shared_->process = std::move(*process);
  made->shared_->fell = std::move(fell);
  made->shared_->watched = fcntl(made->control_, F_DUPFD_CLOEXEC, 0);
  std::thread([shared = made->shared_] { shared->watch(); }).detach();
  return made;
}

Isolation::~Isolation() {
  if (shared_) {
    const std::lock_guard lock(shared_->mutex);
    shared_->left = true;
  }
  if (control_ < 0) return;
  if (shared_) shared_->process->end();
  ::close(control_);
}

void Isolation::loaded() {
  {
    const std::lock_guard lock(mutex_);
    free_.clear();
    for (auto one = channels_.begin() + 1; one != channels_.end(); ++one) free_.push_back(one->get());
  }
  free_again_.notify_all();
}

Isolation::Use::Use(Isolation& of) : of_(of) {
  std::unique_lock lock(of.mutex_);
  of.free_again_.wait(lock, [&of] { return !of.free_.empty(); });
  channel_ = of.free_.back();
  of.free_.pop_back();
  lock.unlock();
  if (!of.fall()) return;
  lock.lock();
  of.free_.push_back(std::exchange(channel_, nullptr));
  of.free_again_.notify_one();
}

Isolation::Use::~Use() {
  if (channel_ == nullptr) return;
  {
    const std::lock_guard lock(of_.mutex_);
    of_.free_.push_back(channel_);
  }
  of_.free_again_.notify_one();
}

base::Status Isolation::exchange(Channel& channel, Call what, const Packer& said, base::Time until) {
  auto came = channel.send(static_cast<std::uint32_t>(what), said, until);
  if (came == Channel::Came::kMessage) came = channel.receive_soon(until);
  if (came == Channel::Came::kMessage) return {};
  if (came == Channel::Came::kNothing)
    shared_->note({Fall::Kind::kHang, "its process did not come back and was ended"});
  if (came == Channel::Came::kNothing) shared_->process->end();
  return fell_in_call();
}

Error Isolation::nonsense() {
  shared_->note({Fall::Kind::kCrash, "its process answered nonsense and was ended"});
  shared_->process->end();
  return fell_in_call();
}

// The way is gone, and the process goes: why is known in a moment.
Error Isolation::fell_in_call() {
  return {ErrorCode::kModelFailed, shared_->await_told() + "; what was open of it is gone, open again"};
}

Error Isolation::gone() const { return {ErrorCode::kGone, shared_->await_told() + "; open again"}; }

void Isolation::drop(RunId run) {
#ifdef MSG_NOSIGNAL
  constexpr int kQuiet = MSG_NOSIGNAL | MSG_DONTWAIT;
#else
  constexpr int kQuiet = MSG_DONTWAIT;
#endif
  (void)::send(control_, &run, sizeof run,
               kQuiet);  // where it does not fit the process is about to end, or stands still
}

std::optional<Fall> Isolation::fall() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->fall;
}

int Isolation::pid() const { return shared_->process->pid(); }

}  // namespace models
