#pragma once
#include <memory>
#include <string>
#include <vector>

#include "models/engine.hpp"
#include "models/watch.hpp"

namespace models {

/// A run whose calls are told to the thread's CallWatch.
class WatchedRun final : public Run {
 public:
  /// @param limits  by method
  WatchedRun(std::unique_ptr<Run> run, std::string model, std::vector<CallLimit> limits)
      : run_(std::move(run)), model_(std::move(model)), limits_(std::move(limits)) {}

  base::Status run(std::size_t method, const TensorIn& in, TensorOut& out) override {
    const WatchedCall call(model_, method < limits_.size() ? limits_[method].of(in.data.size()) : kOther);
    return run_->run(method, in, out);
  }
  base::Status set(std::string_view attribute, std::span<const Value> values) override {
    const WatchedCall call(model_, kOther);
    return run_->set(attribute, values);
  }
  base::Result<std::vector<Value>> get(std::string_view attribute) override {
    const WatchedCall call(model_, kOther);
    return run_->get(attribute);
  }
  void seed(std::uint64_t seed) override { run_->seed(seed); }
  base::Status fill(std::string_view buffer, const Sound& sound) override {
    const WatchedCall call(model_, kOther);
    return run_->fill(buffer, sound);
  }
  base::Status clear(std::string_view buffer) override {
    const WatchedCall call(model_, kOther);
    return run_->clear(buffer);
  }

 private:
  static constexpr base::Duration kOther = std::chrono::seconds(5);  ///< nobody measured setters
  std::unique_ptr<Run> run_;
  std::string model_;
  std::vector<CallLimit> limits_;
};

}  // namespace models
