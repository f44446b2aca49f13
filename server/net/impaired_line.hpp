#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace server {

/// What a network does to packets. Times in ms, shares 0..1.
struct Impairment {
  enum class Delay {
    kConstant,     ///< first
    kUniform,      ///< first..second
    kExponential,  ///< first on average
    kBursts,  ///< the line stands still for `first` on average, every `second` on average; what waited goes at once
  };
  Delay delay = Delay::kConstant;
  double first = 0, second = 0;
  double cap = 1000;     ///< no packet comes later than this
  double loss = 0;       ///< share that never comes
  double duplicate = 0;  ///< share that comes twice, each time with a delay of its own
  double reorder = 0;    ///< share that changes places with the next packet (waited for up to the cap)
};

/// Takes "delay=uniform:0:95", "cap=95", "loss=2%" or "loss=0.02", "duplicate=…", "reorder=…" into it.
/// Fails: kMalformed, saying what is expected; nothing has changed then.
base::Status set_impairment(Impairment& impairment, std::string_view name, const std::string& value);

/// One direction of a line that does so, as plain data. The n-th packet meets the same fate with the same seed,
/// whatever happened to those before it; bursts stand at the same times after the first packet. Thread: one.
class ImpairedLine {
 public:
  using Packet = std::vector<std::byte>;
  struct Counts {
    std::uint64_t came = 0, went = 0, lost = 0, doubled = 0, reordered = 0;
    base::Duration longest{0};  ///< delay that was decided; the machine may add to it
  };

  ImpairedLine(const Impairment& impairment, std::uint64_t seed)
      : impairment_(impairment), fate_(seed), bursts_(~seed) {}

  void take(Packet packet, base::Time now);
  /// Time::max() when nothing is on its way.
  base::Time next_due() const { return on_way_.empty() ? base::Time::max() : on_way_.begin()->first; }
  /// Hands over what is due, in the order of its times.
  void run_due(base::Time now, const std::function<void(const Packet&)>& send);
  const Counts& counts() const { return counts_; }

 private:
  struct Fate {
    double loss, duplicate, reorder, delay, second_delay;
  };
  struct OnWay {
    Packet packet;
    base::Time came;
  };
  using Queue = std::multimap<base::Time, OnWay>;

  static double draw(std::mt19937_64& numbers);
  base::Duration delay(double drawn, base::Time now);
  base::Duration until_burst_ends(base::Time now);
  Queue::iterator put(Packet packet, base::Time now, base::Duration delay);
  void let_overtake(base::Time by);

  Impairment impairment_;
  std::mt19937_64 fate_, bursts_;
  Queue on_way_;
  std::optional<Queue::iterator> waiting_;  // to be overtaken by the next
  base::Time waiting_due_{};                // when it would have gone
  bool began_ = false;
  base::Time burst_from_{}, burst_until_{};
  Counts counts_;
};

}  // namespace server
