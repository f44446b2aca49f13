#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <thread>

#include "bare_ear.hpp"
#include "bare_hear.hpp"
#include "wire.hpp"

namespace bench {

namespace {

constexpr int kReceiveBuffer = 4 << 20;  // bytes: sixteen windows at once are more than the system's own choice holds

std::string answer(std::int32_t session, std::int32_t seq, Best best) {
  std::string out;
  put_text(out, "/oscine/v1/event");
  put_text(out, ",iiif");
  put_integer(out, static_cast<std::uint32_t>(session));
  put_integer(out, static_cast<std::uint32_t>(seq));
  put_integer(out, static_cast<std::uint32_t>(best.index));
  put_number(out, best.score);
  return out;
}

void serve(int server, const models::Card& card, BareNetwork& network) {
  at::set_num_threads(1);
  const c10::InferenceMode inference;
  BareEar ear(card, network);
  std::vector<float> samples(static_cast<std::size_t>(card.listen.window));
  std::string buffer(65536, '\0');
  for (;;) {
    sockaddr_in from{};
    socklen_t length = sizeof from;
    const auto size = recvfrom(server, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &length);
    if (size <= 0) continue;
    ArgumentReader audio({buffer.data(), static_cast<std::size_t>(size)});
    const auto session = audio.integer(), seq = audio.integer();
    for (int i = 0; i < 3; ++i) audio.integer();  // hi, lo, channels
    audio.text();                                 // format
    decode(audio.blob(), samples);
    const auto packet = answer(session, seq, ear.hear(samples));
    sendto(server, packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&from), length);
  }
}

}  // namespace

int serve_windows(const models::Card& card, int threads) {
  const int server = socket(AF_INET, SOCK_DGRAM, 0);
  setsockopt(server, SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof kReceiveBuffer);
  sockaddr_in name = loopback(0);
  socklen_t length = sizeof name;
  if (bind(server, reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0 ||
      getsockname(server, reinterpret_cast<sockaddr*>(&name), &length) != 0) {
    std::perror("bench_hear");
    return 1;
  }
  BareNetwork network(card);
  std::vector<std::thread> all;
  for (int i = 0; i < threads; ++i) all.emplace_back(serve, server, std::cref(card), std::ref(network));
  std::printf("%d\n", ntohs(name.sin_port));
  std::fflush(stdout);
  for (auto& thread : all) thread.join();
  return 0;
}

}  // namespace bench
