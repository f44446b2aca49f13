#pragma once
#include "models/engine.hpp"

namespace models {

/// Opens liboscine_torch and asks it for its engine. It is looked for in the folder that OSCINE_ENGINE_PATH names, else
/// beside the program, else in ../lib/oscine from there. The library stays open until the process ends.
/// Fails: kLoading (not built in, not found, or the linker's own words).
base::Result<Engine*> open_torch_library();

}  // namespace models
