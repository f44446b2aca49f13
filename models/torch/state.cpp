#include "state.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/core/class_type.h>
#include <torch/csrc/jit/serialization/import.h>

#include <cstring>
#include <set>
#include <utility>

namespace models {

namespace {

using c10::IValue;

bool same_bits(const at::Tensor& a, const at::Tensor& b) {
  if (a.is_same(b)) return true;
  if (!a.defined() || !b.defined()) return a.defined() == b.defined();
  if (a.scalar_type() != b.scalar_type() || a.layout() != c10::kStrided || b.layout() != c10::kStrided) return false;
  if (!a.device().is_cpu() || !b.device().is_cpu() || a.sizes() != b.sizes()) return false;
  const auto left = a.contiguous();
  const auto right = b.contiguous();
  return left.nbytes() == 0 || std::memcmp(left.const_data_ptr(), right.const_data_ptr(), left.nbytes()) == 0;
}

class Comparison {
 public:
  Changes changes;

  void objects(const IValue& a, const IValue& b) {
    const auto left = a.toObject();
    const auto right = b.toObject();
    if (left == right || !seen_.emplace(left.get(), right.get()).second) return;
    if (left->type() != right->type() || left->slots().size() != right->slots().size()) {
      changes.anything = true;
      return;
    }
    const auto type = left->type();
    for (std::size_t i = 0; i < left->slots().size(); ++i) {
      const bool parameter = i < type->numAttributes() && type->is_parameter(i);
      if (left->getSlot(i).isObject() && right->getSlot(i).isObject()) {
        objects(left->getSlot(i), right->getSlot(i));
      } else if (!same(left->getSlot(i), right->getSlot(i))) {
        changes.anything = true;
        changes.parameters = changes.parameters || parameter;
      }
    }
  }

 private:
  bool same(const IValue& a, const IValue& b) {
    if (a.tagKind() != b.tagKind()) return false;
    if (a.isTensor()) return same_bits(a.toTensor(), b.toTensor());
    if (a.isDouble()) return bits(a.toDouble()) == bits(b.toDouble());
    if (a.isInt()) return a.toInt() == b.toInt();
    if (a.isBool()) return a.toBool() == b.toBool();
    if (a.isString()) return a.toStringRef() == b.toStringRef();
    if (a.isList()) return elements(a.toListRef(), b.toListRef());
    if (a.isTuple()) return elements(a.toTupleRef().elements().asArrayRef(), b.toTupleRef().elements().asArrayRef());
    if (a.isGenericDict()) return dictionaries(a.toGenericDict(), b.toGenericDict());
    if (a.isObject()) {
      const Changes before = std::exchange(changes, {});
      objects(a, b);
      const bool unchanged = !changes.anything;
      changes = before;
      return unchanged;
    }
    return true;
  }

  static std::uint64_t bits(double value) {
    std::uint64_t raw = 0;
    std::memcpy(&raw, &value, sizeof raw);
    return raw;
  }

  bool elements(c10::ArrayRef<IValue> a, c10::ArrayRef<IValue> b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (!same(a[i], b[i])) return false;
    }
    return true;
  }

  bool dictionaries(const c10::Dict<IValue, IValue>& a, const c10::Dict<IValue, IValue>& b) {
    if (a.size() != b.size()) return false;
    auto other = b.begin();  // a copy keeps the order of insertion
    for (const auto& entry : a) {
      if (!same(entry.key(), other->key()) || !same(entry.value(), other->value())) return false;
      ++other;
    }
    return true;
  }

  std::set<std::pair<const void*, const void*>> seen_;
};

}  // namespace

Changes compare(const torch::jit::Module& pristine, const torch::jit::Module& used) {
  Comparison comparison;
  comparison.objects(pristine._ivalue(), used._ivalue());
  return comparison.changes;
}

torch::jit::Module copy_of(const torch::jit::Module& original, bool share_parameters) {
  IValue::HashIdentityIValueMap already;  // what the copy finds here it takes as its own
  if (share_parameters) {
    for (const auto& parameter : original.parameters()) already.emplace(parameter, parameter);
  }
  return torch::jit::Module(IValue(original._ivalue()).deepcopy(already).toObject());
}

}  // namespace models
