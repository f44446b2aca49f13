#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <utility>

#include "base/result.hpp"

namespace server {

/// A file that is being written, and is not yet what it is called. One process has it at a time.
class PartFile {
 public:
  /// Opens it where it is, or makes it. Fails: kForbidden (the folder), kBusy (another process writes it).
  static base::Result<PartFile> open(const std::filesystem::path& path);
  PartFile(PartFile&& other) noexcept : path_(std::move(other.path_)), file_(std::exchange(other.file_, -1)) {}
  PartFile& operator=(PartFile&&) = delete;
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;
  ~PartFile();

  std::uint64_t size() const;
  const std::filesystem::path& path() const { return path_; }
  /// At its end. False where the disk takes no more.
  bool append(std::span<const char> bytes) const;
  /// Back to nothing.
  void empty() const;
  /// On the disk, and from now on called `name`; what had that name is gone. Fails: kForbidden.
  base::Status become(const std::filesystem::path& name) const;
  void remove() const;

 private:
  PartFile(std::filesystem::path path, int file) : path_(std::move(path)), file_(file) {}

  std::filesystem::path path_;
  int file_;
};

}  // namespace server
