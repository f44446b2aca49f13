#include "many_clients.hpp"

#include <poll.h>
#include <unistd.h>

#include <vector>

namespace bench {

namespace {

constexpr auto kResend = std::chrono::milliseconds(200);
constexpr auto kStragglers = std::chrono::milliseconds(500);
constexpr auto kGiveUp = std::chrono::seconds(120);

struct One {
  int socket = -1;
  std::int32_t id = 0;  // asked now; from 1
  std::string packet;
  Clock::time_point first_sent, sent;
  std::vector<std::size_t> answers;  // by id - 1
};

class Many {
 public:
  Many(int requests, std::string model, int inputs) : requests_(requests), model_(std::move(model)), inputs_(inputs) {}

  bool open(std::uint16_t port, int clients) {
    for (int i = 0; i < clients; ++i) {
      auto& one = all_.emplace_back();
      one.socket = connected_socket(port);
      if (one.socket < 0) return false;
      one.answers.assign(static_cast<std::size_t>(requests_), 0);
      polled_.push_back({one.socket, POLLIN, 0});
    }
    return true;
  }

  void run() {
    const auto began = Clock::now();
    for (auto& one : all_) next(one);
    while (working_ > 0 && Clock::now() < began + kGiveUp) {
      look(20);
      send_again();
    }
    took_ = Clock::now() - began;
    const auto until = Clock::now() + kStragglers;
    while (Clock::now() < until) look(20);
  }

  void report() {
    std::size_t answered = 0;
    std::size_t answers = 0;
    for (const auto& one : all_) {
      for (const auto count : one.answers) {
        answered += count > 0 ? 1 : 0;
        answers += count;
      }
      close(one.socket);
    }
    const double seconds = std::chrono::duration<double>(took_).count();
    times_.print("\"answered\": " + std::to_string(answered) + ", \"answers\": " + std::to_string(answers) +
                 ", \"duplicates\": " + std::to_string(answers - answered) +
                 ", \"resends\": " + std::to_string(resends_) + ", \"failed\": " + std::to_string(failed_) +
                 ", \"strays\": " + std::to_string(strays_) + ", \"seconds\": " + std::to_string(seconds));
  }

 private:
  void look(int wait_ms) {
    if (poll(polled_.data(), polled_.size(), wait_ms) <= 0) return;
    for (std::size_t i = 0; i < all_.size(); ++i) {
      if ((polled_[i].revents & POLLIN) != 0) receive(all_[i]);
    }
  }

  void receive(One& one) {
    char buffer[65536];
    for (;;) {
      const auto size = recv(one.socket, buffer, sizeof buffer, MSG_DONTWAIT);
      if (size <= 0) return;
      const auto now = Clock::now();
      take(one, {buffer, static_cast<std::size_t>(size)}, now);
    }
  }

  void take(One& one, std::string_view packet, Clock::time_point now) {
    const auto id = id_of(packet);
    if (id < 1 || id > requests_) {
      ++strays_;
      return;
    }
    if (address_of(packet) == "/oscine/v1/fail") ++failed_;
    auto& answers = one.answers[static_cast<std::size_t>(id - 1)];
    if (++answers > 1 || id != one.id) return;
    times_.add(now - one.first_sent);
    --working_;
    next(one);
  }

  void next(One& one) {
    if (one.id == requests_) return;
    ++working_;
    one.packet = ask(++one.id, model_, inputs_);
    one.first_sent = one.sent = Clock::now();
    send(one.socket, one.packet.data(), one.packet.size(), 0);
  }

  void send_again() {
    const auto now = Clock::now();
    for (auto& one : all_) {
      if (one.answers[static_cast<std::size_t>(one.id - 1)] > 0 || now < one.sent + kResend) continue;
      one.sent = now;
      ++resends_;
      send(one.socket, one.packet.data(), one.packet.size(), 0);
    }
  }

  int requests_;
  std::string model_;
  int inputs_;
  std::vector<One> all_;
  std::vector<pollfd> polled_;
  Latencies times_;
  Clock::duration took_{};
  std::size_t working_ = 0, resends_ = 0, failed_ = 0, strays_ = 0;
};

}  // namespace

int many_clients(std::uint16_t port, int clients, int requests, const std::string& model, int inputs) {
  Many many(requests, model, inputs);
  if (clients < 1 || requests < 1 || !many.open(port, clients)) {
    std::fprintf(stderr, "bench_client: %d sockets cannot be opened\n", clients);
    return 1;
  }
  many.run();
  many.report();
  return 0;
}

}  // namespace bench
