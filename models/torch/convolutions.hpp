#pragma once
#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/module.h>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "kernels/convolution.hpp"
#include "kernels/memory.hpp"
#include "models/engine.hpp"

namespace models {

/// The convolutions of one loaded file that our own kernels take over: its weights, repacked once for all copies of it
/// that share them. Shared weights are never written to (TorchRun); everything else is left to LibTorch.
class Convolutions {
 public:
  explicit Convolutions(const torch::jit::Module& module);
  Convolutions(const Convolutions&) = delete;
  Convolutions& operator=(const Convolutions&) = delete;

  /// While we learn: a copy of the module, with weights of its own or those of the module.
  void know(const torch::jit::Module& copy);
  /// What calls of known copies showed is packed.
  void pack();
  /// What was needed to learn, and, where that is of no use, what was packed. No call is on its way.
  void forget(bool packed_too);

  void use(KernelUse use) { use_.store(use, std::memory_order_release); }
  KernelUse use() const { return use_.load(std::memory_order_acquire); }

  std::size_t count() const { return packed_.size(); }
  /// "94 convolutions, 126 MB, AVX-512"
  std::string text() const;

  /// What aten::convolution asks. @param weights  a convolution's, of what is called
  void saw(const at::Tensor& weights, const kernels::Weights& form, const kernels::Steps& steps,
           const kernels::Rows& in);
  /// Null: LibTorch computes it. Thread: [any].
  const kernels::Convolution* find(const at::Tensor& weights, const kernels::Weights& form) const;

 private:
  struct Seen {
    std::size_t parameter;
    kernels::Weights form;
  };
  struct Packed {
    at::Tensor weights;  ///< held, so that nothing else comes to lie where it is
    kernels::Convolution convolution;
  };

  std::atomic<KernelUse> use_{KernelUse::kOff};
  std::vector<at::Tensor> parameters_;
  std::mutex learning_;                                            ///< guards the next three
  std::unordered_map<const c10::TensorImpl*, std::size_t> known_;  ///< weights of copies, by parameter
  std::vector<at::Tensor> held_;                                   ///< of those copies
  std::vector<Seen> seen_;                                         ///< in the order in which they were used
  std::unordered_map<const c10::TensorImpl*, Packed> packed_;      ///< not written to once they are used
  kernels::Memory memory_;
};

/// Calls of this thread use these, until it ends. Null: LibTorch alone.
class ConvolutionScope {
 public:
  explicit ConvolutionScope(Convolutions* convolutions);
  ~ConvolutionScope();
  ConvolutionScope(const ConvolutionScope&) = delete;
  ConvolutionScope& operator=(const ConvolutionScope&) = delete;

 private:
  Convolutions* before_;
};

}  // namespace models
