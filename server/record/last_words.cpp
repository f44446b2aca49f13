#include "server/record/last_words.hpp"

#include <array>
#include <csignal>
#include <ctime>

namespace server {

namespace {

constexpr std::array kCrashes{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
constexpr int kMilliseconds = 1000;

std::atomic<const RecordWriter*> writer_of_process = nullptr;
std::array<struct sigaction, kCrashes.size()> before;

void restore() {
  for (std::size_t i = 0; i < kCrashes.size(); ++i) sigaction(kCrashes[i], &before[i], nullptr);
}

// Only what a signal handler may do. The writing thread runs on meanwhile. Raised again, the signal comes once more
// when this returns, to whoever had it before.
void wait_for_writer(int signal) {
  const auto* writer = writer_of_process.load();
  for (int waited = 0; writer != nullptr && writer->unwritten() > 0 && waited < kMilliseconds; ++waited) {
    const timespec millisecond{0, 1000000};
    nanosleep(&millisecond, nullptr);
  }
  restore();
  std::raise(signal);
}

}  // namespace

LastWords::LastWords(const RecordWriter& writer) {
  static_assert(std::atomic<std::size_t>::is_always_lock_free);
  writer_of_process = &writer;
  struct sigaction action {};
  action.sa_handler = wait_for_writer;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < kCrashes.size(); ++i) sigaction(kCrashes[i], &action, &before[i]);
}

LastWords::~LastWords() {
  restore();
  writer_of_process = nullptr;
}

}  // namespace server
