#pragma once
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "calls.hpp"
#include "channel.hpp"
#include "models/isolate.hpp"

namespace models {

/// A process that runs one model for this one, and the ways to it. Calls of several threads run side by side, each on a
/// thread of its own over there. Once it has fallen every call fails; it is never started again: load anew.
/// Thread: [any], except make().
class Isolation {
 public:
  /// @param channels  calls that may run side by side, and one for loading
  /// @param fell      called once when it falls by itself, on a thread of its own; may be empty; asks nothing of this
  /// Fails: kBusy.
  static base::Result<std::unique_ptr<Isolation>> make(const StartWorker& start, std::size_t channels,
                                                       std::function<void()> fell);
  /// Ends the process; waits for nothing.
  ~Isolation();
  Isolation(const Isolation&) = delete;
  Isolation& operator=(const Isolation&) = delete;

  /// One call: `ask` packs what is asked, `read` unpacks what is answered after the status.
  /// Fails: what was answered; kModelFailed where the process fell meanwhile, or did not answer in time and was ended;
  /// kGone where it had fallen before.
  template <class Ask, class Read>
  base::Status call(Call what, base::Time until, Ask&& ask, Read&& read) {
    const Use use(*this);
    if (!use) return gone();
    auto packer = use->packer();
    ask(packer);
    if (auto status = exchange(*use, what, packer, until); !status) return status;
    auto said = use->said();
    auto status = get_status(said);
    if (status && said.good()) read(said);
    return said.done() ? status : nonsense();
  }
  /// The first channel is for loading alone: its thread over there stands behind all that answers. From now on the
  /// others are used. Thread: the one that loads, while nobody calls.
  void loaded();
  /// Nobody holds this run any more. Never waits.
  void drop(RunId run);

  std::optional<Fall> fall() const;
  int pid() const;

 private:
  struct Shared;  // with the thread that watches, which outlives this
  /// A channel that nobody else uses.
  class Use {
   public:
    explicit Use(Isolation& of);
    ~Use();
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    explicit operator bool() const { return channel_ != nullptr; }
    Channel& operator*() const { return *channel_; }
    Channel* operator->() const { return channel_; }

   private:
    Isolation& of_;
    Channel* channel_;
  };

  Isolation() = default;
  base::Status exchange(Channel& channel, Call what, const Packer& said, base::Time until);
  base::Error gone() const;
  base::Error nonsense();
  base::Error fell_in_call();

  std::unique_ptr<Region> region_;
  std::vector<std::unique_ptr<Channel>> channels_;
  std::shared_ptr<Shared> shared_;
  std::mutex mutex_;
  std::condition_variable free_again_;
  std::vector<Channel*> free_;  // the one used last is used first: it is warm
  int control_ = -1;
};

}  // namespace models
