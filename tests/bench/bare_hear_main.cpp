// A classifier's card without a server: what the daemon is measured against.
//   bench_hear sound CARD SOUND      hears a file of 16-bit samples; then, on standard input, numbers of samples
//   bench_hear serve CARD THREADS    answers each /audio by UDP with the best class of its window
// Prints one line when it is warm: how the script is run, or the port.
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <cstdlib>
#include <string_view>

#include "bare_hear.hpp"
#include "server/config/config.hpp"

int main(int count, char** words) {
  if (count != 4) {
    std::fprintf(stderr, "usage: bench_hear sound CARD SOUND | bench_hear serve CARD THREADS\n");
    return 2;
  }
  const auto card = server::read_card(words[2]);
  if (!card) {
    std::fprintf(stderr, "bench_hear: %s\n", card.error().message.c_str());
    return 1;
  }
  at::set_num_threads(1);
  const c10::InferenceMode inference;
  if (std::string_view(words[1]) == "serve") return bench::serve_windows(*card, std::atoi(words[3]));
  return bench::hear_sound(*card, words[3]);
}
