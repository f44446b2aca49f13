#include "models/watch.hpp"

namespace models {

namespace {
thread_local CallWatch* watch_of_this_thread = nullptr;
}  // namespace

void watch_calls(CallWatch* watch) { watch_of_this_thread = watch; }

WatchedCall::WatchedCall(std::string_view model, base::Duration limit) noexcept : watch_(watch_of_this_thread) {
  if (watch_ != nullptr) watch_->began(model, limit);
}

WatchedCall::~WatchedCall() {
  if (watch_ != nullptr) watch_->ended();
}

}  // namespace models
