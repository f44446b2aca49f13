// Many clients that send sound: each a socket, one window's worth of sound in a message, the next when it was answered.
//   bench_hear_clients PORT oscine|plain CLIENTS SECONDS SAMPLES RATE MODEL SOUND
// `oscine` opens a session for each before time counts; `plain` servers take the same /audio without. SAMPLES of the
// file SOUND (16-bit) make a message. What is not answered within a second is sent again. Prints one JSON object: the
// answers that came in time, their round trips, and the score of the very first window, which is the same for every
// server.
#include <poll.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <vector>

#include "latencies.hpp"
#include "wire.hpp"

namespace bench {

namespace {

constexpr auto kResend = std::chrono::seconds(1);
constexpr auto kStragglers = std::chrono::seconds(5);
constexpr int kPatience_ms = 5000;

struct Plan {
  std::uint16_t port = 0;
  bool oscine = false;
  int clients = 0;
  std::chrono::duration<double> length{0};
  std::size_t samples = 0;  // of a message
  float rate = 0;
  std::string model, sound;
};

std::string request(std::string_view address, std::string_view tags, std::initializer_list<std::int32_t> integers) {
  std::string out;
  put_text(out, address);
  put_text(out, tags);
  for (const auto integer : integers) put_integer(out, static_cast<std::uint32_t>(integer));
  return out;
}

std::string open_request(const Plan& plan) {
  auto out = request("/oscine/v1/open", ",issfs", {2});
  put_text(out, plan.model);
  put_text(out, "default");
  put_number(out, plan.rate);
  put_text(out, "samples");
  return out;
}

/// The score that an answer tells; whatever stands before it.
float score_of(std::string_view packet, bool oscine) {
  ArgumentReader event(packet);
  for (int i = oscine ? 7 : 3; i > 0; --i) event.bits();
  if (oscine) {
    event.text();  // "label"
    event.text();  // its name
  }
  return event.number();
}

struct One {
  int socket = -1;
  std::int32_t session = 0, seq = 0;  // of the message that was sent last
  bool waits = false;                 // for its answer
  std::string packet;
  Clock::time_point first_sent, sent;
};

class Many {
 public:
  explicit Many(const Plan& plan) : plan_(plan), windows_(plan.sound.size() / 2 / plan.samples) {}

  bool open() {
    for (int i = 0; i < plan_.clients; ++i) {
      auto& one = all_.emplace_back();
      one.socket = connected_socket(plan_.port);
      if (one.socket < 0) return false;
      polled_.push_back({one.socket, POLLIN, 0});
      if (plan_.oscine && !open_session(one, i)) return false;
    }
    return true;
  }

  void run() {
    const auto began = Clock::now();
    ends_ = began + std::chrono::duration_cast<Clock::duration>(plan_.length);
    for (auto& one : all_) next(one);
    while (Clock::now() < ends_) {
      look();
      send_again();
    }
    const auto until = Clock::now() + kStragglers;
    while (working_ > 0 && Clock::now() < until) {
      look();
      send_again();
    }
  }

  void report() {
    for (const auto& one : all_) {
      if (plan_.oscine) tell(one, request("/oscine/v1/bye", ",i", {0}));
      close(one.socket);
    }
    times_.print("\"resends\": " + std::to_string(resends_) + ", \"failed\": " + std::to_string(failed_) +
                 ", \"strays\": " + std::to_string(strays_) + ", \"unanswered\": " + std::to_string(working_) +
                 ", \"first\": " + std::to_string(first_) + ", \"seconds\": " + std::to_string(plan_.length.count()));
  }

 private:
  /// Asks once, in peace. @return what came, empty when nothing did.
  std::string asked(const One& one, const std::string& packet) {
    tell(one, packet);
    pollfd waiting{one.socket, POLLIN, 0};
    if (poll(&waiting, 1, kPatience_ms) <= 0) return {};
    std::string buffer(65536, '\0');
    const auto size = recv(one.socket, buffer.data(), buffer.size(), 0);
    buffer.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return buffer;
  }

  bool open_session(One& one, int number) {
    asked(one, hello(1, "bench " + std::to_string(number)));
    const auto opened = asked(one, open_request(plan_));
    if (address_of(opened) != "/oscine/v1/opened") return false;
    ArgumentReader arguments(opened);
    arguments.integer();  // id
    one.session = arguments.integer();
    return true;
  }

  void tell(const One& one, const std::string& packet) { send(one.socket, packet.data(), packet.size(), 0); }

  void look() {
    if (poll(polled_.data(), polled_.size(), 20) <= 0) return;
    for (std::size_t i = 0; i < all_.size(); ++i) {
      if ((polled_[i].revents & POLLIN) != 0) receive(all_[i]);
    }
  }

  void receive(One& one) {
    char buffer[65536];
    for (;;) {
      const auto size = recv(one.socket, buffer, sizeof buffer, MSG_DONTWAIT);
      if (size <= 0) return;
      take(one, {buffer, static_cast<std::size_t>(size)}, Clock::now());
    }
  }

  // One message is one window and one event, so that their numbers are the same.
  void take(One& one, std::string_view packet, Clock::time_point now) {
    if (address_of(packet) != "/oscine/v1/event") {
      ++failed_;
      if (failed_ == 1) std::fprintf(stderr, "bench_hear_clients: %s came\n", std::string(address_of(packet)).c_str());
      return;
    }
    ArgumentReader event(packet);
    event.integer();  // session
    if (event.integer() != one.seq || !one.waits) {
      ++strays_;
      return;
    }
    one.waits = false;
    --working_;
    if (one.seq == 1 && &one == &all_.front()) first_ = score_of(packet, plan_.oscine);
    if (now >= ends_) return;
    times_.add(now - one.first_sent);
    next(one);
  }

  void next(One& one) {
    one.waits = true;
    ++one.seq;
    ++working_;
    const auto number = static_cast<std::size_t>(&one - all_.data());
    const auto position = static_cast<std::int64_t>(plan_.samples) * (one.seq - 1);
    one.packet = request("/oscine/v1/audio", ",iiiiisb",
                         {one.session, one.seq, static_cast<std::int32_t>(position >> 16),
                          static_cast<std::int32_t>(position & 0xffff), 1});
    put_text(one.packet, "s16le");
    const auto window = (7 * number + static_cast<std::size_t>(one.seq) - 1) % windows_;
    put_blob(one.packet, std::string_view(plan_.sound).substr(window * plan_.samples * 2, plan_.samples * 2));
    one.first_sent = one.sent = Clock::now();
    tell(one, one.packet);
  }

  // What was lost may have been the answer: that is asked for by its own message, as sound that came twice is dropped.
  void send_again() {
    const auto now = Clock::now();
    for (auto& one : all_) {
      if (!one.waits || now < one.sent + kResend) continue;
      one.sent = now;
      ++resends_;
      tell(one, one.packet);
      if (plan_.oscine) tell(one, request("/oscine/v1/resend", ",iii", {0, one.session, one.seq}));
    }
  }

  const Plan& plan_;
  std::size_t windows_;  ///< in the sound
  std::vector<One> all_;
  std::vector<pollfd> polled_;
  Latencies times_;
  Clock::time_point ends_;
  float first_ = 0;
  std::size_t working_ = 0, resends_ = 0, failed_ = 0, strays_ = 0;
};

std::string contents(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

int run(const Plan& plan) {
  if (plan.clients < 1 || plan.samples < 1 || plan.sound.size() / 2 < plan.samples) {
    std::fprintf(stderr, "bench_hear_clients: no clients, or less sound than one message\n");
    return 1;
  }
  Many many(plan);
  if (!many.open()) {
    std::fprintf(stderr, "bench_hear_clients: %d sessions cannot be opened\n", plan.clients);
    return 1;
  }
  many.run();
  many.report();
  return 0;
}

}  // namespace

}  // namespace bench

int main(int count, char** words) {
  if (count != 9) {
    std::fprintf(stderr, "usage: bench_hear_clients PORT oscine|plain CLIENTS SECONDS SAMPLES RATE MODEL SOUND\n");
    return 2;
  }
  bench::Plan plan;
  plan.port = static_cast<std::uint16_t>(std::atoi(words[1]));
  plan.oscine = std::string_view(words[2]) == "oscine";
  plan.clients = std::atoi(words[3]);
  plan.length = std::chrono::duration<double>(std::atof(words[4]));
  plan.samples = static_cast<std::size_t>(std::atoi(words[5]));
  plan.rate = static_cast<float>(std::atof(words[6]));
  plan.model = words[7];
  plan.sound = bench::contents(words[8]);
  return bench::run(plan);
}
