// nn~'s convention: what is written here was found in the files that its exporters write.
#include "script.hpp"

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <array>
#include <optional>

namespace models {

namespace {

using c10::IValue;
using torch::jit::Module;

constexpr std::string_view kParams = "_params";
constexpr std::array<const char*, 2> kWrappers{"model", "_rave"};
constexpr std::int64_t kMostChannels = 65536, kMostRatio = 1 << 20;

IValue call(const Module& module, const std::string& name) { return module.get_method(name)({}); }

/// What a getter of that name gives as texts; nothing where there is none.
std::optional<std::vector<std::string>> texts(const Module& module, const std::string& getter) {
  if (!module.find_method(getter)) return std::nullopt;
  const IValue given = call(module, getter);
  if (!given.isList()) return std::nullopt;
  std::vector<std::string> names;
  for (const IValue& name : given.toListRef()) {
    if (name.isString()) names.push_back(name.toStringRef());
  }
  return names;
}

/// The whole numbers of the buffer NAME_params.
std::optional<std::vector<std::int64_t>> params(const Module& module, const std::string& name) {
  const std::string key = name + std::string(kParams);
  if (!module.hasattr(key)) return std::nullopt;
  const IValue value = module.attr(key);
  if (!value.isTensor() || !value.toTensor().defined()) return std::nullopt;
  const at::Tensor numbers = value.toTensor().to(at::kLong).contiguous().flatten();
  const auto* first = numbers.const_data_ptr<std::int64_t>();
  return std::vector<std::int64_t>(first, first + numbers.numel());
}

/// Every NAME for which the file holds NAME_params, in its order.
std::vector<std::string> stems(const Module& module) {
  std::vector<std::string> names;
  for (const auto& attribute : module.named_attributes(/*recurse=*/false)) {
    const std::string& name = attribute.name;
    if (name.size() > kParams.size() && name.substr(name.size() - kParams.size()) == kParams) {
      names.push_back(name.substr(0, name.size() - kParams.size()));
    }
  }
  return names;
}

bool follows(const Module& module) {
  if (module.find_method("get_methods")) return true;
  for (const auto& name : stems(module)) {
    if (module.find_method(name)) return true;
  }
  return false;
}

/// Deeper where the model stands inside something else.
std::string unwrap(Module& module) {
  for (const auto* name : kWrappers) {
    if (!module.hasattr(name) || !module.attr(name).isModule()) continue;
    Module inner = module.attr(name).toModule();
    if (!follows(inner)) continue;
    module = inner;
    return name;
  }
  return {};
}

std::vector<std::string> labels(const Module& module, const std::string& key, int channels) {
  if (!module.hasattr(key)) return {};
  const IValue value = module.attr(key);
  if (!value.isList()) return {};
  std::vector<std::string> names;
  for (const IValue& name : value.toListRef()) {
    if (name.isString()) names.push_back(name.toStringRef());
  }
  return names.size() == static_cast<std::size_t>(channels) ? names : std::vector<std::string>();
}

/// It takes a tensor first, and nothing else that has no default.
bool callable(const Module& module, const std::string& name) {
  const auto& arguments = module.get_method(name).function().getSchema().arguments();
  if (arguments.size() < 2 || arguments[1].type()->kind() != c10::TypeKind::TensorType) return false;
  return std::all_of(arguments.begin() + 2, arguments.end(), [](const auto& one) { return one.default_value(); });
}

std::optional<ScriptMethod> method_called(const Module& module, const std::string& name) {
  const auto numbers = params(module, name);
  if (!numbers || numbers->size() != 4 || !module.find_method(name)) return std::nullopt;
  for (std::size_t i = 0; i < 4; ++i) {
    if ((*numbers)[i] < 1 || (*numbers)[i] > (i % 2 == 0 ? kMostChannels : kMostRatio)) return std::nullopt;
  }
  ScriptMethod method;
  method.name = name;
  method.form = {static_cast<int>((*numbers)[0]), static_cast<int>((*numbers)[1]), static_cast<int>((*numbers)[2]),
                 static_cast<int>((*numbers)[3])};
  method.inputs = labels(module, name + "_input_labels", method.form.in_channels);
  method.outputs = labels(module, name + "_output_labels", method.form.out_channels);
  return method;
}

/// get_methods() of some files leaves methods out, of others it names some that there are not: both are looked at.
void find_methods(const Module& module, Script& script) {
  auto names = texts(module, "get_methods").value_or(std::vector<std::string>());
  for (auto& stem : stems(module)) {
    if (std::find(names.begin(), names.end(), stem) == names.end()) names.push_back(std::move(stem));
  }
  for (const auto& name : names) {
    auto method = method_called(module, name);
    if (!method) continue;
    script.block = std::max({script.block, method->form.in_ratio, method->form.out_ratio});
    // msprior registers a method that is none, so that its block is long enough.
    const bool hidden = name == "dummy_method" || !callable(module, name);
    if (hidden) script.hidden.push_back(name);
    if (!hidden) script.methods.push_back(std::move(*method));
  }
  const auto forward = std::find_if(script.methods.begin(), script.methods.end(),
                                    [](const auto& method) { return method.name == "forward"; });
  if (forward != script.methods.end()) std::rotate(script.methods.begin(), forward, forward + 1);
}

/// One letter for each element; the convention counts bool, int, float, str, tensor, buffer from 0.
std::string letters(const std::vector<std::int64_t>& types) {
  constexpr std::string_view kLetters = "iifsts";
  std::string out;
  for (const auto type : types) {
    if (type < 0 || type >= static_cast<std::int64_t>(kLetters.size())) return {};
    out += kLetters[static_cast<std::size_t>(type)];
  }
  // A tensor takes any count of numbers, so nothing can stand beside it.
  return out.size() > 1 && out.find('t') != std::string::npos ? std::string() : out;
}

void find_attributes(const Module& module, Script& script) {
  auto names = texts(module, "get_attributes");
  if (!names) names = stems(module);
  for (const auto& name : *names) {
    const auto types = params(module, name);
    // A buffer's setter takes a name; what fills it is another function.
    const bool buffer = types && std::count(types->begin(), types->end(), 5) > 0;
    const bool can_set = !buffer && module.find_method("set_" + name).has_value();
    const bool can_get = module.find_method("get_" + name).has_value();
    if (!types || types->empty() || !(can_set || can_get)) continue;
    const std::string known = letters(*types);
    if (known.empty()) continue;
    const bool whether = std::all_of(types->begin(), types->end(), [](auto type) { return type == 0; });
    auto& found = script.attributes.emplace_back(ScriptAttribute{name, known, can_set, can_get});
    if (whether) {
      found.min = 0;
      found.max = 1;
    }
  }
  script.buffers = texts(module, "get_buffer_attributes").value_or(std::vector<std::string>());
}

double rate_in(const IValue& value) {
  if (value.isInt()) return static_cast<double>(value.toInt());
  if (value.isDouble()) return value.toDouble();
  if (value.isTensor() && value.toTensor().defined() && value.toTensor().numel() > 0) {
    return value.toTensor().flatten()[0].item().toDouble();
  }
  if (value.isTuple() && !value.toTupleRef().elements().empty()) return rate_in(value.toTupleRef().elements()[0]);
  if (value.isList() && !value.toListRef().empty()) return rate_in(value.toListRef()[0]);
  return 0;
}

/// Three spellings, the newest first.
void find_rate(const Module& module, Script& script) {
  if (module.find_method("get_sample_rate")) {
    script.rate = rate_in(call(module, "get_sample_rate"));
    script.rate_from = "get_sample_rate";
  }
  for (const auto* name : {"sr", "sampling_rate"}) {
    if (script.rate > 0 || !module.hasattr(name)) continue;
    script.rate = rate_in(module.attr(name));
    script.rate_from = name;
  }
  if (script.rate > 0) return;
  script.rate = 0;
  script.rate_from.clear();
  script.takes_rate = module.find_method("set_sample_rate").has_value();
}

}  // namespace

Script read_script(Module& module) {
  Script script;
  if (!follows(module)) script.wrapped_in = unwrap(module);
  if (!follows(module)) return script;
  script.convention = "nn~";
  find_methods(module, script);
  find_attributes(module, script);
  find_rate(module, script);
  return script;
}

}  // namespace models
