#pragma once
#include <torch/csrc/jit/api/module.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "convolutions.hpp"
#include "models/engine.hpp"
#include "run.hpp"
#include "writes.hpp"

namespace models {

/// A TorchScript module as it was in its file.
class TorchProgram final : public Program {
 public:
  /// @param calls  for each method of the card. Throws std::runtime_error where one cannot be called.
  TorchProgram(torch::jit::Module module, std::vector<Call> calls, Script script, std::string file);

  std::vector<std::string> methods() const override;
  base::Result<std::unique_ptr<Run>> fresh() override;
  base::Result<std::unique_ptr<Run>> shared() override;
  base::Result<std::unique_ptr<Run>> rewritten() override;
  void choose_rewritten(bool chosen) override;
  bool differs(const Run& run, bool thorough) const override;
  const Script& script() const override { return script_; }
  std::size_t use_kernels(KernelUse use) override;
  void leave_out(std::size_t method) override;
  std::vector<std::pair<std::string, std::string>> facts() const override;

 private:
  /// The module with its weights folded into the code, which is faster; made once. Without one: nothing.
  const std::optional<torch::jit::Module>& frozen() const;

  /// A module that many runs share.
  struct Shared {
    torch::jit::Module module;
    std::vector<Entry> entries;
    std::string how;  ///< for facts()
  };

  std::unique_ptr<Convolutions> convolutions_;  ///< null: it has none of ours
  torch::jit::Module module_;
  std::vector<Call> calls_;
  Script script_;
  std::vector<std::string> names_;  ///< of the methods that are called, each once
  std::string file_;
  std::vector<Entry> entries_;
  MethodNames writers_;
  mutable std::atomic<bool> share_parameters_{false};  ///< once code and a run of it are seen to leave them alone
  mutable std::once_flag freezing_;
  mutable std::optional<torch::jit::Module> frozen_;
  std::once_flag sharing_;
  std::unique_ptr<const Shared> shared_;
  std::unique_ptr<const Shared> rewritten_;  ///< until one of the two was chosen
};

}  // namespace models
