#include <sodium.h>
#include <sys/stat.h>
#include <time.h>

#include <array>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <tuple>

#include "models/model.hpp"

namespace models {

namespace {

/// What a write to a file changes, whoever writes, also where the time of its contents is put back.
struct Stamp {
  dev_t device;
  ino_t number;
  off_t size;
  timespec changed;

  auto all() const { return std::tuple(device, number, size, changed.tv_sec, changed.tv_nsec); }
  friend bool operator==(const Stamp& a, const Stamp& b) { return a.all() == b.all(); }
};

std::optional<Stamp> stamp_of(const std::filesystem::path& file) {
  struct stat found {};
  if (stat(file.c_str(), &found) != 0) return std::nullopt;
#if defined(__APPLE__)
  return Stamp{found.st_dev, found.st_ino, found.st_size, found.st_ctimespec};
#else
  return Stamp{found.st_dev, found.st_ino, found.st_size, found.st_ctim};
#endif
}

/// Hashes of files that stay as they are: one of RAVE's takes most of a second, and a load asks more than once.
class Remembered {
 public:
  std::optional<std::string> find(const std::string& file, const std::optional<Stamp>& stamp) {
    const std::lock_guard lock(mutex_);
    const auto found = stamp ? hashes_.find(file) : hashes_.end();
    if (found == hashes_.end() || !(found->second.first == *stamp)) return std::nullopt;
    return found->second.second;
  }

  /// A file that changed just now could change again without another stamp.
  void keep(const std::string& file, const Stamp& stamp, const std::string& hash) {
    if (time(nullptr) - stamp.changed.tv_sec < kSettled) return;
    const std::lock_guard lock(mutex_);
    if (hashes_.size() >= kMost) hashes_.clear();
    hashes_.insert_or_assign(file, std::pair(stamp, hash));
  }

 private:
  static constexpr std::size_t kMost = 64;
  static constexpr time_t kSettled = 2;
  std::mutex mutex_;
  std::map<std::string, std::pair<Stamp, std::string>> hashes_;
};

base::Result<std::string> hash_of(const std::filesystem::path& file) {
  const auto unreadable = [&] { return base::Error{base::ErrorCode::kUnknown, "cannot read " + file.string()}; };
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) return unreadable();
  std::ifstream in(file, std::ios::binary);
  if (!in) return unreadable();
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  std::vector<char> block(std::size_t{1} << 16);
  while (in) {
    in.read(block.data(), static_cast<std::streamsize>(block.size()));
    crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>(block.data()),
                              static_cast<unsigned long long>(in.gcount()));
  }
  if (in.bad()) return unreadable();
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256_final(&state, digest.data());
  std::array<char, 2 * crypto_hash_sha256_BYTES + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
  return std::string(hex.data());
}

}  // namespace

base::Result<std::string> sha256(const std::filesystem::path& file) {
  static Remembered remembered;
  std::error_code ignored;
  const auto name = std::filesystem::absolute(file, ignored).string();
  const auto before = stamp_of(file);
  if (auto known = remembered.find(name, before)) return *known;
  auto hash = hash_of(file);
  const auto after = stamp_of(file);
  if (hash && before && after && *before == *after) remembered.keep(name, *before, *hash);
  return hash;
}

}  // namespace models
