#include "kernels/convolution.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

#include "kernels/memory.hpp"

namespace models::kernels {

namespace {

constexpr std::int64_t kLeastOutputs = 16, kLeastDepth = 16;
constexpr std::int64_t kMostColumns = 1024;  ///< more of them are an ordinary matrix product
constexpr std::size_t kGathered = std::size_t{96}
                                  << 10U;  ///< floats that are gathered at a time: they stay in the cache

std::size_t positive(std::int64_t number) { return static_cast<std::size_t>(number); }

/// Of this thread; what it holds is kept for the next call.
float* scratch(std::size_t floats) {
  thread_local Memory memory;
  if (memory.floats().size() < floats) memory = Memory(floats);
  return memory.floats().data();
}

/// `count` floats that lie side by side: a few, of which the compiler knows how many.
void copy(const float* from, std::size_t count, float* to) {
  switch (count) {
    case 8:
      std::memcpy(to, from, 8 * sizeof(float));
      return;
    case 6:
      std::memcpy(to, from, 6 * sizeof(float));
      return;
    default:
      for (std::size_t i = 0; i < count; ++i) to[i] = from[i];
  }
}

}  // namespace

/// One column of the matrix product: a frame of a row.
struct Convolution::Columns {
  std::int64_t row = 0, frame = 0;
};

/// A tile: its group, its columns, and the frames of a row that goes in and of one that comes out.
struct Convolution::Place {
  std::int64_t group = 0, frames_in = 0, frames_out = 0;
  std::size_t count = 0;
  Columns columns[kMostTileColumns];
};

bool Convolution::suits(const Weights& weights) {
  const auto [transposed, in, out, groups, taps] = weights;
  if (groups < 1 || taps < 1 || in < groups || out < groups || in % groups != 0 || out % groups != 0) return false;
  const std::int64_t outputs = out / groups * (transposed ? taps : 1), depth = in / groups * (transposed ? 1 : taps);
  return outputs >= kLeastOutputs && depth >= kLeastDepth;
}

std::int64_t Convolution::frames_out(const Weights& weights, const Steps& steps, std::int64_t frames) {
  const std::int64_t reach = steps.dilation * (weights.taps - 1);
  if (weights.transposed) return (frames - 1) * steps.stride - 2 * steps.padding + reach + steps.more + 1;
  const std::int64_t room = frames + 2 * steps.padding - reach - 1;
  return room < 0 ? 0 : room / steps.stride + 1;
}

Convolution::Convolution(const Weights& weights, const Tiles& tiles)
    : weights_(weights),
      tiles_(&tiles),
      depth_(positive(weights.in / weights.groups * (weights.transposed ? 1 : weights.taps))),
      outputs_(positive(weights.out / weights.groups * (weights.transposed ? weights.taps : 1))),
      panels_((outputs_ + tiles.panel - 1) / tiles.panel) {}

void Convolution::pack(const float* from, float* to) {
  packed_ = to;
  for (std::int64_t group = 0; group < weights_.groups; ++group) {
    for (std::size_t panel = 0; panel < panels_; ++panel) {
      const std::size_t first = panel * tiles_->panel;
      pack_panel(from, first, std::min(tiles_->panel, outputs_ - first), to);
      to += panel_floats();
    }
    from += depth_ * outputs_;
  }
}

void Convolution::pack_panel(const float* from, std::size_t first, std::size_t count, float* to) const {
  if (weights_.transposed) {  // [depth, outputs]
    for (std::size_t k = 0; k < depth_; ++k) {
      std::copy_n(from + k * outputs_ + first, count, to + k * tiles_->panel);
    }
    return;
  }
  constexpr std::size_t kSquare = 16;  // [outputs, depth] is turned piece by piece: each fits into the nearest cache
  for (std::size_t begin = 0; begin < depth_; begin += kSquare) {
    const std::size_t end = std::min(begin + kSquare, depth_);
    for (std::size_t i = 0; i < count; ++i) {
      const float* row = from + (first + i) * depth_;
      for (std::size_t k = begin; k < end; ++k) to[k * tiles_->panel + i] = row[k];
    }
  }
}

bool Convolution::few(const Weights& weights, const Steps& steps, const Rows& in) {
  if (in.rows < 1 || in.frames < 1) return false;
  if (steps.stride < 1 || steps.dilation < 1 || steps.padding < 0 || steps.more < 0) return false;
  if (weights.transposed && steps.more >= std::max(steps.stride, steps.dilation)) return false;  // LibTorch refuses it
  const std::int64_t out = frames_out(weights, steps, in.frames);
  const std::int64_t columns = weights.transposed ? in.frames : out;
  return out >= 1 && in.rows <= kMostColumns / columns;
}

void Convolution::run(const Rows& in, const Steps& steps, const float* bias, float* out) const {
  Place place;
  place.frames_in = in.frames;
  place.frames_out = frames_out(weights_, steps, in.frames);
  if (weights_.transposed) {  // sums are added to it
    for (std::int64_t i = 0; i < in.rows * weights_.out; ++i) {
      std::fill_n(out + i * place.frames_out, place.frames_out, bias == nullptr ? 0.0F : bias[i % weights_.out]);
    }
  }
  const std::int64_t frames = weights_.transposed ? place.frames_in : place.frames_out;
  const std::size_t all = positive(in.rows * frames), widest = tiles_->columns;
  const std::size_t fit = std::max(kGathered / depth_ / widest, std::size_t{1}) * widest;
  const std::size_t wide = std::min(all, fit);
  float* gathered = scratch(wide * depth_);
  alignas(64) float sums[kMostTileColumns * kMostPanel];
  const auto tile = [&](std::size_t first, std::size_t end) {
    place.count = std::min(widest, end - first);
    for (std::size_t i = 0; i < place.count; ++i) {
      const auto column = static_cast<std::int64_t>(first + i);
      place.columns[i] = {column / frames, column % frames};
    }
  };
  for (place.group = 0; place.group < weights_.groups; ++place.group) {
    const float* group = packed_ + positive(place.group) * panels_ * panel_floats();
    for (std::size_t begin = 0; begin < all; begin += wide) {
      const std::size_t end = std::min(begin + wide, all);
      for (std::size_t first = begin; first < end; first += widest) {
        tile(first, end);
        gather(place, in, steps, gathered + (first - begin) * depth_);
      }
      for (std::size_t panel = 0; panel < panels_; ++panel) {
        for (std::size_t first = begin; first < end; first += widest) {
          tile(first, end);
          tiles_->run(place.count, group + panel * panel_floats(), gathered + (first - begin) * depth_, depth_, sums);
          if (weights_.transposed) {
            spread(place, panel, steps, sums, out);
          } else {
            store(place, panel, sums, bias, out);
          }
        }
      }
    }
  }
}

/// What a tile is multiplied with, [depth, columns]: zero where a tap lies outside the input.
void Convolution::gather(const Place& place, const Rows& in, const Steps& steps, float* to) const {
  const std::int64_t channels = weights_.in / weights_.groups, taps = weights_.transposed ? 1 : weights_.taps;
  const std::int64_t stride = weights_.transposed ? 1 : steps.stride, padding = weights_.transposed ? 0 : steps.padding;
  const std::size_t count = place.count;
  std::int64_t from[kMostTileColumns];
  for (std::int64_t tap = 0; tap < taps; ++tap) {
    bool side_by_side = true;
    for (std::size_t i = 0; i < count; ++i) {
      const auto [row, frame] = place.columns[i];
      const std::int64_t at = frame * stride - padding + tap * steps.dilation;
      from[i] = at < 0 || at >= place.frames_in ? -1 : row * weights_.in * place.frames_in + at;
      side_by_side = side_by_side && from[i] >= 0 && from[i] == from[0] + static_cast<std::int64_t>(i);
    }
    const float* channel = in.data + place.group * channels * place.frames_in;
    float* column = to + positive(tap) * count;
    for (std::int64_t i = 0; i < channels; ++i) {
      if (side_by_side) {
        copy(channel + from[0], count, column);
      } else {
        for (std::size_t j = 0; j < count; ++j) column[j] = from[j] < 0 ? 0.0F : channel[from[j]];
      }
      channel += place.frames_in;
      column += positive(taps) * count;
    }
  }
}

void Convolution::store(const Place& place, std::size_t panel, const float* sums, const float* bias, float* out) const {
  const std::size_t first = panel * tiles_->panel, count = std::min(tiles_->panel, outputs_ - first);
  const std::int64_t channel = place.group * (weights_.out / weights_.groups) + static_cast<std::int64_t>(first);
  float* to[kMostTileColumns];
  for (std::size_t i = 0; i < place.count; ++i) {
    const auto [row, frame] = place.columns[i];
    to[i] = out + (row * weights_.out + channel) * place.frames_out + frame;
  }
  for (std::size_t output = 0; output < count; ++output) {
    const float more = bias == nullptr ? 0.0F : bias[positive(channel) + output];
    for (std::size_t i = 0; i < place.count; ++i) {
      *to[i] = sums[i * tiles_->panel + output] + more;
      to[i] += place.frames_out;
    }
  }
}

/// Each frame of the input goes to as many frames of the output as there are taps.
void Convolution::spread(const Place& place, std::size_t panel, const Steps& steps, const float* sums,
                         float* out) const {
  const std::size_t first = panel * tiles_->panel, count = std::min(tiles_->panel, outputs_ - first);
  const std::int64_t channel = place.group * (weights_.out / weights_.groups);
  for (std::size_t i = 0; i < place.count; ++i) {
    const auto [row, frame] = place.columns[i];
    const std::int64_t start = frame * steps.stride - steps.padding;
    std::int64_t tap = static_cast<std::int64_t>(first) % weights_.taps;
    float* to =
        out + (row * weights_.out + channel + static_cast<std::int64_t>(first) / weights_.taps) * place.frames_out;
    for (const float sum : std::span(sums + i * tiles_->panel, count)) {
      const std::int64_t at = start + tap * steps.dilation;
      if (at >= 0 && at < place.frames_out) to[at] += sum;
      if (++tap < weights_.taps) continue;
      tap = 0;
      to += place.frames_out;
    }
  }
}

}  // namespace models::kernels
