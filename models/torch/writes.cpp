#include "writes.hpp"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/ir.h>

#include <algorithm>
#include <unordered_set>

namespace models {

namespace {

namespace prim = c10::prim;
using torch::jit::Block;
using torch::jit::Node;
using torch::jit::Value;

bool is_tensor(const c10::TypePtr& type) { return type->isSubtypeOf(c10::OptionalType::ofTensor()); }

bool is_parameter(const Node& get_attribute) {
  const auto holder = get_attribute.input()->type()->cast<c10::ClassType>();
  const auto slot = holder ? holder->findAttributeSlot(get_attribute.s(c10::attr::name)) : std::nullopt;
  if (!slot || !is_tensor(holder->getAttribute(*slot))) return true;  // a list may hold anything
  return holder->is_parameter(*slot);
}

/// Follows what a value holds back to where it comes from, through views, branches and loops.
class Origins {
 public:
  bool may_be_parameter(const Value* value) {
    if (!seen_.insert(value).second) return false;  // around a loop: what comes into it decides
    const Node* node = value->node();
    switch (node->kind()) {
      case prim::Constant:
        return false;
      case prim::GetAttr:
        return is_parameter(*node);
      case prim::Param:
        return may_come_in(value);
      case prim::If:
        return any(node->blocks(), [&](const Block* way) { return may_be_parameter(way->outputs()[value->offset()]); });
      case prim::Loop:  // of its inputs the first two say how often, of its body's outputs the first
        return may_be_parameter(node->inputs()[value->offset() + 2]) ||
               may_be_parameter(node->blocks()[0]->outputs()[value->offset() + 1]);
      default:
        return !is_new(value) && any(node->inputs(), [&](const Value* input) { return may_be_parameter(input); });
    }
  }

 private:
  template <class Range, class Test>
  static bool any(const Range& range, Test&& test) {
    return std::any_of(range.begin(), range.end(), test);
  }

  bool may_come_in(const Value* value) {
    const Node* around = value->node()->owningBlock()->owningNode();
    if (around == nullptr) return false;  // an argument of the method
    if (around->kind() != prim::Loop) return true;
    return value->offset() > 0 && (may_be_parameter(around->inputs()[value->offset() + 1]) ||
                                   may_be_parameter(around->blocks()[0]->outputs()[value->offset()]));
  }

  /// A tensor with memory of its own, as operators declare it.
  static bool is_new(const Value* value) {
    const auto* schema = value->node()->kind().is_aten() ? value->node()->maybeSchema() : nullptr;
    if (schema == nullptr || value->offset() >= schema->returns().size()) return false;
    const auto& result = schema->returns()[value->offset()];
    return result.type()->kind() == c10::TypeKind::TensorType && result.alias_info() == nullptr;
  }

  std::unordered_set<const Value*> seen_;
};

/// What an argument refers to is written to: a tensor, or those of a list.
bool is_written(const c10::Argument& argument) {
  const auto* alias = argument.alias_info();
  if (alias == nullptr) return false;
  const auto& held = alias->containedTypes();
  return (alias->isWrite() && is_tensor(argument.type())) ||
         std::any_of(held.begin(), held.end(), [](const c10::AliasInfo& one) { return one.isWrite(); });
}

bool may_write(const Node& node) {
  if (node.kind() == prim::CallMethod || node.kind() == prim::CallFunction) return true;  // of code that is not known
  if (node.hasAttribute(c10::attr::Subgraph)) return true;                                // runs beside, as fork does
  const auto* schema = node.maybeSchema();
  if (schema == nullptr || !schema->is_mutable()) return false;
  const auto& arguments = schema->arguments();
  for (std::size_t i = 0; i < std::min(arguments.size(), node.inputs().size()); ++i) {
    if (is_written(arguments[i]) && Origins().may_be_parameter(node.inputs()[i])) return true;
  }
  return false;
}

bool may_write(const Block& block) {
  for (const Node* node : block.nodes()) {
    if (may_write(*node)) return true;
    for (const Block* inner : node->blocks()) {
      if (may_write(*inner)) return true;
    }
  }
  return false;
}

bool may_write(torch::jit::Function& function) {
  auto* code = torch::jit::tryToGraphFunction(function);
  return code == nullptr || may_write(*code->optimized_graph()->block());  // all calls are inlined in it
}

}  // namespace

MethodNames writers_of(const torch::jit::Module& module) {
  MethodNames names;
  for (const auto& method : module.get_methods()) {
    if (may_write(method.function())) names.insert(method.name());
  }
  return names;
}

}  // namespace models
