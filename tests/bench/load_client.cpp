// Asks a model over UDP and measures round trips.
//   bench_client PORT paced COUNT PERIOD_US MODEL INPUTS   one request per period
//   bench_client PORT back SECONDS MODEL INPUTS            the next request as soon as the answer is here
//   bench_client PORT many CLIENTS REQUESTS MODEL INPUTS   each client its own socket, each request until it is
//   answered
//   bench_client PORT open CLIENTS RATE SECONDS MODEL INPUTS   so many a second, whatever is answered
// Prints one JSON object: all times (many: percentiles) in microseconds, from just before send() to just after recv().
#include <sys/select.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "many_clients.hpp"
#include "open_clients.hpp"

namespace bench {

namespace {

constexpr auto kPatience = std::chrono::seconds(1);

struct Outcome {
  Latencies times;
  std::size_t lost = 0;    // no answer within the patience
  std::size_t failed = 0;  // answered by a /fail
};

/// The answer to request `id`, waiting until `until`; earlier ids are late ones, and passed over.
bool await_answer(int socket, std::int32_t id, Clock::time_point until, Outcome& outcome, Clock::time_point sent) {
  char buffer[65536];
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::microseconds>(until - Clock::now()).count();
    if (left <= 0) return false;
    fd_set ready;
    FD_ZERO(&ready);
    FD_SET(socket, &ready);
    timeval wait{left / 1000000, static_cast<decltype(timeval::tv_usec)>(left % 1000000)};
    if (select(socket + 1, &ready, nullptr, nullptr, &wait) <= 0) continue;
    const auto size = recv(socket, buffer, sizeof buffer, 0);
    if (size <= 0) continue;
    const auto now = Clock::now();
    const std::string_view packet(buffer, static_cast<std::size_t>(size));
    if (id_of(packet) != id) continue;
    if (address_of(packet) == "/oscine/v1/fail") ++outcome.failed;
    outcome.times.add(now - sent);
    return true;
  }
}

void sleep_until(Clock::time_point when) {
  while (Clock::now() < when) {
    const auto left = std::chrono::duration_cast<std::chrono::microseconds>(when - Clock::now()).count();
    if (left > 0) usleep(static_cast<useconds_t>(left));
  }
}

void paced(int socket, int count, std::chrono::microseconds period, const std::string& model, int inputs,
           Outcome& out) {
  const auto began = Clock::now() + period;
  for (int i = 0; i < count; ++i) {
    const auto packet = ask(i + 1, model, inputs);
    sleep_until(began + i * period);
    const auto sent = Clock::now();
    send(socket, packet.data(), packet.size(), 0);
    if (!await_answer(socket, i + 1, sent + kPatience, out, sent)) ++out.lost;
  }
}

// Blocks in recv() instead of select(): one call less on our side of the time.
void back_to_back(int socket, std::chrono::duration<double> length, const std::string& model, int inputs,
                  Outcome& out) {
  const timeval wait{1, 0};
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  char buffer[65536];
  auto packet = ask(1, model, inputs);
  const auto ends = Clock::now() + length;
  for (std::int32_t id = 1; Clock::now() < ends; ++id) {
    packet = ask(id & 0xffffff, model, inputs);
    const auto sent = Clock::now();
    send(socket, packet.data(), packet.size(), 0);
    const auto size = recv(socket, buffer, sizeof buffer, 0);
    const auto now = Clock::now();
    const std::string_view answer(buffer, size > 0 ? static_cast<std::size_t>(size) : 0);
    if (id_of(answer) != (id & 0xffffff)) {
      ++out.lost;
      continue;
    }
    if (address_of(answer) == "/oscine/v1/fail") ++out.failed;
    out.times.add(now - sent);
  }
}

int usage() {
  std::fprintf(stderr,
               "usage: bench_client PORT paced COUNT PERIOD_US | back SECONDS | many CLIENTS REQUESTS | open CLIENTS "
               "RATE SECONDS  "
               "MODEL INPUTS\n");
  return 2;
}

int run(int count, char** words) {
  if (count < 6) return usage();
  const auto port = static_cast<std::uint16_t>(std::atoi(words[1]));
  const std::string mode = words[2];
  const std::string model = words[count - 2];
  const int inputs = std::atoi(words[count - 1]);
  if (mode == "many" && count == 7) return many_clients(port, std::atoi(words[3]), std::atoi(words[4]), model, inputs);
  if (mode == "open" && count == 8) {
    return open_clients(port, std::atoi(words[3]), std::atof(words[4]), std::atof(words[5]), model, inputs);
  }
  const int socket = connected_socket(port);
  if (socket < 0) return usage();
  Outcome out;
  if (mode == "paced" && count == 7) {
    paced(socket, std::atoi(words[3]), std::chrono::microseconds(std::atoi(words[4])), model, inputs, out);
  } else if (mode == "back") {
    back_to_back(socket, std::chrono::duration<double>(std::atof(words[3])), model, inputs, out);
  } else {
    return usage();
  }
  close(socket);
  out.times.print_all("\"lost\": " + std::to_string(out.lost) + ", \"failed\": " + std::to_string(out.failed));
  return 0;
}

}  // namespace

}  // namespace bench

int main(int count, char** words) { return bench::run(count, words); }
