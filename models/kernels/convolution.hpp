#pragma once
#include <cstddef>
#include <cstdint>

#include "kernels/tiles.hpp"

namespace models::kernels {

/// The weights of a convolution over time: [out, in / groups, taps], or transposed [in, out / groups, taps].
struct Weights {
  bool transposed = false;
  std::int64_t in = 0, out = 0;  ///< channels
  std::int64_t groups = 1;
  std::int64_t taps = 0;
  friend bool operator==(const Weights&, const Weights&) = default;
};

/// How they go over the input.
struct Steps {
  std::int64_t stride = 1, padding = 0, dilation = 1;
  std::int64_t more = 0;  ///< output padding, of a transposed one
};

/// float32 [rows, channels, frames], row-major.
struct Rows {
  const float* data = nullptr;
  std::int64_t rows = 0, frames = 0;
};

/// A convolution over few frames, with its weights laid out so that they are read once and in order: then it takes as
/// long as memory takes to deliver them. Immutable once packed. Thread: [any].
class Convolution {
 public:
  /// Whether packing these pays: panels of them would be full, for the most part.
  static bool suits(const Weights& weights);
  /// Whether few enough frames come in, and any out.
  static bool few(const Weights& weights, const Steps& steps, const Rows& in);
  /// Output frames of `frames`; less than one: it cannot be.
  static std::int64_t frames_out(const Weights& weights, const Steps& steps, std::int64_t frames);

  explicit Convolution(const Weights& weights, const Tiles& tiles = kernels::tiles());

  const Weights& weights() const { return weights_; }
  /// What pack() fills.
  std::size_t floats() const { return static_cast<std::size_t>(weights_.groups) * panels_ * panel_floats(); }
  /// @param from  as Weights says.  @param to  floats() of them, zero, aligned to a cache line; it outlives this.
  void pack(const float* from, float* to);

  bool takes(const Rows& in, const Steps& steps) const { return packed_ != nullptr && few(weights_, steps, in); }
  /// @param bias  [out], or null.  @param out  [rows, out, frames_out].  Only for what takes() says.
  void run(const Rows& in, const Steps& steps, const float* bias, float* out) const;

 private:
  struct Columns;
  struct Place;

  std::size_t panel_floats() const { return depth_ * tiles_->panel; }
  void pack_panel(const float* from, std::size_t first, std::size_t count, float* to) const;
  void gather(const Place& place, const Rows& in, const Steps& steps, float* to) const;
  void store(const Place& place, std::size_t panel, const float* sums, const float* bias, float* out) const;
  void spread(const Place& place, std::size_t panel, const Steps& steps, const float* sums, float* out) const;

  Weights weights_;
  const Tiles* tiles_;
  std::size_t depth_;    ///< products in one sum
  std::size_t outputs_;  ///< of one group: channels, or each tap of each where it is transposed
  std::size_t panels_;   ///< of one group
  const float* packed_ = nullptr;
};

}  // namespace models::kernels
