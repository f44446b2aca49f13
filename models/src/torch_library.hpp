#pragma once
#include "models/engine.hpp"

namespace models {

/// Opens liboscine_torch (models/late_library.hpp says where it is looked for) and asks it for its engine.
/// Fails: kLoading (not built in, not found, or the linker's own words).
base::Result<Engine*> open_torch_library();

}  // namespace models
