#pragma once
#include <memory>
#include <utility>

#include "engine.hpp"
#include "models/fate.hpp"

namespace models {

/// Does `work`, a call of an isolated model, unless it is decided what becomes of it; tells where its process fell.
/// @param isolated  null: in a replay, nothing is isolated
template <class Work>
auto fated(const IsolatedEngine* isolated, Work&& work) -> decltype(work()) {
  if (auto fate = next_fate()) return std::move(*fate);
  auto result = work();
  if (!result && isolated != nullptr && isolated->isolation().fall()) tell_fate(result.error());
  return result;
}

/// A run of a model whose card says `isolate`.
class FatedRun final : public Run {
 public:
  FatedRun(std::unique_ptr<Run> run, const IsolatedEngine* isolated) : run_(std::move(run)), isolated_(isolated) {}

  base::Status run(std::size_t method, const TensorIn& in, TensorOut& out) override {
    return fated(isolated_, [&] { return run_->run(method, in, out); });
  }
  base::Status set(std::string_view attribute, std::span<const Value> values) override {
    return fated(isolated_, [&] { return run_->set(attribute, values); });
  }
  base::Result<std::vector<Value>> get(std::string_view attribute) override {
    return fated(isolated_, [&] { return run_->get(attribute); });
  }
  void seed(std::uint64_t seed) override { run_->seed(seed); }
  base::Status fill(std::string_view buffer, const Sound& sound) override {
    return fated(isolated_, [&] { return run_->fill(buffer, sound); });
  }
  base::Status clear(std::string_view buffer) override {
    return fated(isolated_, [&] { return run_->clear(buffer); });
  }

 private:
  std::unique_ptr<Run> run_;
  const IsolatedEngine* isolated_;
};

}  // namespace models
