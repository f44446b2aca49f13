#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "models/watch.hpp"

namespace server {

/// What each thread of a serving process is doing for a model, and when [net] was last alive: plain data in memory that
/// the supervisor shares, readable also after the process died. Written by its owner alone, read by [any].
struct CallBoard {
  static constexpr std::size_t kLoading = 65;  ///< the slot of [load]; 0 is [net], 1..64 the workers
  static constexpr std::size_t kSlots = 66;
  static constexpr std::size_t kNameBytes = 64;

  struct Slot {
    std::atomic<std::int64_t> began{0};  ///< steady clock, ns; 0: in no model
    std::atomic<std::int64_t> limit{0};  ///< ns
    std::array<std::atomic<char>, kNameBytes> model{};

    std::string name() const;
  };

  std::atomic<std::int64_t> beat{0};          ///< steady clock, ns: [net] came round; 0: it did not begin yet
  std::atomic<std::int32_t> fault_signal{0};  ///< the process died of it, by itself
  std::atomic<std::int32_t> fault_slot{-1};   ///< inside this slot's call; -1: outside of any
  std::array<Slot, kSlots> slots;
};
static_assert(std::atomic<std::int64_t>::is_always_lock_free, "the board is shared between processes");

/// The slot of this thread, for the note of a fault; -1: none.
int slot_of_this_thread();

/// Writes one thread's calls on the board. It outlives the calls; the board outlives it.
class BoardWatch final : public models::CallWatch {
 public:
  BoardWatch(CallBoard& board, std::size_t slot) : slot_(board.slots[slot]), index_(static_cast<int>(slot)) {}
  void began(std::string_view model, base::Duration limit) noexcept override;
  void ended() noexcept override;

 private:
  struct Outer {
    std::int64_t began, limit;
  };
  static constexpr std::size_t kNested = 4;
  CallBoard::Slot& slot_;
  int index_;
  std::array<Outer, kNested> outer_{};  // the calls that hold this one; the innermost name stands for all
  std::size_t depth_ = 0;
};

}  // namespace server
