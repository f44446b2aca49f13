// One file with LibTorch's kernels and with ours, in one process: the same blocks in turns, so that each finds the
// other's weights in the caches.
//   bench_kernels FILE METHOD BLOCK PAIRS    BLOCK in samples
//   bench_kernels                            what memory and arithmetic of this machine give one thread
// Prints one JSON line: medians in ms, the ratio of each pair (median, smallest, largest), the largest difference by
// the rms, what was packed, and what a load decides.
#include <time.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "kernels/memory.hpp"
#include "kernels/tiles.hpp"
#include "models/model.hpp"

namespace bench {

namespace {

constexpr int kWarm = 3;

models::Card card_of(const std::string& file) {
  models::Card card;
  card.name = "bench";
  card.kind = "stream";
  card.file = file;
  return card;
}

/// Of the processor, by the clock of this thread: what else runs meanwhile counts for neither.
double seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

double median(std::vector<double> all) {
  std::sort(all.begin(), all.end());
  return all[all.size() / 2];
}

std::string fact(const std::vector<std::pair<std::string, std::string>>& facts, const std::string& name) {
  for (const auto& [key, text] : facts) {
    if (key == name) return text;
  }
  return "";
}

/// Noise that never repeats.
class Sound {
 public:
  void fill(std::vector<float>& block) {
    for (float& x : block) {
      state_ = state_ * 1664525U + 1013904223U;
      x = static_cast<float>(static_cast<std::int32_t>(state_)) * (0.1F / 2147483648.0F);
    }
  }

 private:
  std::uint32_t state_ = 1;
};

class Pairs {
 public:
  Pairs(models::Program& program, std::size_t method, std::vector<std::int64_t> shape)
      : program_(program), method_(method), shape_(std::move(shape)) {
    std::size_t size = 1;
    for (const auto side : shape_) size *= static_cast<std::size_t>(side);
    block_.resize(size);
  }

  bool learn() {
    (void)program_.use_kernels(models::KernelUse::kLearn);
    auto first = program_.fresh();
    if (!first) return false;
    for (int i = 0; i < 2; ++i) call(**first, their_answer_);
    (void)program_.differs(**first, false);
    (void)program_.use_kernels(models::KernelUse::kOn);
    auto ours = program_.fresh(), theirs = program_.fresh();
    if (!ours || !theirs) return false;
    ours_ = std::move(*ours);
    theirs_ = std::move(*theirs);
    ours_->seed(1);
    theirs_->seed(1);
    return true;
  }

  void pair(bool counts) {
    sound_.fill(block_);
    (void)program_.use_kernels(models::KernelUse::kOff);
    const double theirs = call(*theirs_, their_answer_);
    (void)program_.use_kernels(models::KernelUse::kOn);
    const double ours = call(*ours_, our_answer_);
    compare();
    if (!counts) return;
    ours_ms_.push_back(ours);
    theirs_ms_.push_back(theirs);
    ratios_.push_back(ours / theirs);
  }

  void print(const std::string& chosen) const {
    const auto [least, most] = std::minmax_element(ratios_.begin(), ratios_.end());
    std::printf(
        "{\"ours_ms\": %.3f, \"libtorch_ms\": %.3f, \"ratio\": %.3f, \"least\": %.3f, \"most\": %.3f, \"error\": %.2g, "
        "\"packed\": \"%s\", \"chosen\": \"%s\"}\n",
        median(ours_ms_), median(theirs_ms_), median(ratios_), *least, *most, worst_,
        fact(program_.facts(), "packed").c_str(), chosen.c_str());
  }

 private:
  double call(models::Run& run, models::TensorOut& out) {
    const double began = seconds();
    const auto status = run.run(method_, {block_, shape_}, out);
    const double took = seconds() - began;
    if (status) return 1000 * took;
    std::fprintf(stderr, "bench_kernels: %s\n", status.error().message.c_str());
    std::exit(1);
  }

  void compare() {
    double error = 0, power = 0;
    for (std::size_t i = 0; i < our_answer_.data.size(); ++i) {
      error += std::pow(static_cast<double>(our_answer_.data[i]) - static_cast<double>(their_answer_.data[i]), 2);
      power += std::pow(static_cast<double>(their_answer_.data[i]), 2);
    }
    if (error > 0) worst_ = std::max(worst_, std::sqrt(error / power));
  }

  models::Program& program_;
  std::size_t method_;
  std::vector<std::int64_t> shape_;
  std::vector<float> block_;
  std::unique_ptr<models::Run> ours_, theirs_;
  models::TensorOut our_answer_, their_answer_;
  std::vector<double> ours_ms_, theirs_ms_, ratios_;
  double worst_ = 0;
  Sound sound_;
};

int run(const std::string& file, const std::string& method, int block, int pairs) {
  const auto card = card_of(file);
  std::string chosen;
  std::size_t index = 0;
  std::int64_t channels = 1, frames = block;
  {
    const auto model = models::load(card);
    if (!model) {
      std::fprintf(stderr, "bench_kernels: %s\n", model.error().message.c_str());
      return 2;
    }
    chosen = fact((*model)->facts(), "kernels");
    index = *(*model)->method(method);
    channels = (*model)->methods()[index].in_channels;
    frames = block / (*model)->methods()[index].in_ratio;
    if (block < (*model)->methods()[index].block * (*model)->methods()[index].in_ratio) return 3;
  }
  auto program = (*models::open_engine("torch"))->load(card);
  if (!program) return 2;
  Pairs all(**program, index, {1, channels, frames});
  if (!all.learn()) return 2;
  for (int i = 0; i < kWarm + pairs; ++i) all.pair(i >= kWarm);
  all.print(chosen);
  return 0;
}

/// Seconds of the fastest of some runs.
template <class Work>
double fastest(Work&& work) {
  double best = 1e9;
  for (int i = 0; i < 10; ++i) {
    const double began = seconds();
    work();
    best = std::min(best, seconds() - began);
  }
  return best;
}

int machine() {
  using models::kernels::Memory;
  const auto& tiles = models::kernels::tiles();
  constexpr std::size_t kFloats = std::size_t{64} << 20U, kDepth = 128;
  const Memory weights(kFloats);
  const std::vector<float> inputs(kFloats / tiles.panel, 1);
  alignas(64) float sums[models::kernels::kMostPanel * models::kernels::kMostTileColumns];
  const double streamed =
      fastest([&] { tiles.run(1, weights.floats().data(), inputs.data(), kFloats / tiles.panel, sums); });
  constexpr int kTimes = 20000;
  const double computed = fastest([&] {
    for (int i = 0; i < kTimes; ++i) tiles.run(tiles.columns, weights.floats().data(), inputs.data(), kDepth, sums);
  });
  const auto products = static_cast<double>(tiles.panel * tiles.columns * kDepth) * kTimes;
  std::printf("{\"instructions\": \"%s\", \"memory_gb_s\": %.1f, \"gflop_s\": %.1f}\n", tiles.name,
              static_cast<double>(kFloats * sizeof(float)) / streamed / 1e9, 2 * products / computed / 1e9);
  return 0;
}

}  // namespace

}  // namespace bench

int main(int count, char** words) {
  if (count == 1) return bench::machine();
  if (count != 5) {
    std::fprintf(stderr, "bench_kernels FILE METHOD BLOCK PAIRS\n");
    return 1;
  }
  return bench::run(words[1], words[2], std::atoi(words[3]), std::atoi(words[4]));
}
