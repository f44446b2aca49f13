#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace models {

/// The last part of an endless row of numbers, of which each has its place: 0, 1, 2 … Before the first are zeros.
class Tail {
 public:
  /// The place after the last one.
  std::int64_t end() const { return begin_ + static_cast<std::int64_t>(numbers_.size() - dropped_); }

  /// Where a producer appends.
  std::vector<float>& numbers() { return numbers_; }

  /// What stands at from … from + count, all of it appended already and not dropped.
  std::span<const float> view(std::int64_t from, std::int64_t count) const {
    return {numbers_.data() + dropped_ + static_cast<std::size_t>(from - begin_), static_cast<std::size_t>(count)};
  }

  /// The same copied, with zeros for what is not there.
  void copy(std::int64_t from, std::span<float> to) const {
    std::fill(to.begin(), to.end(), 0.0F);
    const std::int64_t first = std::max(from, begin_);
    const std::int64_t last = std::min(from + static_cast<std::int64_t>(to.size()), end());
    if (first >= last) return;
    const auto there = view(first, last - first);
    std::copy(there.begin(), there.end(), to.begin() + static_cast<std::ptrdiff_t>(first - from));
  }

  /// Nothing before `place` is asked for again. The memory is given back when it is more than what is left.
  void drop_before(std::int64_t place) {
    if (place <= begin_) return;
    place = std::min(place, end());
    dropped_ += static_cast<std::size_t>(place - begin_);
    begin_ = place;
    if (dropped_ < numbers_.size() - dropped_) return;
    numbers_.erase(numbers_.begin(), numbers_.begin() + static_cast<std::ptrdiff_t>(dropped_));
    dropped_ = 0;
  }

  void clear() {
    numbers_.clear();
    begin_ = 0;
    dropped_ = 0;
  }

 private:
  std::vector<float> numbers_;
  std::int64_t begin_ = 0;   ///< the place of the first that was not dropped
  std::size_t dropped_ = 0;  ///< at the start of numbers_
};

}  // namespace models
