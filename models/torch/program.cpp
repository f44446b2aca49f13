#include "program.hpp"

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/freeze_module.h>
#include <torch/csrc/jit/passes/frozen_graph_optimizations.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>

#include "guard.hpp"
#include "state.hpp"

namespace models {

namespace {

using Facts = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t kMostListed = 12;

std::string copy_reason(const char* what) { return "no copy could be made: " + raised_reason(what); }

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kMostListed); ++i) text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > kMostListed) text += ", … (" + std::to_string(names.size()) + ")";
  return text.empty() ? "none" : text;
}

std::string sized(const std::string& name, const at::Tensor& tensor) {
  std::string text = name + "[";
  for (const auto size : tensor.sizes()) {
    if (text.back() != '[') text += 'x';
    text += std::to_string(size);
  }
  return text + "]";
}

torch::jit::Module freeze(const torch::jit::Module& module, const std::vector<std::string>& methods) {
  auto frozen = torch::jit::freeze_module(module, methods);
  for (const auto& name : methods) {
    auto graph = frozen.get_method(name).graph();
    torch::jit::OptimizeFrozenGraph(graph);
  }
  return frozen;
}

/// Rewrites the frozen code for this machine (convolutions take about half the time). Such a module cannot be saved.
torch::jit::Module optimize(torch::jit::Module frozen, std::vector<std::string> methods) {
  methods.erase(std::remove(methods.begin(), methods.end(), "forward"), methods.end());  // is always among them
  return torch::jit::optimize_for_inference(frozen, methods);
}

std::vector<std::string> names_of(const std::vector<Call>& calls) {
  std::vector<std::string> names;
  for (const auto& call : calls) {
    const bool known = std::find(names.begin(), names.end(), call.name) != names.end();
    if (!call.name.empty() && !known) names.push_back(call.name);
  }
  return names;
}

}  // namespace

TorchProgram::TorchProgram(torch::jit::Module module, std::vector<Call> calls, Script script, std::string file)
    : module_(std::move(module)),
      calls_(std::move(calls)),
      script_(std::move(script)),
      names_(names_of(calls_)),
      file_(std::move(file)),
      entries_(entries_of(module_, calls_)),
      writers_(writers_of(module_)) {}

std::vector<std::string> TorchProgram::methods() const {
  auto names = names_;
  for (const auto& method : module_.get_methods()) {
    const auto& name = method.name();
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

base::Result<std::unique_ptr<Run>> TorchProgram::fresh() {
  using Made = base::Result<std::unique_ptr<Run>>;
  return guarded(
      [&]() -> Made {
        auto copy = copy_of(module_, share_parameters_);
        if (convolutions_ && convolutions_->use() == KernelUse::kLearn) convolutions_->know(copy);
        return std::unique_ptr<Run>(std::make_unique<TorchRun>(
            std::move(copy), entries_, Sharing{share_parameters_ ? &writers_ : nullptr, convolutions_.get()}));
      },
      copy_reason);
}

base::Result<std::unique_ptr<Run>> TorchProgram::shared() {
  using Made = base::Result<std::unique_ptr<Run>>;
  return guarded(
      [&]() -> Made {
        std::call_once(sharing_, [&] {
          auto module = frozen() ? *frozen() : copy_of(module_, share_parameters_);
          auto entries = entries_of(module, calls_);
          const char* how = frozen() ? "frozen" : "as it is in the file";
          shared_.reset(new Shared{std::move(module), std::move(entries), how});
        });
        return std::unique_ptr<Run>(std::make_unique<TorchRun>(shared_->module, shared_->entries));
      },
      copy_reason);
}

base::Result<std::unique_ptr<Run>> TorchProgram::rewritten() {
  using Made = base::Result<std::unique_ptr<Run>>;
  if (!frozen()) return std::unique_ptr<Run>();
  return guarded(
      [&]() -> Made {
        auto module = optimize(freeze(module_, names_), names_);
        auto entries = entries_of(module, calls_);
        rewritten_.reset(new Shared{std::move(module), std::move(entries), "optimized for inference"});
        return std::unique_ptr<Run>(std::make_unique<TorchRun>(rewritten_->module, rewritten_->entries));
      },
      copy_reason);
}

void TorchProgram::choose_rewritten(bool chosen) {
  if (chosen) {
    shared_ = std::move(rewritten_);
    frozen_.reset();
  }
  rewritten_.reset();
}

std::size_t TorchProgram::use_kernels(KernelUse use) {
  auto done = guarded(
      [&]() -> base::Result<std::size_t> {
        if (!convolutions_ && use == KernelUse::kLearn) {
          convolutions_ = std::make_unique<Convolutions>(module_);
        }
        if (!convolutions_) return std::size_t{0};
        const bool learnt = convolutions_->use() == KernelUse::kLearn && use != KernelUse::kLearn;
        if (learnt && use == KernelUse::kOn && share_parameters_) convolutions_->pack();
        if (learnt || use == KernelUse::kNever) convolutions_->forget(use == KernelUse::kNever);
        convolutions_->use(convolutions_->count() > 0 || use == KernelUse::kLearn ? use : KernelUse::kOff);
        return convolutions_->count();
      },
      [](const char* what) { return std::string(what); });
  if (!done && convolutions_) convolutions_->use(KernelUse::kOff);
  return done ? *done : 0;
}

void TorchProgram::leave_out(std::size_t method) {
  calls_.erase(calls_.begin() + static_cast<std::ptrdiff_t>(method));
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(method));
  names_ = names_of(calls_);
}

bool TorchProgram::differs(const Run& run, bool thorough) const {
  auto changes =
      guarded([&]() -> base::Result<Changes> { return compare(module_, static_cast<const TorchRun&>(run).module()); },
              [](const char* what) { return std::string(what); });
  if (!changes) return true;
  share_parameters_ = !changes->parameters && std::none_of(names_.begin(), names_.end(), [this](const auto& name) {
    return writers_.contains(name);
  });
  if (changes->anything || !thorough) return changes->anything;
  // State that only some inputs touch: freezing looks at the code, and leaves a slot for what is ever written to.
  return frozen() && !frozen()->_ivalue()->slots().empty();
}

const std::optional<torch::jit::Module>& TorchProgram::frozen() const {
  std::call_once(freezing_, [&] {
    auto made = guarded([&]() -> base::Result<torch::jit::Module> { return freeze(module_, names_); },
                        [](const char* what) { return std::string(what); });
    if (made) frozen_ = std::move(*made);
  });
  return frozen_;
}

Facts TorchProgram::facts() const {
  auto read = guarded(
      [&]() -> base::Result<Facts> {
        std::int64_t parameters = 0;
        std::size_t bytes = 0;
        for (const at::Tensor& tensor : module_.parameters()) {
          parameters += tensor.numel();
          bytes += tensor.nbytes();
        }
        std::vector<std::string> buffers;
        for (const auto& buffer : module_.named_buffers()) buffers.push_back(sized(buffer.name, buffer.value));
        Facts facts{{"class", module_.type()->name() ? module_.type()->name()->name() : "?"},
                    {"methods", joined(methods())},
                    {"parameters", std::to_string(parameters)},
                    {"bytes", std::to_string(bytes)},
                    {"buffers", joined(buffers)}};
        if (convolutions_ && convolutions_->count() > 0) facts.emplace_back("packed", convolutions_->text());
        if (shared_ != nullptr) facts.emplace_back("shared", shared_->how);
        if (!file_.empty()) {
          caffe2::serialize::PyTorchStreamReader reader(file_);
          facts.emplace_back("archive version", std::to_string(reader.version()));
        }
        return facts;
      },
      [](const char* what) { return raised_reason(what); });
  return read ? *read : Facts{{"unreadable", read.error().message}};
}

}  // namespace models
