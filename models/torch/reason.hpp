#pragma once
#include <string>
#include <string_view>

namespace models {

/// The one line of an exception from TorchScript that says what went wrong, without tracebacks of either language.
std::string raised_reason(std::string_view what);

/// Why a file could not be loaded, as a sentence for who exported it.
std::string load_reason(const std::string& file, std::string_view what);

}  // namespace models
