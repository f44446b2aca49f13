// Who holds a port: /proc/net lists sockets by inode, /proc/PID/fd says whose they are.
#include <cstdint>
#include <fstream>
#include <set>
#include <sstream>

#include "server/cli/doctor.hpp"

namespace server {

namespace {

namespace fs = std::filesystem;

/// Adds the inodes of the sockets of this table that are bound to the port; of TCP those that listen.
void add_inodes(const fs::path& table, std::uint16_t port, std::set<std::string>& out) {
  std::ifstream file(table);
  std::string line;
  std::getline(file, line);  // the head
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string number, local, remote, state, skip, inode;
    words >> number >> local >> remote >> state;
    for (int i = 0; i < 5; ++i) words >> skip;
    words >> inode;
    const auto colon = local.rfind(':');
    if (colon == std::string::npos || std::strtoul(local.c_str() + colon + 1, nullptr, 16) != port) continue;
    if (table.filename().string().starts_with("tcp") && state != "0A") continue;
    out.insert("socket:[" + inode + "]");
  }
}

bool holds(const fs::path& process, const std::set<std::string>& sockets) {
  std::error_code error;
  for (fs::directory_iterator it(process / "fd", error), end; !error && it != end; it.increment(error)) {
    std::error_code gone;
    if (sockets.contains(fs::read_symlink(it->path(), gone).string())) return true;
  }
  return false;
}

}  // namespace

std::string holder_of(std::uint16_t port) {
  std::set<std::string> sockets;
  for (const char* table : {"udp", "udp6", "tcp", "tcp6"}) add_inodes(fs::path("/proc/net") / table, port, sockets);
  if (sockets.empty()) return {};
  std::string out;
  std::error_code error;
  for (fs::directory_iterator it("/proc", error), end; !error && it != end; it.increment(error)) {
    const auto pid = it->path().filename().string();
    if (pid.find_first_not_of("0123456789") != std::string::npos || !holds(it->path(), sockets)) continue;
    std::string name;
    std::getline(std::ifstream(it->path() / "comm"), name);
    out += (out.empty() ? "" : " and ") + name + " (pid " + pid + ")";
  }
  return out;
}

}  // namespace server
