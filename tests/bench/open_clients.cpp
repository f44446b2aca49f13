#include "open_clients.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <random>
#include <vector>

#include "latencies.hpp"
#include "wire.hpp"

namespace bench {

namespace {

constexpr auto kStragglers = std::chrono::seconds(2);
constexpr int kBusy = 429;

class Open {
 public:
  Open(double rate, std::string model, int inputs) : rate_(rate), model_(std::move(model)), inputs_(inputs) {}

  bool open(std::uint16_t port, int clients) {
    for (int i = 0; i < clients; ++i) {
      polled_.push_back({connected_socket(port), POLLIN, 0});
      if (polled_.back().fd < 0) return false;
    }
    return true;
  }

  void run(double seconds) {
    const auto began = Clock::now();
    const auto ends = began + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
    for (auto due = next(began); due < ends; due = next(due)) {
      look_until(due);
      send_one(due);
    }
    look_until(Clock::now() + kStragglers);
    for (const auto& one : polled_) close(one.fd);
  }

  void report() {
    const auto sent = "\"of\": " + std::to_string(due_.size());
    std::printf("{\"sent\": %zu, \"failed\": %zu, \"answered\": ", due_.size(), failed_);
    answered_.print(sent);
    std::printf(", \"refused\": ");
    refused_.print(sent);
    std::printf("}\n");
  }

 private:
  Clock::time_point next(Clock::time_point after) {
    return after + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(gap_(random_)));
  }

  void look_until(Clock::time_point until) {
    for (;;) {
      const auto left = std::chrono::duration_cast<std::chrono::microseconds>(until - Clock::now()).count();
      const timespec wait{0, 1000 * std::clamp<long>(static_cast<long>(left), 0, 100000)};
      if (ppoll(polled_.data(), polled_.size(), &wait, nullptr) > 0) receive_all();
      if (left <= 0) return;
    }
  }

  void receive_all() {
    char buffer[65536];
    for (const auto& one : polled_) {
      if ((one.revents & POLLIN) == 0) continue;
      for (;;) {
        const auto size = recv(one.fd, buffer, sizeof buffer, MSG_DONTWAIT);
        if (size <= 0) break;
        take({buffer, static_cast<std::size_t>(size)}, Clock::now());
      }
    }
  }

  void take(std::string_view packet, Clock::time_point now) {
    const auto id = static_cast<std::size_t>(id_of(packet) - 1);
    if (id >= due_.size()) return;
    const auto took = now - due_[id];
    if (address_of(packet) != "/oscine/v1/fail") return answered_.add(took);
    ArgumentReader arguments(packet);
    arguments.integer();
    arguments.text();
    if (arguments.integer() != kBusy) {
      ++failed_;
      return;
    }
    refused_.add(took);
  }

  void send_one(Clock::time_point due) {
    due_.push_back(due);
    const auto packet = ask(static_cast<std::int32_t>(due_.size()), model_, inputs_);
    send(polled_[random_() % polled_.size()].fd, packet.data(), packet.size(), 0);
  }

  double rate_;
  std::string model_;
  int inputs_;
  std::vector<pollfd> polled_;
  std::vector<Clock::time_point> due_;  // by id - 1
  std::mt19937_64 random_{1};
  std::exponential_distribution<double> gap_{rate_};
  Latencies answered_, refused_;
  std::size_t failed_ = 0;
};

}  // namespace

int open_clients(std::uint16_t port, int clients, double rate, double seconds, const std::string& model, int inputs) {
  Open all(rate, model, inputs);
  if (clients < 1 || rate <= 0 || !all.open(port, clients)) {
    std::fprintf(stderr, "bench_client: %d sockets cannot be opened\n", clients);
    return 1;
  }
  all.run(seconds);
  all.report();
  return 0;
}

}  // namespace bench
