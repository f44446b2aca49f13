#pragma once
#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/module.h>

#include <memory>
#include <string>
#include <vector>

#include "convolutions.hpp"
#include "models/engine.hpp"
#include "random.hpp"
#include "writes.hpp"

namespace models {

/// What a method of the card asks for.
struct Call {
  std::string name;       ///< of the script's method; empty: the script is not asked
  int element = -1;       ///< of the tuple or list that it gives; -1: it gives one tensor
  bool as_it_is = false;  ///< without the executor's optimisation (kind stream)
};

/// A method as the interpreter takes it; the same for every copy of a module.
struct Entry {
  Call call;
  torch::jit::Function* function = nullptr;
  std::vector<c10::IValue> defaults;  ///< of the arguments after the tensor
};

/// One for each call. Throws std::runtime_error where a method does not take a tensor first and alone.
std::vector<Entry> entries_of(const torch::jit::Module& module, const std::vector<Call>& calls);

/// What a run shares with other copies of its module. Both outlive it.
struct Sharing {
  const MethodNames* writers = nullptr;  ///< methods that may write to shared weights; null: none are shared
  Convolutions* convolutions = nullptr;  ///< null: LibTorch computes all
};

/// One copy of a module, with an input tensor and a stack that are used again for each call.
class TorchRun final : public Run {
 public:
  /// @param entries  outlives the run; belongs to the module's type.
  TorchRun(torch::jit::Module module, const std::vector<Entry>& entries, Sharing sharing = {})
      : module_(std::move(module)), entries_(entries), sharing_(sharing) {}

  base::Status run(std::size_t method, const TensorIn& in, TensorOut& out) override;
  base::Status set(std::string_view attribute, std::span<const Value> values) override;
  base::Result<std::vector<Value>> get(std::string_view attribute) override;
  void seed(std::uint64_t seed) override { generator_ = make_generator(seed); }
  base::Status fill(std::string_view buffer, const Sound& sound) override;
  base::Status clear(std::string_view buffer) override;

  const torch::jit::Module& module() const { return module_; }

 private:
  void own_weights(const std::string& method);
  void fill_input(const TensorIn& in);
  void release();
  base::Error unknown(std::string_view attribute) const;

  torch::jit::Module module_;
  const std::vector<Entry>& entries_;
  Sharing sharing_;
  at::Tensor input_;
  std::vector<c10::IValue> stack_;
  at::Generator generator_;  ///< undefined: it was never told a seed
};

}  // namespace models
