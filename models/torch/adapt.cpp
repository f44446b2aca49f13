// Scripts that stream and follow another convention than nn~'s, or none: a small module around each, in TorchScript
// itself, makes them alike, so that nothing after loading has to know.
#include "adapt.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <stdexcept>

namespace models {

namespace {

using c10::IValue;
using torch::jit::Module;

constexpr const char* kInner = "inner";
constexpr int kNeutoneBlock = 512;  ///< what its models are mostly made with

bool has_all(const Module& module, std::initializer_list<const char*> methods) {
  return std::all_of(methods.begin(), methods.end(), [&](const char* name) { return module.find_method(name); });
}

bool is_neutone(const Module& module) {
  return has_all(module, {"forward", "get_default_param_names", "get_default_param_values", "is_input_mono",
                          "is_output_mono", "get_native_sample_rates", "set_sample_rate_and_buffer_size"});
}

IValue call(const Module& module, const char* name) { return module.get_method(name)({}); }

std::vector<std::int64_t> whole_numbers(const IValue& list) {
  std::vector<std::int64_t> numbers;
  if (!list.isList()) return numbers;
  for (const IValue& one : list.toListRef()) numbers.push_back(one.toInt());
  return numbers;
}

std::vector<std::string> texts(const IValue& list) {
  std::vector<std::string> out;
  if (!list.isList()) return out;
  for (const IValue& one : list.toListRef()) out.push_back(one.isString() ? one.toStringRef() : "");
  return out;
}

bool is_identifier(const std::string& name) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
  return !name.empty() && name.size() <= 64 && name.find_first_not_of(kLetters) == std::string::npos &&
         (name[0] < '0' || name[0] > '9');
}

/// A knob's name as an attribute's: letters, digits, '_'.
std::string knob_name(const std::string& name, std::size_t index) {
  std::string out = name;
  for (char& c : out) {
    if (c == ' ' || c == '-') c = '_';
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return is_identifier(out) ? out : "p" + std::to_string(index + 1);
}

struct Knob {
  std::string name;
  std::size_t index;
  float initial;
};

std::vector<Knob> knobs_of(const Module& model) {
  const auto names = texts(call(model, "get_default_param_names"));
  const auto values = call(model, "get_default_param_values").toTensor().flatten().to(at::kFloat).contiguous();
  std::vector<bool> used(names.size(), true);
  if (model.find_method("get_default_param_used")) {
    const IValue list = call(model, "get_default_param_used");
    for (std::size_t i = 0; list.isList() && i < std::min(used.size(), list.toListRef().size()); ++i) {
      used[i] = list.toListRef()[i].isBool() && list.toListRef()[i].toBool();
    }
  }
  std::vector<Knob> knobs;
  for (std::size_t i = 0; i < names.size() && static_cast<std::int64_t>(i) < values.numel(); ++i) {
    if (!used[i]) continue;
    std::string name = knob_name(names[i], i);
    const bool twice = std::any_of(knobs.begin(), knobs.end(), [&](const Knob& one) { return one.name == name; });
    if (twice) name = "p" + std::to_string(i + 1);
    knobs.push_back({std::move(name), i, values.const_data_ptr<float>()[i]});
  }
  return knobs;
}

std::string knob_source(const Knob& knob) {
  const std::string at = "self.knobs[" + std::to_string(knob.index) + ", 0]";
  return "def get_" + knob.name + "(self) -> float:\n  return float(" + at + ")\n" +  //
         "def set_" + knob.name + "(self, value: float) -> int:\n  knobs = self.knobs.clone()\n  knobs[" +
         std::to_string(knob.index) + ", 0] = value\n  self.knobs = knobs\n  return 0\n";
}

/// The model is told its block before the first one; where it takes blocks of one size alone, a longer one is cut.
constexpr const char* kNeutoneForward = R"(
def forward(self, x: Tensor) -> Tensor:
  n = x.size(2)
  block = n
  if self.block > 0:
    block = self.block
  if block != self.told:
    self.inner.set_sample_rate_and_buffer_size(self.rate, block)
    self.told = block
  out: List[Tensor] = []
  for i in range(n // block):
    piece = x[0, :, i * block:(i + 1) * block]
    out.append(self.inner.forward(piece, self.knobs.repeat(1, block)).clone())
  return torch.cat(out, -1).unsqueeze(0)
)";

/// The text of `"key": "…"` in JSON that another program wrote: enough for a sentence about the model.
std::string json_text(const std::string& json, const std::string& key) {
  auto at = json.find('"' + key + '"');
  if (at == std::string::npos || (at = json.find(':', at)) == std::string::npos) return {};
  at = json.find_first_not_of(" \n\t", at + 1);
  if (at == std::string::npos || json[at] != '"') return {};
  std::string text;
  for (++at; at < json.size() && json[at] != '"'; ++at) {
    if (json[at] != '\\' || at + 1 >= json.size()) {
      text += json[at];
    } else if (json[++at] == '"' || json[at] == '\\' || json[at] == '/') {
      text += json[at];
    } else {
      text += ' ';
    }
  }
  return text;
}

void describe(const Module& model, const std::string& metadata, Script& script) {
  script.about = json_text(metadata, "model_short_description");
  if (script.about.empty() && model.find_method("get_model_short_description")) {
    const IValue about = call(model, "get_model_short_description");
    if (about.isString()) script.about = about.toStringRef();
  }
  if (model.find_method("get_model_authors")) script.authors = texts(call(model, "get_model_authors"));
}

std::string indexed(const std::string& text, int element) {
  return element < 0 ? text : text + "[" + std::to_string(element) + "]";
}

/// A card's argument as it stands in a script.
std::string literal(const Value& value) {
  if (const auto* whole = std::get_if<std::int32_t>(&value)) return std::to_string(*whole);
  if (const auto* number = std::get_if<float>(&value)) {
    std::ostringstream text;
    text.precision(9);
    text << *number;
    const bool plain = text.str().find_first_of(".e") == std::string::npos;
    return text.str() + (plain ? ".0" : "");
  }
  std::string out = "\"";
  for (const char c : std::get<std::string>(value)) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out + "\"";
}

std::string shaped_input(const StreamCard& stream, const StreamForm& form) {
  if (stream.shape.empty()) return "x";
  std::string sides;
  for (const auto& side : stream.shape) {
    sides += sides.empty() ? "" : ", ";
    sides += side == "frames" ? "x.size(2)" : side == "channels" ? std::to_string(form.in_channels) : side;
  }
  return "x.reshape([" + sides + "])";
}

std::string plain_source(const Card& card, const MethodCard& method) {
  const auto& called = method.call.empty() ? method.name : method.call;
  const auto& form = method.form;
  std::string arguments = shaped_input(card.stream, form);
  for (const auto& argument : card.stream.arguments) arguments += ", " + literal(argument);
  const std::string frames = "x.size(2) * " + std::to_string(form.in_ratio) + " // " + std::to_string(form.out_ratio);
  return "def " + method.name + "(self, x: Tensor) -> Tensor:\n  y = " +
         indexed("self.inner." + called + "(" + arguments + ")", method.element) + "\n  return y.reshape([1, " +
         std::to_string(form.out_channels) + ", " + frames + "])\n";
}

/// Setters, getters or a plain attribute of the inner module under the same names.
std::string attribute_source(const Module& inner, const std::string& name) {
  std::string source;
  for (const std::string kind : {"set_", "get_"}) {
    const auto method = inner.find_method(kind + name);
    if (!method) continue;
    std::string declared, passed;
    const auto& arguments = method->function().getSchema().arguments();
    for (std::size_t i = 1; i < arguments.size(); ++i) {
      const std::string argument = "a" + std::to_string(i);
      declared += ", " + argument + ": " + arguments[i].type()->annotation_str();
      passed += (passed.empty() ? "" : ", ") + argument;
    }
    source +=
        "def " + kind + name + "(self" + declared + "):\n  return self.inner." + kind + name + "(" + passed + ")\n";
  }
  if (!source.empty() || !inner.hasattr(name)) return source;
  const std::string type = inner.attr(name).type()->annotation_str(), self = "self.inner." + name;
  return "def get_" + name + "(self):\n  return " + self + "\n" +  //
         "def set_" + name + "(self, value: " + type + "):\n  " + self + " = value\n";
}

}  // namespace

bool adapt_neutone(Module& module, const std::string& metadata, Script& script) {
  Module model = module;
  for (const auto* name : {"w2w_base", "model"}) {
    if (is_neutone(model) && std::string_view(name) == "model") break;
    if (module.hasattr(name) && module.attr(name).isModule()) {
      const Module inner = module.attr(name).toModule();
      if (is_neutone(inner)) model = inner;
    }
  }
  if (!is_neutone(model)) return false;
  const auto rates = whole_numbers(call(model, "get_native_sample_rates"));
  const auto blocks = whole_numbers(call(model, "get_native_buffer_sizes"));
  const auto block = blocks.empty() ? 0 : *std::min_element(blocks.begin(), blocks.end());
  const auto knobs = knobs_of(model);
  const int in = call(model, "is_input_mono").toBool() ? 1 : 2, out = call(model, "is_output_mono").toBool() ? 1 : 2;

  Module around("Neutone", model._ivalue()->compilation_unit(), /*shouldMangle=*/true);
  around.register_module(kInner, model);
  around.register_attribute("knobs", c10::TensorType::get(),
                            call(model, "get_default_param_values").toTensor().to(at::kFloat).reshape({-1, 1}).clone());
  around.register_attribute("block", c10::IntType::get(), block);
  around.register_attribute("told", c10::IntType::get(), std::int64_t{-1});
  around.register_attribute("rate", c10::IntType::get(), rates.empty() ? std::int64_t{44100} : rates.front());
  std::string source = kNeutoneForward;
  for (const auto& knob : knobs) source += knob_source(knob);
  around.define(source);

  script.convention = "Neutone";
  script.rate = rates.empty() ? 44100 : static_cast<double>(rates.front());
  script.rate_from = "get_native_sample_rates";
  script.block = block > 0 ? static_cast<int>(block) : 1;
  if (model.find_method("calc_model_delay_samples")) {
    script.latency = static_cast<int>(call(model, "calc_model_delay_samples").toInt());
  }
  script.methods.push_back({"forward", {in, 1, out, 1}, {}, {}});
  for (const auto& knob : knobs) script.attributes.push_back({knob.name, "f", true, true, 0, 1});
  describe(model, metadata, script);
  module = around;
  return true;
}

void adapt_plain(Module& module, const Card& card) {
  if (card.stream.shape.empty() && card.stream.arguments.empty()) return;
  Module around("Plain", module._ivalue()->compilation_unit(), /*shouldMangle=*/true);
  around.register_module(kInner, module);
  std::string source;
  for (const auto& method : card.methods) {
    const auto& called = method.call.empty() ? method.name : method.call;
    if (!module.find_method(called)) throw std::runtime_error("there is no method '" + called + "' in it");
    source += plain_source(card, method);
  }
  for (const auto& attribute : card.attributes) source += attribute_source(module, attribute.name);
  around.define(source);
  module = around;
}

}  // namespace models
