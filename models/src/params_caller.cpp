#include "params_caller.hpp"

#include <algorithm>
#include <cmath>

#include "text.hpp"

namespace models {

namespace {

using base::Error;
using base::ErrorCode;

std::string shape_text(std::span<const std::int64_t> shape) {
  std::string text = "[";
  for (const auto size : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  return text + "]";
}

/// How far outside its range a value may be and still be meant to be the bound (a slider through float32 and text).
float slack(float min, float max, float bound) {
  const float span = max - min;
  return 1e-5F * (std::isfinite(span) ? span : std::max(1.0F, std::abs(bound)));
}

/// Puts a value that is outside by a rounding error onto its bound. False: it is really outside, or no number.
bool fit(const Port& port, float& value) {
  if (!std::isfinite(value)) return false;
  if (value < port.min) {
    if (port.min - value > slack(port.min, port.max, port.min)) return false;
    value = port.min;
  } else if (value > port.max) {
    if (value - port.max > slack(port.min, port.max, port.max)) return false;
    value = port.max;
  }
  return true;
}

class ParamsCaller final : public Caller {
 public:
  ParamsCaller(std::span<const Method> methods, bool stateful) : methods_(methods), stateful_(stateful) {}

  base::Status run(Run& run, std::size_t method, std::span<const float> in, std::vector<float>& out) override {
    const Method& served = methods_[method];
    if (auto status = take(served, in); !status) return status;
    const std::size_t width = served.inputs.size();
    const std::size_t step = stateful_ ? 1 : frames_.size() / width;
    out.clear();
    for (std::size_t at = 0; at < frames_.size(); at += step * width) {
      if (auto status = run_rows(run, method, {frames_.data() + at, step * width}, out); !status) return status;
    }
    return {};
  }

 private:
  /// Copies the frames to our own memory, each number inside its port's range.
  base::Status take(const Method& method, std::span<const float> in) {
    const std::size_t width = method.inputs.size();
    if (in.empty() || in.size() % width != 0) return no_frames(method, in.size());
    frames_.assign(in.begin(), in.end());
    for (std::size_t i = 0; i < frames_.size(); ++i) {
      if (!fit(method.inputs[i % width], frames_[i])) return outside(method, i, in.size() / width);
    }
    return {};
  }

  static Error no_frames(const Method& method, std::size_t count) {
    std::string names;
    for (std::size_t i = 0; i < method.inputs.size(); ++i) {
      names += (i == 0 ? "" : ", ") + port_name(method.inputs[i], i, "input");
    }
    return {ErrorCode::kMalformed, method.name + " takes " + count_text(method.inputs.size(), "number") +
                                       " for each frame (" + names + "), " + std::to_string(count) + " came"};
  }

  Error outside(const Method& method, std::size_t index, std::size_t frames) const {
    const std::size_t width = method.inputs.size();
    const Port& port = method.inputs[index % width];
    std::string text = port_name(port, index % width, "input");
    if (frames > 1) text += " of frame " + std::to_string(index / width + 1);
    text += " is " + number_text(frames_[index]);
    text += "; its range is " + range_text(port.min, port.max) + (port.unit.empty() ? "" : " " + port.unit);
    return {ErrorCode::kMalformed, text};
  }

  base::Status run_rows(Run& run, std::size_t method, std::span<const float> rows, std::vector<float>& out) {
    const Method& served = methods_[method];
    const std::size_t frames = rows.size() / served.inputs.size();
    in_.data = rows;
    in_.shape.assign({static_cast<std::int64_t>(frames), static_cast<std::int64_t>(served.inputs.size())});
    if (auto status = run.run(method, in_, tensor_); !status) return status;
    if (!right_shape(served, frames)) {
      return Error{ErrorCode::kModelFailed, served.name + " gave " + shape_text(tensor_.shape) + "; its card says " +
                                                count_text(served.outputs.size(), "output") +
                                                (frames > 1 ? " for each of " + count_text(frames, "frame") : "")};
    }
    for (std::size_t i = 0; i < tensor_.data.size(); ++i) {
      if (!std::isfinite(tensor_.data[i])) return no_number(served, i % served.outputs.size(), tensor_.data[i]);
    }
    out.insert(out.end(), tensor_.data.begin(), tensor_.data.end());
    return {};
  }

  bool right_shape(const Method& method, std::size_t frames) const {
    const auto rows = static_cast<std::int64_t>(frames);
    const auto width = static_cast<std::int64_t>(method.outputs.size());
    const auto& shape = tensor_.shape;
    const bool fits = (shape.size() == 2 && shape[0] == rows && shape[1] == width) ||
                      (shape.size() == 1 && rows == 1 && shape[0] == width);
    return fits && tensor_.data.size() == frames * method.outputs.size();
  }

  static Error no_number(const Method& method, std::size_t output, float value) {
    return {ErrorCode::kModelFailed,
            "output " + port_name(method.outputs[output], output, "") + " is " + number_text(value)};
  }

  std::span<const Method> methods_;
  bool stateful_;
  std::vector<float> frames_;
  TensorIn in_;
  TensorOut tensor_;
};

}  // namespace

std::string port_name(const Port& port, std::size_t index, std::string_view direction) {
  return port.name.empty() ? std::string(direction) + " " + std::to_string(index + 1) : port.name;
}

std::unique_ptr<Caller> params_caller(std::span<const Method> methods, bool stateful) {
  return std::make_unique<ParamsCaller>(methods, stateful);
}

}  // namespace models
