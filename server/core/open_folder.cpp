#include "server/core/open_folder.hpp"

#include <algorithm>

namespace server {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorCode;

namespace {

bool below(const fs::path& path, const fs::path& folder) {
  const auto [end, rest] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return end == folder.end() || (std::next(end) == folder.end() && end->empty());
}

// What the file system says: links followed. Empty where there is nothing.
fs::path real(const fs::path& path) {
  std::error_code error;
  auto out = fs::canonical(path, error);
  return error ? fs::path() : out;
}

}  // namespace

base::Result<fs::path> file_below(const std::string& path, const std::vector<fs::path>& folders,
                                  const FolderWords& words) {
  const std::string key(words.key);
  if (folders.empty()) {
    return Error{ErrorCode::kForbidden, std::string(words.none) + "; the configuration's " + key + " lists them"};
  }
  const fs::path asked(path);
  const bool escapes = std::any_of(asked.begin(), asked.end(), [](const fs::path& part) { return part == ".."; });
  bool outside = asked.is_absolute() || escapes;  // then nobody learns whether the file exists
  for (const auto& folder : folders) {
    const auto root = real(folder);
    const auto found = real(asked.is_absolute() ? asked : folder / asked);
    if (root.empty() || found.empty()) continue;
    if (below(found, root)) return found;
    outside = true;
  }
  const auto quoted = "'" + path.substr(0, 256) + "'";
  if (outside) return Error{ErrorCode::kForbidden, quoted + " does not lie in the folders of " + key};
  return Error{ErrorCode::kUnknown, "there is no " + quoted + " in the folders of " + key};
}

base::Result<fs::path> new_file_below(const std::string& path, const std::vector<fs::path>& folders,
                                      const FolderWords& words) {
  const auto quoted = "'" + path.substr(0, 256) + "'";
  const fs::path asked(path);
  const auto name = asked.filename();
  if (name.empty() || name == "." || name == "..") return Error{ErrorCode::kMalformed, quoted + " names no file"};
  const auto parent = asked.parent_path();
  const auto folder = file_below(parent.empty() ? "." : parent.string(), folders, words);
  if (!folder) return folder;
  auto file = *folder / name;
  std::error_code error;
  if (fs::exists(fs::symlink_status(file, error))) {
    return Error{ErrorCode::kWrongState, quoted + " is there already, and is not replaced"};
  }
  return file;
}

bool lies_below(const fs::path& file, const std::vector<fs::path>& folders) {
  const auto found = real(file);
  return std::any_of(folders.begin(), folders.end(), [&found](const fs::path& folder) {
    const auto root = real(folder);
    return !root.empty() && below(found, root);
  });
}

}  // namespace server
