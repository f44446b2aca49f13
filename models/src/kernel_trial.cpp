#include "kernel_trial.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "measure.hpp"
#include "text.hpp"

namespace models {

namespace {

constexpr double kMostError = 5e-5;  ///< of the rms
constexpr double kQuicker = 0.95;
constexpr std::uint64_t kSeed = 1;
constexpr std::size_t kMostPairs = 400;

/// "7.63 ms"
std::string time_text(Micros time) {
  return number_text(static_cast<float>(std::round(time.count() / 10) / 100)) + " ms";
}

}  // namespace

base::Status KernelTrial::begin(const Make& make) {
  for (auto* run : {&ours_, &theirs_}) {
    auto made = make();
    if (!made) return made.error();
    *run = std::move(*made);
    (*run)->seed(kSeed);
  }
  return {};
}

base::Status KernelTrial::method(const Call& call, base::Duration time) {
  const auto ends = base::Clock::now() + time;
  do {
    if (auto status = pair(call); !status) return status;
  } while (base::Clock::now() < ends && our_times_.size() < kMostPairs);
  end_method();
  return {};
}

base::Status KernelTrial::pair(const Call& call) {
  const std::size_t pass = our_times_.size();
  Micros ours{0}, theirs{0};
  (void)program_.use_kernels(KernelUse::kOff);
  if (auto status = call(*theirs_, pass, their_answer_, theirs); !status) return status;
  (void)program_.use_kernels(KernelUse::kOn);
  if (auto status = call(*ours_, pass, our_answer_, ours); !status) return status;
  if (our_answer_.size() != their_answer_.size()) worst_ = INFINITY;
  for (std::size_t i = 0; i < std::min(our_answer_.size(), their_answer_.size()); ++i) {
    error_ += std::pow(static_cast<double>(our_answer_[i]) - static_cast<double>(their_answer_[i]), 2);
    power_ += std::pow(static_cast<double>(their_answer_[i]), 2);
  }
  our_times_.push_back(ours);
  their_times_.push_back(theirs);
  return {};
}

void KernelTrial::end_method() {
  const double error = error_ == 0 ? 0 : std::sqrt(error_ / power_);
  worst_ = error <= worst_ ? worst_ : error;  // also where it is no number
  our_time_ += percentiles(std::exchange(our_times_, {})).p50;
  their_time_ += percentiles(std::exchange(their_times_, {})).p50;
  error_ = power_ = 0;
}

bool KernelTrial::is_right() const { return worst_ <= kMostError; }

bool KernelTrial::is_quicker() const { return our_time_ < kQuicker * their_time_; }

std::string KernelTrial::text(bool chosen) const {
  if (!is_right()) return "off: they answered otherwise, by " + number_text(static_cast<float>(worst_)) + " of the rms";
  const std::string took =
      time_text(our_time_) + " for one block of each method, " + time_text(their_time_) + " without";
  return (chosen ? "on: " : "off: ") + took;
}

}  // namespace models
