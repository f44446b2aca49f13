#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace server {

/// All random numbers of a run follow from it. Whoever knows it knows the keys of that run's clients.
using Seed = std::array<std::uint8_t, 32>;

/// A seed that nobody can guess, from the system. Thread: [any].
Seed fresh_seed();

/// The random numbers of one daemon: hard to guess without the seed, the same ones in the same order with it. What is
/// drawn has to depend on the order of arrival alone, so that a recording can be replayed. Thread: [net].
class Chance {
 public:
  explicit Chance(const Seed& seed = fresh_seed()) : seed_(seed) {}
  /// 1..2^24-1: exact in every host.
  std::int32_t number();

 private:
  void refill();

  Seed seed_;  // of what comes after the pool: the numbers before it can no longer be told
  std::array<std::uint8_t, 480> pool_{};
  std::size_t used_ = pool_.size();
};

}  // namespace server
