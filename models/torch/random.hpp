#pragma once
#include <ATen/core/Generator.h>
#include <c10/core/impl/LocalDispatchKeySet.h>

#include <cstdint>
#include <optional>

namespace models {

/// A generator as torch.manual_seed(seed) leaves the one that all of a process share.
at::Generator make_generator(std::uint64_t seed);

/// While it lives, random numbers that scripts draw on this thread come from this generator. LibTorch's own way, one
/// generator for the whole process, lets two sessions disturb each other.
class OwnRandom {
 public:
  /// @param generator  outlives it; null: the shared one is drawn from
  explicit OwnRandom(at::Generator* generator);
  ~OwnRandom();
  OwnRandom(const OwnRandom&) = delete;
  OwnRandom& operator=(const OwnRandom&) = delete;

 private:
  std::optional<c10::impl::IncludeDispatchKeyGuard> draws_;
};

}  // namespace models
