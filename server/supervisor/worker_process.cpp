#include "server/supervisor/worker_process.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <mutex>

#include "server/supervisor/faults.hpp"
#include "server/supervisor/process.hpp"

namespace server {

namespace {

constexpr int kNicer = 5;  // than the network thread, as all that computes

class Worker final : public models::WorkerProcess {
 public:
  Worker(pid_t process, SharedBoard board) : process_(process), board_(std::move(board)) {}

  int pid() const override { return process_; }

  void end() override {
    const std::lock_guard lock(mutex_);
    if (!gone_) ::kill(process_, SIGKILL);  // afterwards the number may be somebody else's
  }

  models::Fall await() override {
    siginfo_t info{};
    while (waitid(P_PID, static_cast<id_t>(process_), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
    }
    const std::lock_guard lock(mutex_);
    int status = 0;
    (void)waitpid(process_, &status, 0);
    gone_ = true;
    return fall_of(status);
  }

 private:
  models::Fall fall_of(int status) const {
    using Kind = models::Fall::Kind;
    if (const int signal = board_->fault_signal.load(); signal != 0) {  // also where a reporter makes an exit of it
      return {Kind::kCrash, std::string("its process crashed (") + strsignal(signal) + ")"};
    }
    if (WIFEXITED(status)) return {Kind::kCrash, "its process left with code " + std::to_string(WEXITSTATUS(status))};
    return {Kind::kOutside, std::string("its process was killed from outside (") + strsignal(WTERMSIG(status)) + ")"};
  }

  pid_t process_;
  SharedBoard board_;
  std::mutex mutex_;
  bool gone_ = false;
};

std::string comma_list(std::span<const int> numbers) {
  std::string out;
  for (const int number : numbers) out += (out.empty() ? "" : ",") + std::to_string(number);
  return out;
}

base::Result<std::unique_ptr<models::WorkerProcess>> start(std::span<const int> descriptors) {
  auto board = SharedBoard::make();
  if (!board) return board.error();
  std::vector<int> all{board->descriptor()};
  all.insert(all.end(), descriptors.begin(), descriptors.end());
  const auto process = start_again({"worker", "--of", comma_list(all)}, all);
  if (!process) return process.error();
  return std::unique_ptr<models::WorkerProcess>(std::make_unique<Worker>(*process, std::move(*board)));
}

}  // namespace

models::StartWorker worker_starter() { return start; }

// It leaves when the process that started it does, and not for what a terminal or a service manager says to all.
base::Status run_worker(const std::vector<int>& descriptors) {
  if (descriptors.empty()) return base::Error{base::ErrorCode::kMalformed, "worker is for oscine itself"};
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) (void)std::signal(signal, SIG_IGN);
  auto board = SharedBoard::map(descriptors.front());
  if (!board) return board.error();
  note_faults(**board);
  (void)setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + kNicer);
  return models::work(std::span(descriptors).subspan(1));
}

}  // namespace server
