#include "server/catalogue/part_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace server {

using base::Error;
using base::ErrorCode;

base::Result<PartFile> PartFile::open(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  // Never through a link that somebody else put there.
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (file < 0) return Error{ErrorCode::kForbidden, path.string() + " cannot be written: " + std::strerror(errno)};
  PartFile part(path, file);
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) return Error{ErrorCode::kBusy, "another oscine fetches it just now"};
  return part;
}

PartFile::~PartFile() {
  if (file_ >= 0) ::close(file_);
}

std::uint64_t PartFile::size() const {
  struct stat found {};
  return ::fstat(file_, &found) == 0 ? static_cast<std::uint64_t>(found.st_size) : 0;
}

bool PartFile::append(std::span<const char> bytes) const {
  while (!bytes.empty()) {
    const auto count = ::write(file_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return true;
}

void PartFile::empty() const {
  if (::ftruncate(file_, 0) != 0) remove();
}

base::Status PartFile::become(const std::filesystem::path& name) const {
  if (::fsync(file_) == 0 && ::rename(path_.c_str(), name.c_str()) == 0) return {};
  return Error{ErrorCode::kForbidden, name.string() + " cannot be written: " + std::strerror(errno)};
}

void PartFile::remove() const { ::unlink(path_.c_str()); }

}  // namespace server
