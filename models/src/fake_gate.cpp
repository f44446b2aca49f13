#include "fake_gate.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <utility>

#include "models/fake_engine.hpp"

namespace models {

struct FakeGate::State {
  std::mutex mutex;
  std::condition_variable changed;
  bool closed = true;
  std::size_t waiting = 0;
};

namespace {

struct Gates {
  std::mutex mutex;
  std::map<std::string, std::shared_ptr<FakeGate::State>> by_name;
};

Gates& gates() {
  static Gates all;
  return all;
}

void set_closed(FakeGate::State& state, bool closed) {
  {
    const std::lock_guard lock(state.mutex);
    state.closed = closed;
  }
  state.changed.notify_all();
}

}  // namespace

FakeGate::FakeGate(std::string name) : name_(std::move(name)), state_(std::make_shared<State>()) {
  const std::lock_guard lock(gates().mutex);
  gates().by_name[name_] = state_;
}

FakeGate::~FakeGate() {
  {
    const std::lock_guard lock(gates().mutex);
    gates().by_name.erase(name_);
  }
  open();
}

void FakeGate::open() { set_closed(*state_, false); }

void FakeGate::close() { set_closed(*state_, true); }

bool FakeGate::await(std::size_t count, std::chrono::milliseconds guard) {
  std::unique_lock lock(state_->mutex);
  return state_->changed.wait_for(lock, guard, [&] { return state_->waiting >= count; });
}

void wait_at_gate(const std::string& name) {
  std::shared_ptr<FakeGate::State> state;
  {
    const std::lock_guard lock(gates().mutex);
    const auto found = gates().by_name.find(name);
    if (found == gates().by_name.end()) return;
    state = found->second;
  }
  std::unique_lock lock(state->mutex);
  ++state->waiting;
  state->changed.notify_all();
  state->changed.wait(lock, [&] { return !state->closed; });
  --state->waiting;
}

}  // namespace models
