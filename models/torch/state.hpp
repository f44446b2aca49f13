#pragma once
#include <ATen/core/ivalue.h>
#include <torch/csrc/jit/api/module.h>

namespace models {

/// What a comparison of two copies of a module found.
struct Changes {
  bool parameters = false;  ///< a trained weight is not as in the file
  bool anything = false;    ///< a weight, a buffer or a plain attribute is not
};

/// Compares two copies of one module to the bit: parameters, buffers, numbers, texts, lists and dictionaries of them.
/// What cannot be looked into (objects of C++ extensions) counts as unchanged.
Changes compare(const torch::jit::Module& pristine, const torch::jit::Module& used);

/// A copy with its own state.
/// @param share_parameters  the copy uses the original's weights; right only when running never writes to them.
torch::jit::Module copy_of(const torch::jit::Module& original, bool share_parameters);

}  // namespace models
