#pragma once
#include <memory>
#include <span>
#include <vector>

#include "classifier.hpp"
#include "front_end.hpp"

namespace models {

/// A window of samples as the numbers that the script takes. Thread: one caller at a time.
class WindowTensor {
 public:
  explicit WindowTensor(const Card& card);

  const WindowPlan& plan() const { return plan_; }

  /// Appends the numbers of one window. @param samples  [window].
  void prepare(std::span<const float> samples, std::vector<float>& numbers);

  /// The same from frames of the front end. @param frames  [frames, width].
  void prepare_frames(std::span<const float> frames, std::vector<float>& numbers) const;

  /// One frame of the front end. @param samples  [frontEnd.window].  @param frame  [width].
  void front_end_frame(std::span<const float> samples, std::span<float> frame) { front_end_->frame(samples, frame); }

 private:
  FrontEndCard front_;
  WindowPlan plan_;
  std::unique_ptr<FrontEnd> front_end_;  ///< null for waveform
  std::vector<float> frames_;
};

}  // namespace models
