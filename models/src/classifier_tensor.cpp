#include "classifier_tensor.hpp"

namespace models {

namespace {
std::size_t size(std::int64_t count) { return static_cast<std::size_t>(count); }
}  // namespace

WindowTensor::WindowTensor(const Card& card) : front_(card.listen.front_end), plan_(plan_of(card)) {
  if (plan_.frames > 0) front_end_ = FrontEnd::make(front_, card.model_rate);
}

void WindowTensor::prepare(std::span<const float> samples, std::vector<float>& numbers) {
  if (front_end_ == nullptr) {
    numbers.insert(numbers.end(), samples.begin(), samples.end());
    if (front_.normalise) normalise(std::span(numbers).last(samples.size()));
    return;
  }
  frames_.resize(size(plan_.frames * plan_.width));
  for (std::size_t i = 0; i < size(plan_.frames); ++i) {
    front_end_frame(samples.subspan(i * size(front_.hop), size(front_.window)),
                    std::span(frames_).subspan(i * size(plan_.width), size(plan_.width)));
  }
  prepare_frames(frames_, numbers);
}

void WindowTensor::prepare_frames(std::span<const float> frames, std::vector<float>& numbers) const {
  if (!plan_.turned) {
    numbers.insert(numbers.end(), frames.begin(), frames.end());
    return;
  }
  const std::size_t width = size(plan_.width), count = size(plan_.frames), first = numbers.size();
  numbers.resize(first + frames.size());
  for (std::size_t i = 0; i < frames.size(); ++i) numbers[first + i % width * count + i / width] = frames[i];
}

}  // namespace models
