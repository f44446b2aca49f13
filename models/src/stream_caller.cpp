#include <algorithm>
#include <bit>
#include <cstring>

#include "stream_kind.hpp"
#include "text.hpp"

namespace models {

namespace {

using base::Error;
using base::ErrorCode;
using base::Status;

std::string shape_text(std::span<const std::int64_t> shape) {
  std::string text = "[";
  for (const auto size : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  return text + "]";
}

/// All bits of the exponent: infinite, or no number. Without a branch, so that the compiler makes vectors of it.
bool all_finite(std::span<const float> numbers) {
  constexpr std::uint32_t kExponent = 0x7f800000;
  std::uint32_t bad = 0;
  for (const float number : numbers) bad |= (std::bit_cast<std::uint32_t>(number) & kExponent) == kExponent ? 1U : 0U;
  return bad == 0;
}

/// Frames in → planes, one call, planes → frames out.
class StreamCaller final : public Caller {
 public:
  explicit StreamCaller(std::span<const Method> methods) : methods_(methods) {}

  Status run(Run& run, std::size_t method, std::span<const float> in, std::vector<float>& out) override {
    const Method& served = methods_[method];
    const auto channels = static_cast<std::size_t>(served.in_channels);
    const std::size_t frames = in.size() / channels;
    if (in.empty() || in.size() % channels != 0 || frames % static_cast<std::size_t>(served.block) != 0) {
      return no_frames(served, in.size());
    }
    planes_.resize(in.size());
    for (std::size_t i = 0; i < in.size(); ++i) planes_[i % channels * frames + i / channels] = in[i];
    in_.data = planes_;
    in_.shape.assign({1, served.in_channels, static_cast<std::int64_t>(frames)});
    if (auto status = run.run(method, in_, tensor_); !status) return status;
    if (auto status = check_stream_answer(served, frames, tensor_); !status) return status;
    const auto width = static_cast<std::size_t>(served.out_channels);
    const std::size_t answers = tensor_.data.size() / width;
    out.resize(tensor_.data.size());
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = tensor_.data[i % width * answers + i / width];
    return {};
  }

 private:
  static Error no_frames(const Method& method, std::size_t count) {
    const auto channels = static_cast<std::size_t>(method.in_channels);
    const auto block = static_cast<std::size_t>(method.block);
    std::string text = method.name + " takes frames of " + count_text(channels, "number");
    if (block > 1) text += ", a multiple of " + std::to_string(block) + " of them";
    return {ErrorCode::kMalformed, text + "; " + count_text(count, "number") + " came"};
  }

  std::span<const Method> methods_;
  std::vector<float> planes_;
  TensorIn in_;
  TensorOut tensor_;
};

}  // namespace

Status check_stream_answer(const Method& method, std::size_t frames, const TensorOut& tensor) {
  const auto expected = static_cast<std::int64_t>(frames) * method.in_ratio / method.out_ratio;
  const auto& shape = tensor.shape;
  if (shape.size() != 3 || shape[0] != 1 || shape[1] != method.out_channels || shape[2] != expected) {
    const std::int64_t right[] = {1, method.out_channels, expected};
    return Error{ErrorCode::kModelFailed,
                 method.name + " gave " + shape_text(shape) + "; " + shape_text(right) + " is expected"};
  }
  if (!all_finite(tensor.data)) {
    return Error{ErrorCode::kModelFailed, method.name + " gave a number that is none (NaN or infinite)"};
  }
  return {};
}

std::unique_ptr<Caller> stream_caller(std::span<const Method> methods) {
  return std::make_unique<StreamCaller>(methods);
}

}  // namespace models
