#include "fake_program.hpp"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <limits>
#include <map>
#include <numeric>
#include <thread>
#include <utility>

#include "fake_gate.hpp"
#include "text.hpp"

namespace models {

namespace {

using base::Error;
using base::ErrorCode;

const std::string kSum = "sum";

class FakeRun final : public Run {
 public:
  explicit FakeRun(std::shared_ptr<const FakeBehaviour> behaviour) : behaviour_(std::move(behaviour)) {
    for (const auto& attribute : behaviour_->attributes) {
      auto& values = values_[attribute.name];
      for (const char type : attribute.types) {
        values.push_back(type == 's' ? Value(std::string()) : type == 'i' ? Value(0) : Value(0.0F));
      }
    }
  }

  base::Status run(std::size_t method, const TensorIn& in, TensorOut& out) override {
    const bool streams = !behaviour_->forms.empty();
    const std::size_t rows = streams ? 1 : rows_of(in), size = in.data.size() / rows;
    std::size_t acts = rows;  // the first row that makes it act
    for (std::size_t row = rows; row-- > 0;) {
      if (!behaviour_->when || (size > 0 && in.data[row * size] == *behaviour_->when)) acts = row;
    }
    const std::string& does = acts < rows ? behaviour_->does : kSum;
    if (does == "throw") return Error{ErrorCode::kModelFailed, "forward raised: the fake raised, as asked"};
    if (does == "slow") std::this_thread::sleep_for(behaviour_->sleep);
    if (does == "gate") wait_at_gate(behaviour_->gate);
    misbehave(does);
    if (streams) {
      stream(behaviour_->forms[method], in, out);
      if (does == "shape") ++out.shape.back();
      if (does == "nan") out.data.back() = std::numeric_limits<float>::quiet_NaN();
      return {};
    }
    const std::size_t outputs = behaviour_->outputs[method] + (does == "shape" ? 1 : 0);
    answer(in, rows, outputs, out);
    if (does == "nan" && outputs > 0) out.data[(acts + 1) * outputs - 1] = std::numeric_limits<float>::quiet_NaN();
    return {};
  }

  base::Status set(std::string_view attribute, std::span<const Value> values) override {
    auto kept = values_.find(std::string(attribute));
    if (kept == values_.end()) return unknown(attribute);
    if (kept->second.size() != values.size()) {
      return Error{ErrorCode::kMalformed, kept->first + " takes " + count_text(kept->second.size(), "value")};
    }
    kept->second.assign(values.begin(), values.end());
    return {};
  }

  base::Result<std::vector<Value>> get(std::string_view attribute) override {
    const auto kept = values_.find(std::string(attribute));
    if (kept == values_.end()) return unknown(attribute);
    return kept->second;
  }

  bool touched() const { return frames_ != 0; }

 private:
  static Error unknown(std::string_view attribute) {
    return {ErrorCode::kUnknown, "the fake has no attribute '" + std::string(attribute) + "'"};
  }

  std::size_t rows_of(const TensorIn& in) const {
    return behaviour_->window > 0 ? in.data.size() / behaviour_->window : static_cast<std::size_t>(in.shape.front());
  }

  void answer(const TensorIn& in, std::size_t rows, std::size_t outputs, TensorOut& out) {
    const std::size_t inputs = in.data.size() / rows;
    out.shape.assign({static_cast<std::int64_t>(rows), static_cast<std::int64_t>(outputs)});
    out.data.resize(rows * outputs);
    for (std::size_t row = 0; row < rows; ++row) {
      answer_row(in.data.subspan(row * inputs, inputs), std::span(out.data).subspan(row * outputs, outputs));
    }
  }

  void stream(const StreamForm& form, const TensorIn& in, TensorOut& out) {
    const auto channels = static_cast<std::size_t>(form.in_channels);
    const auto planes = static_cast<std::size_t>(form.out_channels);
    const auto in_ratio = static_cast<std::size_t>(form.in_ratio), out_ratio = static_cast<std::size_t>(form.out_ratio);
    const std::size_t frames = in.data.size() / channels, given = frames * in_ratio / out_ratio;
    out.shape.assign({1, form.out_channels, static_cast<std::int64_t>(given)});
    out.data.resize(planes * given);
    std::vector<float> frame(channels), answer(planes);
    for (std::size_t i = 0; i < given; ++i) {
      for (std::size_t c = 0; c < channels; ++c) frame[c] = in.data[c * frames + i * out_ratio / in_ratio];
      answer_row(frame, answer);
      for (std::size_t c = 0; c < planes; ++c) out.data[c * given + i] = answer[c];
    }
  }

  void answer_row(std::span<const float> in, std::span<float> out) {
    if (behaviour_->does == "loud") return loud(in, out);
    if (behaviour_->does == "parts") return parts(in, out);
    if (behaviour_->does == "tune") return tune(in, out);
    const float gain = gain_now(), folded = fold(in);
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = behaviour_->does == "echo" ? gain * in[i % in.size()] : folded;
  }

  static double rms(std::span<const float> samples) {
    double sum = 0;
    for (const float sample : samples) sum += static_cast<double>(sample) * sample;
    return samples.empty() ? 0 : std::sqrt(sum / static_cast<double>(samples.size()));
  }

  static void loud(std::span<const float> window, std::span<float> out) {
    const auto loudness = static_cast<float>(std::min(1.0, rms(window)));
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = i == 0 ? 1 - loudness : i == 1 ? loudness : 0;
  }

  static void parts(std::span<const float> window, std::span<float> out) {
    const std::size_t size = window.size() / out.size();
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<float>(rms(window.subspan(i * size, size)));
  }

  void tune(std::span<const float> in, std::span<float> out) const {
    const std::size_t scores = out.size() - behaviour_->state;
    const float steps = behaviour_->state > 0 ? in[3] : 0;
    for (std::size_t i = 0; i < scores; ++i) {
      const auto pitch = static_cast<float>(i / behaviour_->durations);
      const auto duration = static_cast<float>(i % behaviour_->durations);
      const float wanted = std::fmod(steps + in[2], static_cast<float>(behaviour_->durations));
      out[i] = -0.5F * std::abs(pitch - in[0] - 2) - std::abs(duration - wanted);
    }
    for (std::size_t i = 0; i < behaviour_->state; ++i) out[scores + i] = in[3 + i] + 1;
  }

  float fold(std::span<const float> row) {
    if (behaviour_->does == "count") return static_cast<float>(++frames_);
    const float sum = std::accumulate(row.begin(), row.end(), 0.0F);
    return gain_now() * (behaviour_->does == "mean" ? sum / static_cast<float>(row.size()) : sum);
  }

  float gain_now() const {
    const auto found = values_.find("gain");
    if (found == values_.end() || found->second.empty()) return 1;
    const auto* gain = std::get_if<float>(&found->second.front());
    return gain != nullptr ? *gain : 1;
  }

  std::shared_ptr<const FakeBehaviour> behaviour_;
  std::map<std::string, std::vector<Value>> values_;
  std::uint32_t frames_ = 0;
};

class FakeProgram final : public Program {
 public:
  FakeProgram(std::vector<std::string> methods, FakeBehaviour behaviour)
      : methods_(std::move(methods)), behaviour_(std::make_shared<const FakeBehaviour>(std::move(behaviour))) {}

  std::vector<std::string> methods() const override { return methods_; }
  base::Result<std::unique_ptr<Run>> fresh() override {
    return std::unique_ptr<Run>(std::make_unique<FakeRun>(behaviour_));
  }
  base::Result<std::unique_ptr<Run>> shared() override { return fresh(); }
  bool differs(const Run& run, bool /*thorough*/) const override { return static_cast<const FakeRun&>(run).touched(); }
  std::vector<std::pair<std::string, std::string>> facts() const override { return {{"does", behaviour_->does}}; }

 private:
  std::vector<std::string> methods_;
  std::shared_ptr<const FakeBehaviour> behaviour_;
};

}  // namespace

void misbehave(std::string_view how) {
  if (how == "crash") (void)std::raise(SIGSEGV);
  if (how == "abort") std::abort();
  while (how == "hang") std::this_thread::sleep_for(std::chrono::seconds(1));
}

std::unique_ptr<Program> fake_program(std::vector<std::string> methods, FakeBehaviour behaviour) {
  return std::make_unique<FakeProgram>(std::move(methods), std::move(behaviour));
}

}  // namespace models
