#include "convolutions.hpp"

#include <ATen/Context.h>
#include <ATen/ops/_convolution.h>
#include <ATen/ops/empty.h>
#include <torch/library.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace models {

namespace {

thread_local Convolutions* in_use = nullptr;

/// Weights of a convolution over time, by their form.
bool may_be_weights(const at::Tensor& tensor) {
  return tensor.defined() && tensor.dim() == 3 && tensor.scalar_type() == at::kFloat && tensor.device().is_cpu() &&
         tensor.layout() == c10::kStrided && tensor.is_contiguous();
}

kernels::Weights form_of(const at::Tensor& weights, bool transposed, std::int64_t groups) {
  const auto sizes = weights.sizes();
  if (transposed) return {true, sizes[0], sizes[1] * groups, groups, sizes[2]};
  return {false, sizes[1] * groups, sizes[0], groups, sizes[2]};
}

/// As LibTorch's own aten::convolution.
at::Tensor as_libtorch(const at::Tensor& input, const at::Tensor& weights, const std::optional<at::Tensor>& bias,
                       at::IntArrayRef stride, at::IntArrayRef padding, at::IntArrayRef dilation, bool transposed,
                       at::IntArrayRef output_padding, std::int64_t groups) {
  const auto& context = at::globalContext();
  return at::_convolution(input, weights, bias, stride, padding, dilation, transposed, output_padding, groups,
                          context.benchmarkCuDNN(), context.deterministicCuDNN() || context.deterministicAlgorithms(),
                          context.userEnabledCuDNN(), context.allowTF32CuDNN());
}

bool is_plain(const at::Tensor& tensor) {
  return tensor.scalar_type() == at::kFloat && tensor.layout() == c10::kStrided && tensor.device().is_cpu();
}

bool fits(const std::optional<at::Tensor>& bias, std::int64_t channels) {
  if (!bias || !bias->defined()) return true;
  return is_plain(*bias) && bias->dim() == 1 && bias->size(0) == channels && bias->is_contiguous();
}

/// What this thread uses, where it is about a convolution over time.
Convolutions* applicable(const at::Tensor& input, const at::Tensor& weights, at::IntArrayRef stride,
                         at::IntArrayRef padding, at::IntArrayRef dilation, at::IntArrayRef output_padding,
                         std::int64_t groups) {
  if (in_use == nullptr || input.dim() != 3 || weights.dim() != 3 || groups < 1 || !is_plain(input)) return nullptr;
  if (stride.size() != 1 || padding.size() != 1 || dilation.size() != 1 || output_padding.size() > 1) return nullptr;
  return in_use;
}

at::Tensor convolution(const at::Tensor& input, const at::Tensor& weights, const std::optional<at::Tensor>& bias,
                       at::IntArrayRef stride, at::IntArrayRef padding, at::IntArrayRef dilation, bool transposed,
                       at::IntArrayRef output_padding, std::int64_t groups) {
  const auto libtorch = [&] {
    return as_libtorch(input, weights, bias, stride, padding, dilation, transposed, output_padding, groups);
  };
  auto* const own = applicable(input, weights, stride, padding, dilation, output_padding, groups);
  if (own == nullptr) return libtorch();
  const auto form = form_of(weights, transposed, groups);
  const kernels::Steps steps{stride[0], padding[0], dilation[0], output_padding.empty() ? 0 : output_padding[0]};
  kernels::Rows in{nullptr, input.size(0), input.size(2)};
  if (own->use() == KernelUse::kLearn) {
    own->saw(weights, form, steps, in);
    return libtorch();
  }
  const auto* const kernel = own->find(weights, form);
  if (kernel == nullptr || input.size(1) != form.in || !fits(bias, form.out) || !kernel->takes(in, steps)) {
    return libtorch();
  }
  const at::Tensor frames = input.contiguous();
  in.data = frames.const_data_ptr<float>();
  at::Tensor output =
      at::empty({in.rows, form.out, kernels::Convolution::frames_out(form, steps, in.frames)}, frames.options());
  kernel->run(in, steps, bias && bias->defined() ? bias->const_data_ptr<float>() : nullptr,
              output.mutable_data_ptr<float>());
  return output;
}

/// From the first file on that may need it, until the process ends: LibTorch's table of kernels names ours.
void take_over() {
  static auto& library = *[] {
    if (const char* named = std::getenv("OSCINE_KERNELS")) kernels::choose_instruction_set(named);  // for ./bench
    auto* made = new torch::Library(torch::Library::IMPL, "aten", c10::DispatchKey::CPU, __FILE__, __LINE__);
    made->impl("convolution", TORCH_FN(convolution));
    return made;
  }();
  (void)library;
}

}  // namespace

Convolutions::Convolutions(const torch::jit::Module& module) {
  take_over();
  for (const auto& parameter : module.parameters()) parameters_.push_back(parameter);
  know(module);
}

void Convolutions::know(const torch::jit::Module& copy) {
  const std::lock_guard lock(learning_);
  std::size_t i = 0;
  for (const auto& parameter : copy.parameters()) {
    if (i >= parameters_.size()) return;
    if (may_be_weights(parameter)) {
      known_.emplace(parameter.unsafeGetTensorImpl(), i);
      held_.push_back(parameter);
    }
    ++i;
  }
}

void Convolutions::saw(const at::Tensor& weights, const kernels::Weights& form, const kernels::Steps& steps,
                       const kernels::Rows& in) {
  if (!kernels::Convolution::suits(form) || !kernels::Convolution::few(form, steps, in)) return;
  const std::lock_guard lock(learning_);
  const auto known = known_.find(weights.unsafeGetTensorImpl());
  if (known == known_.end()) return;
  const bool before =
      std::any_of(seen_.begin(), seen_.end(), [&](const Seen& one) { return one.parameter == known->second; });
  if (!before) seen_.push_back({known->second, form});
}

void Convolutions::pack() {
  const std::lock_guard lock(learning_);
  std::size_t floats = 0;
  for (const auto& one : seen_) floats += kernels::Convolution(one.form).floats();
  memory_ = kernels::Memory(floats);
  float* to = memory_.floats().data();
  for (const auto& one : seen_) {
    const at::Tensor& weights = parameters_[one.parameter];
    Packed packed{weights, kernels::Convolution(one.form)};
    packed.convolution.pack(weights.const_data_ptr<float>(), to);
    to += packed.convolution.floats();
    packed_.emplace(weights.unsafeGetTensorImpl(), std::move(packed));
  }
}

void Convolutions::forget(bool packed_too) {
  const std::lock_guard lock(learning_);
  known_.clear();
  held_.clear();
  seen_.clear();
  parameters_.clear();
  if (!packed_too) return;
  packed_.clear();
  memory_ = kernels::Memory();
}

std::string Convolutions::text() const {
  return std::to_string(count()) + " convolutions, " + std::to_string(memory_.floats().size_bytes() / 1000000) +
         " MB, " + kernels::tiles().name;
}

const kernels::Convolution* Convolutions::find(const at::Tensor& weights, const kernels::Weights& form) const {
  const auto found = packed_.find(weights.unsafeGetTensorImpl());
  if (found == packed_.end()) return nullptr;
  const kernels::Convolution& convolution = found->second.convolution;
  return convolution.weights() == form ? &convolution : nullptr;
}

ConvolutionScope::ConvolutionScope(Convolutions* convolutions) : before_(in_use) {
  in_use = convolutions != nullptr && convolutions->use() != KernelUse::kOff ? convolutions : nullptr;
}

ConvolutionScope::~ConvolutionScope() { in_use = before_; }

}  // namespace models
