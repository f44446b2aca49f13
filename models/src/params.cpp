#include <cmath>

#include "kind.hpp"
#include "params_caller.hpp"

namespace models {

namespace {

using base::Error;
using base::ErrorCode;

/// Numbers in, named numbers out.
class ParamsKind final : public Kind {
 public:
  std::string_view name() const override { return "params"; }

  base::Status check(const Card& card) const override {
    if (card.methods.empty()) return refuse("a card of kind params names the inputs and outputs of its methods");
    for (const auto& method : card.methods) {
      if (method.inputs.empty()) return refuse("its card names no inputs for " + method.name);
      if (method.outputs.empty()) return refuse("its card names no outputs for " + method.name);
      for (std::size_t i = 0; i < method.inputs.size(); ++i) {
        const Port& port = method.inputs[i];
        if (!(port.min < port.max)) return refuse("the range of " + port_name(port, i, "input") + " is empty");
      }
    }
    return {};
  }

  base::Result<std::vector<Method>> methods(const Card& card, const Program& /*program*/) const override {
    std::vector<Method> methods;
    for (const auto& wanted : card.methods) {
      Method method;
      method.name = wanted.name;
      method.inputs = wanted.inputs;
      method.outputs = wanted.outputs;
      method.in_channels = static_cast<int>(wanted.inputs.size());
      method.out_channels = static_cast<int>(wanted.outputs.size());
      methods.push_back(std::move(method));
    }
    return methods;
  }

  std::unique_ptr<Caller> caller(const Card& /*card*/, std::span<const Method> methods, bool stateful) const override {
    return params_caller(methods, stateful);
  }

  std::vector<float> probe(const Method& method, std::size_t pass) const override {
    std::vector<float> frame;
    for (const auto& port : method.inputs) {
      // Golden-ratio steps: well spread, never on a bound, and 0 only by bad luck of a range.
      const double part = std::fmod(0.41 + 0.6180339887 * static_cast<double>(pass + frame.size()), 0.98) + 0.01;
      const float low = std::isfinite(port.min) ? port.min : (std::isfinite(port.max) ? port.max - 1 : -1);
      const float high = std::isfinite(port.max) ? port.max : low + 2;
      frame.push_back(static_cast<float>(low + (static_cast<double>(high) - low) * part));
    }
    return frame;
  }

 private:
  static Error refuse(std::string text) { return {ErrorCode::kModelFailed, std::move(text)}; }
};

}  // namespace

const Kind& params_kind() {
  static const ParamsKind kind;
  return kind;
}

}  // namespace models
