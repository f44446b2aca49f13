#include "server/core/chance.hpp"

#include <sodium.h>

#include <algorithm>

namespace server {

namespace {
constexpr std::size_t kBytes = 3;  // 24 bits

void need_sodium() {
  static const bool ready = sodium_init() >= 0;
  (void)ready;
}
}  // namespace

Seed fresh_seed() {
  need_sodium();
  Seed seed;
  randombytes_buf(seed.data(), seed.size());
  return seed;
}

void Chance::refill() {
  static_assert(sizeof(Seed) == randombytes_SEEDBYTES);
  need_sodium();
  std::array<std::uint8_t, sizeof(Seed) + sizeof pool_> fresh;
  randombytes_buf_deterministic(fresh.data(), fresh.size(), seed_.data());
  std::copy_n(fresh.begin(), seed_.size(), seed_.begin());
  std::copy(fresh.begin() + seed_.size(), fresh.end(), pool_.begin());
  used_ = 0;
}

std::int32_t Chance::number() {
  static_assert(sizeof pool_ % kBytes == 0);
  for (;;) {
    if (used_ == pool_.size()) refill();
    std::int32_t number = 0;
    for (std::size_t i = 0; i < kBytes; ++i) number = number << 8 | pool_[used_++];
    if (number != 0) return number;
  }
}

}  // namespace server
