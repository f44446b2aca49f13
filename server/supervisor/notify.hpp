#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace server {

/// Tells the service manager that started this process how it is, by the protocol of sd_notify(3): a datagram to the
/// socket named by NOTIFY_SOCKET. Without one it does nothing. Thread: one at a time.
class ServiceManager {
 public:
  ServiceManager();
  ~ServiceManager();
  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;

  /// "READY=1", "STOPPING=1", "WATCHDOG=1", "STATUS=…"
  void tell(std::string_view state) const;
  /// It wants a WATCHDOG=1 at least this often (WATCHDOG_USEC).
  std::optional<std::chrono::microseconds> watchdog() const;

 private:
  int socket_ = -1;
  std::string address_;
};

}  // namespace server
