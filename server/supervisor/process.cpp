#include "server/supervisor/process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <new>
#include <system_error>
#include <utility>

#include "base/nameless.hpp"

#if defined(__APPLE__)
#include <mach-o/dyld.h>
#endif

extern char** environ;

namespace server {

namespace {

using base::Error;
using base::ErrorCode;

std::string reason(int error) { return std::generic_category().message(error); }

std::string own_path() {
#if defined(__APPLE__)
  std::array<char, 4096> path{};
  std::uint32_t size = path.size();
  return _NSGetExecutablePath(path.data(), &size) == 0 ? path.data() : "";
#else
  return "/proc/self/exe";  // the file that runs, also when another has taken its name
#endif
}

// What belongs to the supervisor alone.
bool inherited(const char* variable) {
  for (const std::string_view own :
       {"NOTIFY_SOCKET=", "WATCHDOG_USEC=", "WATCHDOG_PID=", "LISTEN_PID=", "LISTEN_FDS="}) {
    if (std::string_view(variable).starts_with(own)) return false;
  }
  return true;
}

}  // namespace

base::Result<int> nameless_file(std::size_t bytes) {
  const int file = base::open_nameless();
  if (file >= 0 && ftruncate(file, static_cast<off_t>(bytes)) == 0) return file;
  const Error error{ErrorCode::kForbidden, "no memory to share with a serving process: " + reason(errno)};
  if (file >= 0) close(file);
  return error;
}

base::Result<int> nameless_file(std::span<const std::byte> content) {
  auto file = nameless_file(std::size_t{0});
  if (!file) return file;
  while (!content.empty()) {
    const auto count = write(*file, content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      const Error error{ErrorCode::kForbidden, "no memory to share with a serving process: " + reason(errno)};
      close(*file);
      return error;
    }
    content = content.subspan(static_cast<std::size_t>(count));
  }
  lseek(*file, 0, SEEK_SET);
  return file;
}

std::vector<std::byte> content_of(int file) {
  std::vector<std::byte> out;
  std::array<std::byte, 65536> piece{};
  lseek(file, 0, SEEK_SET);
  for (;;) {
    const auto count = read(file, piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return out;
    out.insert(out.end(), piece.begin(), piece.begin() + count);
  }
}

base::Result<SharedBoard> SharedBoard::make() {
  auto file = nameless_file(sizeof(CallBoard));
  if (!file) return file.error();
  auto mapped = map(*file);
  if (mapped) mapped->clear();
  return mapped;
}

base::Result<SharedBoard> SharedBoard::map(int descriptor) {
  void* memory = mmap(nullptr, sizeof(CallBoard), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (memory == MAP_FAILED) return Error{ErrorCode::kMalformed, "the shared board cannot be mapped: " + reason(errno)};
  return SharedBoard(static_cast<CallBoard*>(memory), descriptor);
}

SharedBoard::SharedBoard(SharedBoard&& other) noexcept
    : board_(std::exchange(other.board_, nullptr)), descriptor_(std::exchange(other.descriptor_, -1)) {}

SharedBoard& SharedBoard::operator=(SharedBoard&& other) noexcept {
  std::swap(board_, other.board_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

SharedBoard::~SharedBoard() {
  if (board_ != nullptr) munmap(board_, sizeof(CallBoard));
  if (descriptor_ >= 0) close(descriptor_);
}

void SharedBoard::clear() { new (board_) CallBoard(); }

std::filesystem::path program_path() {
  std::error_code error;
  return std::filesystem::canonical(own_path(), error);
}

base::Result<pid_t> start_again(const std::vector<std::string>& arguments, std::span<const int> descriptors) {
  std::vector<char*> words, variables;
  auto path = own_path();
  std::string name = "oscine";
  words.push_back(name.data());
  for (const auto& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (inherited(*variable)) variables.push_back(*variable);
  }
  variables.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  for (const int one : descriptors) posix_spawn_file_actions_adddup2(&files, one, one);  // keeps it open
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  pid_t child = -1;
  const int error = posix_spawn(&child, path.c_str(), &files, &attributes, words.data(), variables.data());
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) return Error{ErrorCode::kBusy, "the serving process cannot be started: " + reason(error)};
  return child;
}

}  // namespace server
