#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace server {

/// How refusals call the folders that the configuration opens.
struct FolderWords {
  std::string_view key;   ///< of the configuration: "model_folders"
  std::string_view none;  ///< "no folder is open for loading"
};

/// The file or folder that a client named: below one of `folders`, links followed; a relative path is looked for in
/// each. Fails: kForbidden where it lies outside (then nobody learns whether it exists) or no folder is open; kUnknown.
base::Result<std::filesystem::path> file_below(const std::string& path,
                                               const std::vector<std::filesystem::path>& folders,
                                               const FolderWords& words);
/// Where a client wants a new file to be: in an existing folder below one of `folders`, links followed; a relative path
/// in the first that has its folder. Fails: as file_below; kMalformed (no name), kWrongState (there is such a file: a
/// message replaces none).
base::Result<std::filesystem::path> new_file_below(const std::string& path,
                                                   const std::vector<std::filesystem::path>& folders,
                                                   const FolderWords& words);
/// This existing file lies below one of the folders, links followed.
bool lies_below(const std::filesystem::path& file, const std::vector<std::filesystem::path>& folders);

}  // namespace server
