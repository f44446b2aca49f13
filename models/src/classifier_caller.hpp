#pragma once
#include <memory>
#include <span>
#include <vector>

#include "classifier.hpp"
#include "front_end.hpp"

namespace models {

/// One window through front end, network and activation. Always one window per call of the script: a batch would let
/// an answer depend, in its last bits, on what was asked beside it. Thread: one caller at a time.
class WindowNetwork {
 public:
  /// @param card, methods  outlive it.
  WindowNetwork(const Card& card, std::span<const Method> methods);

  const WindowPlan& plan() const { return plan_; }

  /// @param samples  [window].
  /// @param out      the numbers of the window are appended: as many as the method's out_channels, if those are known.
  /// Fails: kModelFailed (raised, wrong shape, NaN); `out` is as before.
  base::Status hear(Run& run, std::size_t method, std::span<const float> samples, std::vector<float>& out);

  /// The same from frames of the front end. @param frames  [frames, width].
  base::Status hear_frames(Run& run, std::size_t method, std::span<const float> frames, std::vector<float>& out);

  /// One frame of the front end. @param samples  [frontEnd.window].  @param frame  [width].
  void front_end_frame(std::span<const float> samples, std::span<float> frame) { front_end_->frame(samples, frame); }

 private:
  base::Status ask(Run& run, std::size_t method, std::span<const float> numbers, std::vector<float>& out);
  base::Status check_shape(const Method& method, const std::string& called) const;
  bool is_scores(const Method& method) const;

  const Card& card_;
  std::span<const Method> methods_;
  WindowPlan plan_;
  std::unique_ptr<FrontEnd> front_end_;  ///< null for waveform
  std::vector<float> numbers_, turned_;
  TensorIn in_;
  TensorOut tensor_;
};

/// Instance::run of a classifier: windows of samples at the model's rate in, their numbers out.
std::unique_ptr<Caller> classifier_caller(const Card& card, std::span<const Method> methods);

}  // namespace models
