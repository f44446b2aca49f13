// How long from exec to the first answers:  bench_start PORT MODEL INPUTS PROGRAM ARGUMENTS…
// Starts the program, says hello to PORT every millisecond from just before, and asks MODEL once as soon as hello is
// answered (the daemon holds an ask while its model loads). Prints {"hello_ms", "ready_ms", "exit"}:
// milliseconds since just before the program was started; then ends it.
#include <signal.h>
#include <spawn.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

#include "latencies.hpp"
#include "wire.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): macOS declares it nowhere

namespace bench {

namespace {

constexpr auto kGiveUp = std::chrono::seconds(20);
constexpr std::int32_t kAsk = 1 << 20;

double since_ms(Clock::time_point began) { return Micros(Clock::now() - began).count() / 1000; }

class Probe {
 public:
  Probe(std::uint16_t port, std::string model, int inputs)
      : socket_(socket(AF_INET, SOCK_DGRAM, 0)), to_(loopback(port)), model_(std::move(model)), inputs_(inputs) {}

  int run(char** program) {
    const auto began = Clock::now();
    say(hello(1));
    pid_t child = 0;
    if (posix_spawnp(&child, program[0], nullptr, nullptr, program, environ) != 0) {
      std::perror(program[0]);
      return 1;
    }
    for (std::int32_t id = 2; !ready_ms_ && Clock::now() < began + kGiveUp; ++id) {
      if (!hello_ms_) say(hello(id));
      listen(began);
    }
    kill(child, SIGTERM);
    int status = 0;
    waitpid(child, &status, 0);
    if (!hello_ms_ || !ready_ms_) {
      std::fprintf(stderr, "bench_start: no %s within 20 s\n", hello_ms_ ? "result" : "hello.reply");
      return 1;
    }
    std::printf("{\"hello_ms\": %.2f, \"ready_ms\": %.2f, \"exit\": %d}\n", *hello_ms_, *ready_ms_, status);
    return 0;
  }

 private:
  void say(const std::string& packet) {
    sendto(socket_, packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&to_), sizeof to_);
  }

  void listen(Clock::time_point began) {
    fd_set ready;
    FD_ZERO(&ready);
    FD_SET(socket_, &ready);
    timeval wait{0, 1000};
    if (select(socket_ + 1, &ready, nullptr, nullptr, &wait) <= 0) return;
    char buffer[2048];
    const auto size = recv(socket_, buffer, sizeof buffer, MSG_DONTWAIT);
    if (size <= 0) return;
    take({buffer, static_cast<std::size_t>(size)}, began);
  }

  void take(std::string_view packet, Clock::time_point began) {
    const auto address = address_of(packet);
    if (address == "/oscine/v1/hello.reply" && !hello_ms_) {
      hello_ms_ = since_ms(began);
      say(ask(kAsk, model_, inputs_));
    }
    if (address == "/oscine/v1/result" && id_of(packet) == kAsk) ready_ms_ = since_ms(began);
    if (address == "/oscine/v1/fail") std::fprintf(stderr, "bench_start: the daemon answered with a /fail\n");
  }

  int socket_;
  sockaddr_in to_;
  std::string model_;
  int inputs_;
  std::optional<double> hello_ms_, ready_ms_;
};

}  // namespace

}  // namespace bench

int main(int count, char** words) {
  if (count < 5) {
    std::fprintf(stderr, "usage: bench_start PORT MODEL INPUTS PROGRAM ARGUMENTS…\n");
    return 2;
  }
  bench::Probe probe(static_cast<std::uint16_t>(std::atoi(words[1])), words[2], std::atoi(words[3]));
  return probe.run(words + 4);
}
