#include "classifier_caller.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "classifier_tensor.hpp"
#include "text.hpp"

namespace models {

namespace {

using base::Error;
using base::ErrorCode;
using base::Status;
using Activation = ListenCard::Activation;

constexpr std::size_t kMostRows = 8;  ///< beyond, a window costs no less

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
      : card_(card), methods_(methods), tensor_(card), network_(card, methods) {}

  Status run(Run& run, std::size_t method, std::span<const float> in, std::vector<float>& out) override {
    if (methods_[method].answer == Answer::kOnsets) {
      return Error{ErrorCode::kWrongState,
                   methods_[method].name + " finds onsets in a stream; there is no script to ask"};
    }
    const std::size_t window = size(tensor_.plan().window);
    if (auto status = check(in, window); !status) return status;
    out.clear();
    for (; !in.empty(); in = in.subspan(window)) {
      numbers_.clear();
      tensor_.prepare(in.first(window), numbers_);
      if (auto status = network_.ask(run, method, numbers_, 1, out); !status) return status;
    }
    return {};
  }

  std::size_t most_rows() const override { return network_.most_rows(); }
  void prepare(std::span<const float> block, std::vector<float>& numbers) override { tensor_.prepare(block, numbers); }
  Status ask(Run& run, std::size_t method, std::span<const float> numbers, std::size_t rows,
             std::vector<float>& out) override {
    return network_.ask(run, method, numbers, rows, out);
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
  WindowTensor tensor_;
  WindowNetwork network_;
  std::vector<float> numbers_;
};

}  // namespace

WindowNetwork::WindowNetwork(const Card& card, std::span<const Method> methods) : card_(card), methods_(methods) {
  in_.shape = plan_of(card).shape;
  if (in_.shape.size() > 1 && in_.shape.front() == 1) most_rows_ = kMostRows;
}

Status WindowNetwork::ask(Run& run, std::size_t method, std::span<const float> numbers, std::size_t rows,
                          std::vector<float>& out) {
  const Method& served = methods_[method];
  const std::string& call = card_.methods[method].call;
  const std::string& called = call.empty() ? served.name : call;
  in_.data = numbers;
  if (most_rows_ > 1) in_.shape.front() = static_cast<std::int64_t>(rows);
  if (auto status = run.run(method, in_, tensor_); !status) return status;
  if (auto status = check_shape(served, called, rows); !status) return status;
  const std::size_t width = tensor_.data.size() / rows;
  for (std::size_t row = 0; row < rows && is_scores(served, width); ++row) {
    activate(card_.listen.activation, std::span(tensor_.data).subspan(row * width, width));
  }
  for (std::size_t i = 0; i < tensor_.data.size(); ++i) {
    if (std::isfinite(tensor_.data[i])) continue;
    return Error{ErrorCode::kModelFailed,
                 called + " gave " + number_text(tensor_.data[i]) + " as number " + std::to_string(i % width + 1)};
  }
  out.insert(out.end(), tensor_.data.begin(), tensor_.data.end());
  return {};
}

Status WindowNetwork::check_shape(const Method& method, const std::string& called, std::size_t rows) const {
  const auto refuse = [&](const std::string& text) { return Error{ErrorCode::kModelFailed, called + " gave " + text}; };
  auto sides = std::span(tensor_.shape);
  if (rows > 1) {
    if (sides.empty() || size(sides.front()) != rows) {
      return refuse(shape_text(tensor_.shape) + " for " + count_text(rows, "window") + "; a row for each is expected");
    }
    sides = sides.subspan(1);
  }
  const auto long_sides = std::count_if(sides.begin(), sides.end(), [](auto side) { return side > 1; });
  if (long_sides > 1) {
    return refuse(shape_text(tensor_.shape) +
                  " for one window; one row of numbers is expected: where these are several frames in time, let the "
                  "card's window be one frame long");
  }
  const std::size_t wanted = size(method.out_channels), given = tensor_.data.size() / rows;
  if (given == 0) return refuse("no numbers");
  if (wanted == 0 || given == wanted) return {};
  const std::string numbers = count_text(given, "number") + " for one window; ";
  if (method.answer == Answer::kPitch) return refuse(numbers + "pitch is 2: Hz and confidence");
  if (method.answer == Answer::kFrames) return refuse(numbers + "it gave " + std::to_string(wanted) + " before");
  return refuse(numbers + "its card has " + count_text(wanted, "label"));
}

/// The activation is for scores: of an embedding it would make nonsense.
bool WindowNetwork::is_scores(const Method& method, std::size_t width) const {
  if (method.answer == Answer::kPitch) return false;
  return method.answer != Answer::kFrames || card_.labels.empty() || width == card_.labels.size();
}

std::unique_ptr<Caller> classifier_caller(const Card& card, std::span<const Method> methods) {
  return std::make_unique<ClassifierCaller>(card, methods);
}

}  // namespace models
