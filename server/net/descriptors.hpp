#pragma once
#include <cstddef>

namespace server {

/// Lets this process open as many files and connections as the system allows it, 65536 at most. @return how many.
/// Thread: [setup].
std::size_t raise_descriptor_limit();

}  // namespace server
