#pragma once
#include <string_view>

#include "base/result.hpp"

namespace models {

/// Opens a library of ours that most commands do without, `liboscine_NAME.so`, and finds its one entry, a function
/// without arguments. It is looked for in the folder that OSCINE_ENGINE_PATH names, else beside the program, else in
/// ../lib/oscine from there, and stays open until the process ends.
/// Fails: kLoading (not found, no such entry, or the linker's own words).
base::Result<void*> open_late(std::string_view file, const char* entry);

}  // namespace models
