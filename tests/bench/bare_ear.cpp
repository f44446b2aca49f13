#include "bare_ear.hpp"

#include <ATen/ops/from_blob.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/softmax.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <ctime>

namespace bench {

namespace {

constexpr int kWarmUp = 10, kTimed = 31;

std::size_t size(std::int64_t count) { return static_cast<std::size_t>(count); }

/// What this thread has had of the processor: what else the machine does meanwhile hardly shows in it.
double processor_us() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e6 * static_cast<double>(now.tv_sec) + 1e-3 * static_cast<double>(now.tv_nsec);
}

double middle(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

torch::jit::Module frozen(const models::Card& card, const std::string& call) {
  auto module = torch::jit::load(card.file.string(), c10::Device(c10::kCPU));
  module.eval();
  return torch::jit::freeze(module, std::vector<std::string>{call});
}

}  // namespace

BareNetwork::BareNetwork(const models::Card& card)
    : plan_(models::plan_of(card)),
      activation_(card.listen.activation),
      call_(card.methods.front().call.empty() ? card.methods.front().name : card.methods.front().call),
      module_(frozen(card, call_)) {
  choose(card);
}

void BareNetwork::choose(const models::Card& card) {
  auto again = frozen(card, call_);  // it is rewritten in place, and copies of a module share their code
  auto optimized = torch::jit::optimize_for_inference(
      again, call_ == "forward" ? std::vector<std::string>{} : std::vector<std::string>{call_});
  std::int64_t count = 1;
  for (const auto length : plan_.shape) count *= length;
  std::vector<float> numbers(size(count), 0.1F);
  std::vector<double> frozen_us, optimized_us;
  for (int i = 0; i < kWarmUp + kTimed; ++i) {
    for (auto* module : {&module_, &optimized}) {
      const double began = processor_us();
      module->get_method(call_)({at::from_blob(numbers.data(), plan_.shape)});
      if (i >= kWarmUp) (module == &module_ ? frozen_us : optimized_us).push_back(processor_us() - began);
    }
  }
  if (middle(optimized_us) >= middle(frozen_us)) return;
  module_ = optimized;
  how_ = "optimized for inference";
}

Best BareNetwork::ask(std::span<float> numbers) {
  auto scores = module_.get_method(call_)({at::from_blob(numbers.data(), plan_.shape)}).toTensor().reshape({-1});
  if (activation_ == models::ListenCard::Activation::kSigmoid) scores = at::sigmoid(scores);
  if (activation_ == models::ListenCard::Activation::kSoftmax) scores = at::softmax(scores, 0);
  const float* first = scores.const_data_ptr<float>();
  const float* best = std::max_element(first, first + scores.numel());
  return {best - first, *best};
}

BareEar::BareEar(const models::Card& card, BareNetwork& network) : listen_(card.listen), network_(network) {
  const auto& plan = network.plan();
  if (plan.frames > 0) front_end_ = models::FrontEnd::make(listen_.front_end, card.model_rate);
  numbers_.resize(size(plan.frames > 0 ? plan.frames * plan.width : plan.window));
  turned_.resize(numbers_.size());
}

Best BareEar::hear(std::span<const float> samples) { return hear_from(0, samples); }

Best BareEar::hear_next(std::span<const float> samples) {
  if (front_end_ == nullptr || !began_) {
    began_ = true;
    return hear_from(0, samples);
  }
  const auto& plan = network_.plan();
  const auto passed = std::min(size(listen_.hop / listen_.front_end.hop), size(plan.frames));
  std::copy(numbers_.begin() + static_cast<std::ptrdiff_t>(passed * size(plan.width)), numbers_.end(),
            numbers_.begin());
  return hear_from(size(plan.frames) - passed, samples);
}

Best BareEar::hear_from(std::size_t first_frame, std::span<const float> samples) {
  const auto& plan = network_.plan();
  const auto& front = listen_.front_end;
  if (front_end_ == nullptr) {
    std::copy(samples.begin(), samples.end(), numbers_.begin());
    if (front.normalise) models::normalise(numbers_);
    return network_.ask(numbers_);
  }
  const std::size_t width = size(plan.width), count = size(plan.frames);
  for (std::size_t i = first_frame; i < count; ++i) {
    front_end_->frame(samples.subspan(i * size(front.hop), size(front.window)),
                      std::span(numbers_).subspan(i * width, width));
  }
  if (!plan.turned) return network_.ask(numbers_);
  for (std::size_t i = 0; i < numbers_.size(); ++i) turned_[i % width * count + i / width] = numbers_[i];
  return network_.ask(turned_);
}

void decode(std::string_view bytes, std::span<float> samples) {
  const std::size_t count = std::min(bytes.size() / 2, samples.size());
  for (std::size_t i = 0; i < count; ++i) {
    const auto byte = [&](std::size_t n) {
      return static_cast<unsigned>(static_cast<unsigned char>(bytes[2 * i + n]));
    };
    samples[i] = static_cast<float>(static_cast<std::int16_t>(byte(0) | byte(1) << 8U)) / 32768.0F;
  }
}

}  // namespace bench
