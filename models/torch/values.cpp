#include "values.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <limits>

namespace models {

namespace {

using c10::IValue;
using Values = std::vector<Value>;

constexpr std::size_t kMostValues = 256;

std::optional<double> number(const Value& value) {
  if (const auto* whole = std::get_if<std::int32_t>(&value)) return *whole;
  if (const auto* real = std::get_if<float>(&value)) return *real;
  return std::nullopt;
}

Value whole_value(std::int64_t value) {
  const bool fits =
      value >= std::numeric_limits<std::int32_t>::min() && value <= std::numeric_limits<std::int32_t>::max();
  return fits ? Value(static_cast<std::int32_t>(value)) : Value(static_cast<float>(value));
}

at::Tensor float_tensor(c10::IntArrayRef sizes, std::span<const Value> values) {
  auto tensor = at::empty(sizes, at::TensorOptions().dtype(at::kFloat));
  float* to = tensor.mutable_data_ptr<float>();
  for (const auto& value : values) *to++ = static_cast<float>(number(value).value());
  return tensor;
}

bool append(const IValue& value, Values& values);

bool append_all(c10::ArrayRef<IValue> elements, Values& values) {
  for (const auto& element : elements) {
    if (!append(element, values)) return false;
  }
  return true;
}

bool append_tensor(const at::Tensor& tensor, Values& values) {
  if (!tensor.defined() || tensor.is_complex() || tensor.numel() > static_cast<std::int64_t>(kMostValues)) return false;
  const bool real = tensor.is_floating_point();
  const auto flat = tensor.to(at::kDouble).contiguous();
  const double* from = flat.const_data_ptr<double>();
  for (std::int64_t i = 0; i < flat.numel(); ++i) {
    values.push_back(real ? Value(static_cast<float>(from[i])) : whole_value(static_cast<std::int64_t>(from[i])));
  }
  return true;
}

bool append(const IValue& value, Values& values) {
  if (values.size() >= kMostValues) return false;
  if (value.isTensor()) return append_tensor(value.toTensor(), values);
  if (value.isTuple()) return append_all(value.toTupleRef().elements().asArrayRef(), values);
  if (value.isList()) return append_all(value.toListRef(), values);
  if (value.isDouble()) {
    values.emplace_back(static_cast<float>(value.toDouble()));
  } else if (value.isInt()) {
    values.push_back(whole_value(value.toInt()));
  } else if (value.isBool()) {
    values.emplace_back(value.toBool() ? 1 : 0);
  } else if (value.isString()) {
    values.emplace_back(value.toStringRef());
  } else {
    return false;
  }
  return true;
}

}  // namespace

std::optional<IValue> to_tensor(std::span<const Value> values) {
  for (const auto& value : values) {
    if (!number(value)) return std::nullopt;
  }
  return IValue(float_tensor({static_cast<std::int64_t>(values.size())}, values));
}

std::optional<IValue> to_ivalue(const Value& value, const c10::TypePtr& type) {
  const auto real = number(value);
  if (type->kind() == c10::TypeKind::StringType) {
    return real ? std::nullopt : std::optional(IValue(std::get<std::string>(value)));
  }
  if (!real) return std::nullopt;
  const bool whole = static_cast<double>(static_cast<std::int64_t>(*real)) == *real;
  switch (type->kind()) {
    case c10::TypeKind::FloatType:
    case c10::TypeKind::NumberType:
      return IValue(*real);
    case c10::TypeKind::IntType:
      return whole ? std::optional(IValue(static_cast<std::int64_t>(*real))) : std::nullopt;
    case c10::TypeKind::BoolType:
      return IValue(*real != 0);
    case c10::TypeKind::TensorType:
      return IValue(float_tensor({}, {&value, 1}));
    case c10::TypeKind::OptionalType:
      return to_ivalue(value, type->expectRef<c10::OptionalType>().getElementType());
    default:
      return std::nullopt;
  }
}

std::optional<IValue> like(const IValue& old, std::span<const Value> values) {
  if (old.isTensor()) {
    const auto& tensor = old.toTensor();
    if (!tensor.defined() || tensor.numel() != static_cast<std::int64_t>(values.size())) return std::nullopt;
    for (const auto& value : values) {
      if (!number(value)) return std::nullopt;
    }
    return IValue(float_tensor(tensor.sizes(), values).to(tensor.scalar_type()));
  }
  if (values.size() != 1) return std::nullopt;
  return to_ivalue(values.front(), old.type());
}

std::optional<Values> to_values(const IValue& value) {
  Values values;
  if (!append(value, values)) return std::nullopt;
  return values;
}

}  // namespace models
