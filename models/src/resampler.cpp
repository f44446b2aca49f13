#include "resampler.hpp"

#include <samplerate.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "text.hpp"

namespace models {

namespace {

using base::Error;
using base::ErrorCode;

constexpr double kMostRatio = 256;

/// libsamplerate refuses wrong arguments only, and ours are right; going on would be a loop without end.
void check(int error) {
  if (error == 0) return;
  std::fprintf(stderr, "resampler: %s\n", src_strerror(error));
  std::abort();
}

class PassThrough final : public Resampler {
 public:
  void push(std::span<const float> in, std::vector<float>& out) override {
    out.insert(out.end(), in.begin(), in.end());
  }
  void reset() override {}
  std::int64_t lookahead() const override { return 0; }
};

struct Delete {
  void operator()(SRC_STATE* state) const { src_delete(state); }
};
using State = std::unique_ptr<SRC_STATE, Delete>;

/// libsamplerate keeps its position as a whole count of input samples and a fraction, to which it adds 1 / ratio for
/// each output. What is rounded each time is below 1e-15 (at ratios near 1): after 8 hours at 192 kHz not 1e-5 of a
/// sample.
class Sinc final : public Resampler {
 public:
  Sinc(State state, double ratio) : state_(std::move(state)), ratio_(ratio) {
    lookahead_ = measure();
    reset();
  }

  void push(std::span<const float> in, std::vector<float>& out) override {
    for (bool more = !in.empty(); more;) {
      const Step step = process(in);
      in = in.subspan(step.used);
      out.insert(out.end(), piece_.begin(), piece_.begin() + static_cast<std::ptrdiff_t>(step.made));
      more = !in.empty() || step.made == piece_.size();
    }
  }

  void reset() override { check(src_reset(state_.get())); }

  std::int64_t lookahead() const override { return lookahead_; }

 private:
  struct Step {
    std::size_t used, made;
  };

  Step process(std::span<const float> in) {
    SRC_DATA data{};
    data.data_in = in.data();
    data.input_frames = static_cast<long>(std::min(in.size(), kMostInput));
    data.data_out = piece_.data();
    data.output_frames = static_cast<long>(piece_.size());
    data.src_ratio = ratio_;
    check(src_process(state_.get(), &data));
    return {static_cast<std::size_t>(data.input_frames_used), static_cast<std::size_t>(data.output_frames_gen)};
  }

  /// The first output stands at 0, and none waits longer than one at a whole position.
  std::int64_t measure() {
    const float silence = 0;
    std::int64_t newest = 0;
    while (process({&silence, 1}).made == 0) ++newest;
    return newest;
  }

  static constexpr std::size_t kMostInput = 4096;
  State state_;
  double ratio_;
  std::int64_t lookahead_ = 0;
  std::array<float, 4096> piece_{};
};

bool is_rate(double rate) { return std::isfinite(rate) && rate > 0; }

}  // namespace

base::Result<std::unique_ptr<Resampler>> Resampler::make(double in, double out) {
  if (!is_rate(in) || !is_rate(out) || out > in * kMostRatio || in > out * kMostRatio) {
    return Error{ErrorCode::kMalformed, "cannot go from " + number_text(in) + " to " + number_text(out) +
                                            " samples per second: each rate is above 0, and neither more than 256 "
                                            "times the other"};
  }
  if (in == out) return std::unique_ptr<Resampler>(std::make_unique<PassThrough>());
  int error = 0;
  State state(src_new(SRC_SINC_MEDIUM_QUALITY, 1, &error));
  if (state == nullptr) return Error{ErrorCode::kModelFailed, "no memory for resampling"};
  return std::unique_ptr<Resampler>(
      std::make_unique<Sinc>(std::move(state), std::clamp(out / in, 1 / kMostRatio, kMostRatio)));
}

}  // namespace models
