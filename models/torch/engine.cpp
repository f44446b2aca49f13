#include <ATen/Parallel.h>
#include <torch/csrc/jit/python/update_graph_executor_opt.h>
#include <torch/csrc/jit/runtime/print_handler.h>
#include <torch/csrc/jit/serialization/import.h>
#include <torch/version.h>

#include <cstdio>
#include <mutex>

#include "adapt.hpp"
#include "archive.hpp"
#include "base/denormals.hpp"
#include "guard.hpp"
#include "program.hpp"
#include "script.hpp"

namespace models {

namespace {

std::vector<Call> calls_of(const Card& card, const Script& script, const torch::jit::Module& module) {
  std::vector<Call> calls;
  if (card.methods.empty()) {
    for (const auto& method : script.methods) calls.push_back({method.name, -1, true});
  }
  for (const auto& method : card.methods) {
    const auto& name = method.call.empty() ? method.name : method.call;
    calls.push_back({method.answer == Answer::kOnsets ? "" : name, method.element, method.answer == Answer::kStream});
  }
  for (const auto& call : calls) {
    if (call.name.empty() || module.find_method(call.name)) continue;
    std::string offered;
    for (const auto& method : module.get_methods()) offered += (offered.empty() ? "" : ", ") + method.name();
    throw std::runtime_error("there is no method '" + call.name + "' in it; it has " + offered);
  }
  return calls;
}

/// What the file says of itself, and the module made so that it streams as nn~ models do, whatever it is.
Script stream_script(const Card& card, torch::jit::Module& module, torch::jit::ExtraFilesMap& extra) {
  auto script = read_script(module);
  if (!script.convention.empty() || adapt_neutone(module, extra["metadata.json"], script)) return script;
  if (!card.methods.empty()) adapt_plain(module, card);
  return script;
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
    if (auto status = check_archive(card.file); !status) return status.error();
    const std::lock_guard lock(loading_);
    const std::string file = card.file.filename().string();
    using Made = base::Result<std::unique_ptr<Program>>;
    torch::jit::ExtraFilesMap extra{{"metadata.json", ""}};
    auto module = guarded(
        [&]() -> base::Result<torch::jit::Module> {
          auto loaded = torch::jit::load(card.file.string(), c10::Device(c10::kCPU), extra, /*load_debug_files=*/false);
          loaded.eval();
          return loaded;
        },
        [&](const char* what) { return load_reason(file, what); });
    if (!module) return module.error();
    return guarded(
        [&]() -> Made {
          auto script = card.kind == "stream" ? stream_script(card, *module, extra) : Script();
          auto calls = calls_of(card, script, *module);
          return std::unique_ptr<Program>(std::make_unique<TorchProgram>(std::move(*module), std::move(calls),
                                                                         std::move(script), card.file.string()));
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
