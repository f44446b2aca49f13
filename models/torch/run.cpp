#include "run.hpp"

#include <ATen/ops/empty.h>
#include <torch/csrc/jit/python/update_graph_executor_opt.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>

#include "guard.hpp"
#include "state.hpp"
#include "values.hpp"

namespace models {

namespace {

using base::Error;
using base::ErrorCode;
using base::Status;
using c10::IValue;

Error failed(std::string text) { return {ErrorCode::kModelFailed, std::move(text)}; }

std::string kind_of(const IValue& value) {
  if (value.isTuple()) return "a tuple of " + std::to_string(value.toTupleRef().elements().size());
  if (value.isList()) return "a list of " + std::to_string(value.toListRef().size());
  if (value.isNone()) return "nothing";
  return "a " + value.type()->str();
}

/// The element of a tuple or a list that the card asks for; null where there is none.
const IValue* element_of(const IValue& result, int element) {
  if (element < 0) return &result;
  c10::ArrayRef<IValue> all;
  if (result.isTuple()) all = result.toTupleRef().elements().asArrayRef();
  if (result.isList()) all = result.toListRef();
  const auto index = static_cast<std::size_t>(element);
  return index < all.size() ? &all[index] : nullptr;
}

/// Copies a result out, whatever its number type and strides.
Status read(const Call& call, const IValue& whole, TensorOut& out) {
  const IValue* found = element_of(whole, call.element);
  const std::string& method = call.name;
  if (found == nullptr) {
    return failed(method + " gave " + kind_of(whole) + "; its card asks for element " + std::to_string(call.element) +
                  " of a tuple, where 0 is the first");
  }
  const IValue& result = *found;
  if (!result.isTensor() || !result.toTensor().defined()) {
    const std::string which = call.element < 0 ? "" : " as element " + std::to_string(call.element);
    const bool tuple = result.isTuple() || result.isList();
    return failed(method + " gave " + kind_of(result) + which + "; it has to give one tensor" +
                  (tuple ? " (element in its card picks one)" : ""));
  }
  const at::Tensor& given = result.toTensor();
  if (given.is_complex()) return failed(method + " gave complex numbers; they have to be real");
  const at::Tensor floats = given.to(at::kFloat).contiguous();
  const float* from = floats.const_data_ptr<float>();
  out.data.assign(from, from + floats.numel());
  const auto sizes = floats.sizes();
  out.shape.assign(sizes.begin(), sizes.end());
  return {};
}

Entry entry_of(const torch::jit::Module& module, const Call& call) {
  const std::string& name = call.name;
  if (name.empty()) return {call, nullptr, {}};
  const auto method = module.find_method(name);
  if (!method) throw std::runtime_error("the file has no method '" + name + "'");
  const auto& arguments = method->function().getSchema().arguments();  // the first is the module itself
  if (arguments.size() < 2 || arguments[1].type()->kind() != c10::TypeKind::TensorType) {
    throw std::runtime_error(name + " takes no tensor");
  }
  Entry entry{call, &method->function(), {}};
  for (std::size_t i = 2; i < arguments.size(); ++i) {
    if (!arguments[i].default_value()) {
      throw std::runtime_error(name + " wants " + std::to_string(arguments.size() - 1) +
                               " inputs; it gets one tensor: give '" + arguments[i].name() + "' a default");
    }
    entry.defaults.push_back(*arguments[i].default_value());
  }
  return entry;
}

/// The executor's optimisation of what it saw in the first calls wins nothing with streams, and makes those calls take
/// ten times as long.
class Optimisation {
 public:
  explicit Optimisation(bool off) : off_(off) {
    if (off_) torch::jit::setGraphExecutorOptimize(false);
  }
  ~Optimisation() {
    if (off_) torch::jit::setGraphExecutorOptimize(true);
  }
  Optimisation(const Optimisation&) = delete;
  Optimisation& operator=(const Optimisation&) = delete;

 private:
  bool off_;
};

bool refused(const IValue& answer) { return answer.isInt() && answer.toInt() < 0; }

/// Calls set_NAME or get_NAME.
IValue call(const torch::jit::Method& method, std::vector<IValue> arguments) {
  std::vector<IValue> stack{IValue(method.owner()._ivalue())};
  std::move(arguments.begin(), arguments.end(), std::back_inserter(stack));
  method.function().run(stack);
  return stack.empty() ? IValue() : stack.back();
}

base::Result<std::vector<IValue>> setter_arguments(const torch::jit::Method& method, std::string_view attribute,
                                                   std::span<const Value> values) {
  const auto& wanted = method.function().getSchema().arguments();
  const bool one_tensor = wanted.size() == 2 && wanted[1].type()->kind() == c10::TypeKind::TensorType;
  if (one_tensor && values.size() != 1) {
    auto tensor = to_tensor(values);
    if (!tensor) return Error{ErrorCode::kMalformed, std::string(attribute) + " takes numbers"};
    return std::vector<IValue>{std::move(*tensor)};
  }
  if (wanted.size() - 1 != values.size()) {
    return Error{ErrorCode::kMalformed, method.name() + " takes " + std::to_string(wanted.size() - 1) + " values, " +
                                            std::to_string(values.size()) + " came"};
  }
  std::vector<IValue> arguments;
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto argument = to_ivalue(values[i], wanted[i + 1].type());
    if (!argument) {
      return Error{ErrorCode::kMalformed, std::string(attribute) + " takes " + wanted[i + 1].type()->str() +
                                              " as value " + std::to_string(i + 1)};
    }
    arguments.push_back(std::move(*argument));
  }
  return arguments;
}

auto raised(std::string name) {
  return [name = std::move(name)](const char* what) { return name + " raised: " + raised_reason(what); };
}

}  // namespace

std::vector<Entry> entries_of(const torch::jit::Module& module, const std::vector<Call>& calls) {
  std::vector<Entry> entries;
  for (const auto& call : calls) entries.push_back(entry_of(module, call));
  return entries;
}

Status TorchRun::run(std::size_t method, const TensorIn& in, TensorOut& out) {
  const Entry& entry = entries_[method];
  if (entry.function == nullptr) return failed("the script has no part in this method");
  auto status = guarded(
      [&]() -> Status {
        fill_input(in);
        stack_.clear();
        stack_.emplace_back(module_._ivalue());
        stack_.emplace_back(input_);
        stack_.insert(stack_.end(), entry.defaults.begin(), entry.defaults.end());
        const OwnRandom random(generator_.defined() ? &generator_ : nullptr);
        const Optimisation optimisation(entry.call.as_it_is);
        const ConvolutionScope scope(sharing_.convolutions);
        entry.function->run(stack_);
        return read(entry.call, stack_.back(), out);
      },
      [&](const char* what) { return entry.call.name + " raised: " + raised_reason(what); });
  release();
  return status;
}

/// Before a method that may write to weights: what it writes is heard in this session alone.
void TorchRun::own_weights(const std::string& method) {
  if (sharing_.writers == nullptr || !sharing_.writers->contains(method)) return;
  module_ = copy_of(module_, false);
  sharing_ = {};
}

void TorchRun::fill_input(const TensorIn& in) {
  if (!input_.defined() || input_.sizes() != c10::IntArrayRef(in.shape)) {
    input_ = at::empty(in.shape, at::TensorOptions().dtype(at::kFloat));
  }
  std::memcpy(input_.mutable_data_ptr<float>(), in.data.data(), in.data.size_bytes());
}

/// The input tensor is used again, unless the model kept it (or a view of it): then it is the model's now.
void TorchRun::release() {
  stack_.clear();
  if (input_.defined() && (input_.use_count() > 1 || input_.storage().use_count() > 1)) input_.reset();
}

Status TorchRun::set(std::string_view attribute, std::span<const Value> values) {
  const std::string name(attribute);
  return guarded(
      [&]() -> Status {
        own_weights("set_" + name);
        if (const auto setter = module_.find_method("set_" + name)) {
          auto arguments = setter_arguments(*setter, attribute, values);
          if (!arguments) return arguments.error();
          if (refused(call(*setter, std::move(*arguments)))) return failed("set_" + name + " refused the value");
          return {};
        }
        if (!module_.hasattr(name)) return unknown(attribute);
        auto value = like(module_.attr(name), values);
        if (!value) {
          return Error{ErrorCode::kMalformed,
                       name + " of the file is a " + module_.attr(name).type()->str() + "; the values do not fit it"};
        }
        module_.setattr(name, std::move(*value));
        return {};
      },
      raised("set_" + name));
}

base::Result<std::vector<Value>> TorchRun::get(std::string_view attribute) {
  const std::string name(attribute);
  using Got = base::Result<std::vector<Value>>;
  return guarded(
      [&]() -> Got {
        own_weights("get_" + name);
        const auto getter = module_.find_method("get_" + name);
        if (!getter && !module_.hasattr(name)) {
          if (!module_.find_method("set_" + name)) return unknown(attribute);
          return Error{ErrorCode::kWrongState, name + " can be set and not read"};
        }
        auto values = to_values(getter ? call(*getter, {}) : module_.attr(name));
        if (!values) return failed(name + " is neither numbers nor texts");
        return std::move(*values);
      },
      raised("get_" + name));
}

Status TorchRun::fill(std::string_view buffer, const Sound& sound) {
  const std::string name(buffer);
  return guarded(
      [&]() -> Status {
        own_weights("set_buffer_attribute");
        const auto setter = module_.find_method("set_buffer_attribute");
        if (!setter) return Error{ErrorCode::kUnknown, "the file has no set_buffer_attribute"};
        const auto samples = static_cast<std::int64_t>(sound.planes.size()) / sound.channels;
        auto tensor = at::empty({sound.channels, samples}, at::TensorOptions().dtype(at::kFloat));
        std::memcpy(tensor.mutable_data_ptr<float>(), sound.planes.data(), sound.planes.size_bytes());
        const auto answer = call(*setter, {name, tensor, static_cast<std::int64_t>(std::llround(sound.rate))});
        if (refused(answer)) return failed(name + " refused the sound; its length may be bounded");
        return {};
      },
      raised("set_buffer_attribute"));
}

Status TorchRun::clear(std::string_view buffer) {
  return guarded(
      [&]() -> Status {
        own_weights("clear_buffer_attribute");
        const auto clearing = module_.find_method("clear_buffer_attribute");
        if (!clearing) return Error{ErrorCode::kUnknown, "the file has no clear_buffer_attribute"};
        call(*clearing, {std::string(buffer)});
        return {};
      },
      raised("clear_buffer_attribute"));
}

Error TorchRun::unknown(std::string_view attribute) const {
  const std::string name(attribute);
  return {ErrorCode::kUnknown, "the file has no attribute '" + name + "', nor set_" + name + " and get_" + name};
}

}  // namespace models
