// Compiled once for each instruction set: Highway includes this file again with other flags.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/tiles.cpp"
// Vectors whose size is not known when they are compiled cannot stand in arrays.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#include <hwy/foreach_target.h>
//
#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include "kernels/tiles.hpp"

HWY_BEFORE_NAMESPACE();
namespace models::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

constexpr hn::ScalableTag<float> kFloats;
constexpr std::size_t kLanes = hn::MaxLanes(kFloats);
constexpr std::size_t kPanel = 2 * kLanes;
// Two sums for each column, two vectors of weights and one of inputs have to fit into the registers.
constexpr bool kManyRegisters = kLanes == 16 || HWY_ARCH_ARM_A64;
constexpr std::size_t kColumns = kManyRegisters ? 8 : 6;
constexpr std::size_t kAhead = 1024;  ///< floats: what memory delivers while a few cache lines are used

using Vector = hn::Vec<decltype(kFloats)>;

/// The sums of a tile, one column in another: compilers keep members in registers where they would store arrays.
template <std::size_t Columns>
struct Sums {
  Vector low, high;
  Sums<Columns - 1> others;

  HWY_INLINE Sums() : low(hn::Zero(kFloats)), high(hn::Zero(kFloats)) {}  // implied, it is of no instruction set
  HWY_INLINE void add(Vector first, Vector second, const float* HWY_RESTRICT inputs) {
    const Vector input = hn::Set(kFloats, *inputs);
    low = hn::MulAdd(first, input, low);
    high = hn::MulAdd(second, input, high);
    others.add(first, second, inputs + 1);
  }
  HWY_INLINE void store(float* HWY_RESTRICT sums) const {
    hn::Store(low, kFloats, sums);
    hn::Store(high, kFloats, sums + kLanes);
    others.store(sums + kPanel);
  }
};

template <>
struct Sums<0> {
  HWY_INLINE Sums() {}
  HWY_INLINE void add(Vector, Vector, const float*) {}
  HWY_INLINE void store(float*) const {}
};

template <std::size_t Columns>
void run(const float* HWY_RESTRICT weights, const float* HWY_RESTRICT inputs, std::size_t depth,
         float* HWY_RESTRICT sums) {
  Sums<Columns> tile;
  for (std::size_t k = 0; k < depth; ++k) {
    hwy::Prefetch(weights + kAhead);
    if (kPanel > 16) hwy::Prefetch(weights + kAhead + 16);
    tile.add(hn::Load(kFloats, weights), hn::Load(kFloats, weights + kLanes), inputs);
    weights += kPanel;
    inputs += Columns;
  }
  tile.store(sums);
}

void run_any(std::size_t columns, const float* weights, const float* inputs, std::size_t depth, float* sums) {
  switch (columns) {
    case 1:
      return run<1>(weights, inputs, depth, sums);
    case 2:
      return run<2>(weights, inputs, depth, sums);
    case 3:
      return run<3>(weights, inputs, depth, sums);
    case 4:
      return run<4>(weights, inputs, depth, sums);
    case 5:
      return run<5>(weights, inputs, depth, sums);
    case 6:
      return run<6>(weights, inputs, depth, sums);
    case 7:
      return run<7>(weights, inputs, depth, sums);
    default:
      return run<8>(weights, inputs, depth, sums);
  }
}

constexpr const char* name_of_target() {
  switch (HWY_TARGET) {
#if HWY_ARCH_X86
    case HWY_AVX2:
      return "AVX2";
    case HWY_SSE4:
      return "SSE4";
    case HWY_SSSE3:
      return "SSSE3";
#endif
#if HWY_ARCH_ARM
    case HWY_NEON:
      return "NEON";
#endif
    default:
      return kLanes == 16 ? "AVX-512" : "plain";
  }
}

const Tiles* make() {
  static_assert(kPanel <= kMostPanel && kColumns <= kMostTileColumns);
  static constexpr Tiles kTiles{name_of_target(), kPanel, kColumns, run_any};
  return &kTiles;
}

}  // namespace models::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace models::kernels {

namespace {

HWY_EXPORT(make);

const Tiles& best() { return *HWY_DYNAMIC_DISPATCH(make)(); }

/// 0: what this processor has.
void allow(std::int64_t targets) {
  hwy::SetSupportedTargetsForTest(targets);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

}  // namespace

const Tiles& tiles() { return best(); }

std::vector<std::string> instruction_sets() {
  std::vector<std::string> names;
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    allow(target);
    names.emplace_back(best().name);
  }
  allow(0);
  return names;
}

bool choose_instruction_set(const std::string& name) {
  allow(0);
  if (name.empty()) return true;
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    allow(target);
    if (best().name == name) return true;
  }
  allow(0);
  return false;
}

}  // namespace models::kernels
#endif  // HWY_ONCE
