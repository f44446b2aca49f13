#include "server/supervisor/notify.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>

namespace server {

ServiceManager::ServiceManager() {
  const char* address = std::getenv("NOTIFY_SOCKET");
  if (address == nullptr || (address[0] != '/' && address[0] != '@')) return;
  address_ = address;
  if (address_.size() >= sizeof(sockaddr_un{}.sun_path)) return;
  socket_ = socket(AF_UNIX, SOCK_DGRAM, 0);
  if (socket_ >= 0) fcntl(socket_, F_SETFD, FD_CLOEXEC);
}

ServiceManager::~ServiceManager() {
  if (socket_ >= 0) close(socket_);
}

void ServiceManager::tell(std::string_view state) const {
  if (socket_ < 0) return;
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::copy(address_.begin(), address_.end(), to.sun_path);
  if (to.sun_path[0] == '@') to.sun_path[0] = 0;  // a name that is in no file system
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  (void)!sendto(socket_, state.data(), state.size(), MSG_DONTWAIT, reinterpret_cast<const sockaddr*>(&to), size);
}

std::optional<std::chrono::microseconds> ServiceManager::watchdog() const {
  const char* micros = std::getenv("WATCHDOG_USEC");
  const char* pid = std::getenv("WATCHDOG_PID");
  if (micros == nullptr || (pid != nullptr && std::atol(pid) != static_cast<long>(getpid()))) return std::nullopt;
  const auto count = std::atoll(micros);
  if (count <= 0) return std::nullopt;
  return std::chrono::microseconds(count);
}

}  // namespace server
