#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace models::kernels {

/// The innermost loop of a matrix product with few columns, for one instruction set: a panel of outputs by a tile of
/// columns. Weights stream through it once; what is multiplied with them stays in the cache nearest to the processor.
struct Tiles {
  const char* name;     ///< "AVX-512", "AVX2", "NEON", …
  std::size_t panel;    ///< outputs that lie side by side in packed weights
  std::size_t columns;  ///< of the widest tile
  /// sums[column][panel] = Σ_k weights[k][panel] · inputs[k][columns], k < depth. `weights` and `sums` are aligned to
  /// a cache line. @param columns  1 to Tiles::columns
  void (*run)(std::size_t columns, const float* weights, const float* inputs, std::size_t depth, float* sums);
};

/// The widest tile of all instruction sets: [column][panel] floats.
inline constexpr std::size_t kMostPanel = 64, kMostTileColumns = 8;

/// Of the best instruction set that this processor has, or of the one that was chosen. Thread: [any].
const Tiles& tiles();

/// What this build has for this processor, the best first.
std::vector<std::string> instruction_sets();

/// From the next weights that are packed on; for tests and measurements. Empty: the best again. False: there is no
/// such.
bool choose_instruction_set(const std::string& name);

}  // namespace models::kernels
