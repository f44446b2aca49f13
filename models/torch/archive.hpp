#pragma once
#include <filesystem>

#include "base/result.hpp"

namespace models {

/// Looks at a TorchScript file before LibTorch reads it: what its archive unpacks to has to be in proportion to its
/// size, or a few kilobytes could fill the memory. A file that is no archive at all is left for LibTorch to refuse.
/// Fails: kModelFailed.
base::Status check_archive(const std::filesystem::path& file);

}  // namespace models
