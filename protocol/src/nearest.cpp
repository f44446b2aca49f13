#include <algorithm>
#include <numeric>
#include <vector>

#include "protocol/schema.hpp"

namespace protocol {
namespace {

/// Optimal string alignment: how many inserts, deletes, replacements and swaps of neighbours lead from `a` to `b`.
class Edits {
 public:
  std::size_t between(std::string_view a, std::string_view b) {
    before_.assign(b.size() + 1, 0);
    last_.resize(b.size() + 1);
    now_.resize(b.size() + 1);
    std::iota(last_.begin(), last_.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
      row(i, a, b);
      before_.swap(last_);
      last_.swap(now_);
    }
    return last_[b.size()];
  }

 private:
  void row(std::size_t i, std::string_view a, std::string_view b) {
    now_[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = last_[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      now_[j] = std::min({last_[j] + 1, now_[j - 1] + 1, replace});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) now_[j] = std::min(now_[j], before_[j - 2] + 1);
    }
  }

  std::vector<std::size_t> before_, last_, now_;  // the rows of a[..i-2], a[..i-1], a[..i]
};

std::size_t difference(std::size_t a, std::size_t b) { return a > b ? a - b : b - a; }

}  // namespace

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
  const auto most = std::max<std::size_t>(2, word.size() / 3);
  auto least = most + 1;
  std::string_view found;
  Edits edits;
  for (const auto candidate : candidates) {
    if (difference(word.size(), candidate.size()) >= least) continue;
    const auto distance = edits.between(word, candidate);
    if (distance >= least || distance >= word.size()) continue;  // not one letter of the word left: that is no hint
    least = distance;
    found = candidate;
  }
  return found;
}

}  // namespace protocol
