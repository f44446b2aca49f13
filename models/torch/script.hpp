#pragma once
#include <torch/csrc/jit/api/module.h>

#include "models/engine.hpp"

namespace models {

/// What a file in nn~'s convention, old or new, says of itself. Where the model stands inside a wrapper, `module`
/// becomes that submodule. A file that follows no convention gives a Script without one. Calls getters of the file,
/// which may throw; a method that cannot be called with one tensor is left out.
Script read_script(torch::jit::Module& module);

}  // namespace models
