#pragma once
#include <torch/csrc/jit/api/module.h>

#include <functional>
#include <set>
#include <string>

namespace models {

using MethodNames = std::set<std::string, std::less<>>;

/// Methods of a module whose code may write to the memory of its parameters. The code is read, nothing is run; where it
/// leaves a doubt, they may.
MethodNames writers_of(const torch::jit::Module& module);

}  // namespace models
