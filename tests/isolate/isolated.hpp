#pragma once
#include <condition_variable>
#include <mutex>

#include "models/cards.hpp"
#include "server/supervisor/worker_process.hpp"

namespace tests {

/// Counts what is told on other threads; waits for it.
class Told {
 public:
  void tell() {
    const std::lock_guard lock(mutex_);
    ++count_;
    came_.notify_all();
  }
  /// False: it was not told so often within a generous time.
  [[nodiscard]] bool await(int count) {
    std::unique_lock lock(mutex_);
    return came_.wait_for(lock, std::chrono::seconds(30), [&] { return count_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  int count_ = 0;
};

/// Loading into processes of their own; `told` hears of falls, and outlives them.
inline models::LoadOptions apart(Told& told) {
  auto options = quick();
  options.start_worker = server::worker_starter();
  options.fell = [&told] { told.tell(); };
  options.longest = std::chrono::seconds(20);
  return options;
}

inline models::Card isolated_card(std::vector<std::pair<std::string, std::string>> options) {
  auto card = fake_card(std::move(options));
  card.isolate = true;
  return card;
}

}  // namespace tests
