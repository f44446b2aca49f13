// The least that a UDP server can do: sends back what comes. Prints its port, and runs until it is killed.
#include <cstdio>

#include "wire.hpp"

int main() {
  const int server = socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in name = bench::loopback(0);
  socklen_t length = sizeof name;
  if (bind(server, reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0 ||
      getsockname(server, reinterpret_cast<sockaddr*>(&name), &length) != 0) {
    std::perror("udp_echo");
    return 1;
  }
  std::printf("%d\n", ntohs(name.sin_port));
  std::fflush(stdout);
  static char buffer[65536];
  for (;;) {
    sockaddr_in from{};
    length = sizeof from;
    const auto size = recvfrom(server, buffer, sizeof buffer, 0, reinterpret_cast<sockaddr*>(&from), &length);
    if (size < 0) continue;
    sendto(server, buffer, static_cast<std::size_t>(size), 0, reinterpret_cast<const sockaddr*>(&from), length);
  }
}
