#include <ATen/Parallel.h>
#include <torch/csrc/jit/python/update_graph_executor_opt.h>
#include <torch/csrc/jit/runtime/print_handler.h>
#include <torch/csrc/jit/serialization/import.h>
#include <torch/version.h>

#include <cstdio>
#include <mutex>

#include "base/denormals.hpp"
#include "guard.hpp"
#include "program.hpp"

namespace models {

namespace {

std::vector<Call> calls_of(const Card& card, const torch::jit::Module& module) {
  std::vector<Call> calls;
  for (const auto& method : card.methods) {
    const auto& name = method.call.empty() ? method.name : method.call;
    calls.push_back({method.answer == Answer::kOnsets ? "" : name, method.element});
  }
  for (const auto& call : calls) {
    if (call.name.empty() || module.find_method(call.name)) continue;
    std::string offered;
    for (const auto& method : module.get_methods()) offered += (offered.empty() ? "" : ", ") + method.name();
    throw std::runtime_error("there is no method '" + call.name + "' in it; it has " + offered);
  }
  return calls;
}

class TorchEngine final : public Engine {
 public:
  TorchEngine() {
    // What a script prints is no answer to anybody: keep our output clean.
    torch::jit::setPrintHandler([](const std::string& text) { std::fputs(text.c_str(), stderr); });
    try {
      at::set_num_interop_threads(1);
    } catch (const std::exception&) {  // somebody used it before us: then it stays
    }
  }

  std::string_view name() const override { return "torch"; }
  std::string version() const override { return "LibTorch " TORCH_VERSION; }

  /// One thread per run: two collapse beside any other busy thread (p99 of a second instead of 15 ms, measured). The
  /// optimizing executor stays on: its first two passes are the slow ones, and warming up takes them.
  void prepare_thread() override {
    at::set_num_threads(1);
    base::flush_denormals();
    torch::jit::setGraphExecutorOptimize(true);
  }

  base::Result<std::unique_ptr<Program>> load(const Card& card) override {
    if (card.file.empty()) return base::Error{base::ErrorCode::kModelFailed, "its card names no file"};
    const std::lock_guard lock(loading_);
    const std::string file = card.file.filename().string();
    using Made = base::Result<std::unique_ptr<Program>>;
    auto module = guarded(
        [&]() -> base::Result<torch::jit::Module> {
          auto loaded = torch::jit::load(card.file.string(), c10::Device(c10::kCPU), /*load_debug_files=*/false);
          loaded.eval();
          return loaded;
        },
        [&](const char* what) { return load_reason(file, what); });
    if (!module) return module.error();
    return guarded(
        [&]() -> Made {
          auto calls = calls_of(card, *module);
          return std::unique_ptr<Program>(
              std::make_unique<TorchProgram>(std::move(*module), std::move(calls), card.file.string()));
        },
        [&](const char* what) { return file + ": " + std::string(what); });
  }

 private:
  std::mutex loading_;  ///< torch::jit::load is not made for two threads at once
};

}  // namespace

}  // namespace models

extern "C" __attribute__((visibility("default"))) models::Engine* oscine_engine() {
  try {
    static models::TorchEngine engine;
    return &engine;
  } catch (...) {
    return nullptr;
  }
}
