#include "classifier_caller.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "text.hpp"

namespace models {

namespace {

using base::Error;
using base::ErrorCode;
using base::Status;
using Activation = ListenCard::Activation;

std::size_t size(std::int64_t count) { return static_cast<std::size_t>(count); }

std::string shape_text(std::span<const std::int64_t> shape) {
  std::string text = "[";
  for (const auto length : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(length);
  return text + "]";
}

void softmax(std::span<float> numbers) {
  const float highest = *std::max_element(numbers.begin(), numbers.end());
  double sum = 0;
  for (float& number : numbers) sum += number = std::exp(number - highest);
  for (float& number : numbers) number = static_cast<float>(number / sum);
}

void activate(Activation activation, std::span<float> numbers) {
  if (activation == Activation::kSoftmax && !numbers.empty()) softmax(numbers);
  if (activation != Activation::kSigmoid) return;
  for (float& number : numbers) number = 1 / (1 + std::exp(-number));
}

class ClassifierCaller final : public Caller {
 public:
  ClassifierCaller(const Card& card, std::span<const Method> methods)
      : card_(card), methods_(methods), network_(card, methods) {}

  Status run(Run& run, std::size_t method, std::span<const float> in, std::vector<float>& out) override {
    if (methods_[method].answer == Answer::kOnsets) {
      return Error{ErrorCode::kWrongState,
                   methods_[method].name + " finds onsets in a stream; there is no script to ask"};
    }
    const std::size_t window = size(network_.plan().window);
    if (auto status = check(in, window); !status) return status;
    out.clear();
    for (; !in.empty(); in = in.subspan(window)) {
      if (auto status = network_.hear(run, method, in.first(window), out); !status) return status;
    }
    return {};
  }

 private:
  Status check(std::span<const float> in, std::size_t window) const {
    if (in.empty() || in.size() % window != 0) {
      return Error{ErrorCode::kMalformed, card_.kind + " takes windows of " + count_text(window, "sample") + " at " +
                                              number_text(card_.model_rate) + " Hz, " + std::to_string(in.size()) +
                                              " came"};
    }
    const auto wrong = std::find_if(in.begin(), in.end(), [](float sample) { return !std::isfinite(sample); });
    if (wrong == in.end()) return {};
    return Error{ErrorCode::kMalformed,
                 "sample " + std::to_string(wrong - in.begin() + 1) + " is " + number_text(*wrong)};
  }

  const Card& card_;
  std::span<const Method> methods_;
  WindowNetwork network_;
};

}  // namespace

WindowNetwork::WindowNetwork(const Card& card, std::span<const Method> methods)
    : card_(card), methods_(methods), plan_(plan_of(card)) {
  if (plan_.frames > 0) front_end_ = FrontEnd::make(card.listen.front_end, card.model_rate);
  in_.shape = plan_.shape;
}

Status WindowNetwork::hear(Run& run, std::size_t method, std::span<const float> samples, std::vector<float>& out) {
  const FrontEndCard& front = card_.listen.front_end;
  if (front_end_ == nullptr) {
    numbers_.assign(samples.begin(), samples.end());
    if (front.normalise) normalise(numbers_);
    return ask(run, method, numbers_, out);
  }
  numbers_.resize(size(plan_.frames * plan_.width));
  for (std::size_t i = 0; i < size(plan_.frames); ++i) {
    front_end_frame(samples.subspan(i * size(front.hop), size(front.window)),
                    std::span(numbers_).subspan(i * size(plan_.width), size(plan_.width)));
  }
  return hear_frames(run, method, numbers_, out);
}

Status WindowNetwork::hear_frames(Run& run, std::size_t method, std::span<const float> frames,
                                  std::vector<float>& out) {
  if (!plan_.turned) return ask(run, method, frames, out);
  const std::size_t width = size(plan_.width), count = size(plan_.frames);
  turned_.resize(frames.size());
  for (std::size_t i = 0; i < frames.size(); ++i) turned_[i % width * count + i / width] = frames[i];
  return ask(run, method, turned_, out);
}

Status WindowNetwork::ask(Run& run, std::size_t method, std::span<const float> numbers, std::vector<float>& out) {
  const Method& served = methods_[method];
  const std::string& call = card_.methods[method].call;
  const std::string& called = call.empty() ? served.name : call;
  in_.data = numbers;
  if (auto status = run.run(method, in_, tensor_); !status) return status;
  if (auto status = check_shape(served, called); !status) return status;
  if (is_scores(served)) activate(card_.listen.activation, tensor_.data);
  for (std::size_t i = 0; i < tensor_.data.size(); ++i) {
    if (std::isfinite(tensor_.data[i])) continue;
    return Error{ErrorCode::kModelFailed,
                 called + " gave " + number_text(tensor_.data[i]) + " as number " + std::to_string(i + 1)};
  }
  out.insert(out.end(), tensor_.data.begin(), tensor_.data.end());
  return {};
}

Status WindowNetwork::check_shape(const Method& method, const std::string& called) const {
  const auto refuse = [&](const std::string& text) { return Error{ErrorCode::kModelFailed, called + " gave " + text}; };
  const auto long_sides = std::count_if(tensor_.shape.begin(), tensor_.shape.end(), [](auto side) { return side > 1; });
  if (long_sides > 1) {
    return refuse(shape_text(tensor_.shape) +
                  " for one window; one row of numbers is expected: where these are several frames in time, let the "
                  "card's window be one frame long");
  }
  const std::size_t wanted = size(method.out_channels), given = tensor_.data.size();
  if (given == 0) return refuse("no numbers");
  if (wanted == 0 || given == wanted) return {};
  const std::string numbers = count_text(given, "number") + " for one window; ";
  if (method.answer == Answer::kPitch) return refuse(numbers + "pitch is 2: Hz and confidence");
  if (method.answer == Answer::kFrames) return refuse(numbers + "it gave " + std::to_string(wanted) + " before");
  return refuse(numbers + "its card has " + count_text(wanted, "label"));
}

/// The activation is for scores: of an embedding it would make nonsense.
bool WindowNetwork::is_scores(const Method& method) const {
  if (method.answer == Answer::kPitch) return false;
  return method.answer != Answer::kFrames || card_.labels.empty() || tensor_.data.size() == card_.labels.size();
}

std::unique_ptr<Caller> classifier_caller(const Card& card, std::span<const Method> methods) {
  return std::make_unique<ClassifierCaller>(card, methods);
}

}  // namespace models
