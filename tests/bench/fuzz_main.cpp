// Damaged packets through validate, read, decode and the whole dispatch of a daemon with fake models.
//   bench_fuzz PACKETS SEED FOLDER…   folders of golden *.osc
// Ends badly on any sanitizer report, on a promise broken (what goes out is checked too), and where one packet takes 20
// s; the packet is then printed as hex. Otherwise prints one JSON object; allocations are counted by AddressSanitizer's
// hooks.
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "fuzz_packets.hpp"
#include "fuzz_world.hpp"

// Of compiler-rt's <sanitizer/allocator_interface.h> and <sanitizer/common_interface_defs.h>, which g++ does not
// install.
extern "C" {
int __sanitizer_install_malloc_and_free_hooks(void (*malloc_hook)(const volatile void*, std::size_t),
                                              void (*free_hook)(const volatile void*));
std::size_t __sanitizer_get_current_allocated_bytes();
void __sanitizer_set_death_callback(void (*callback)());
}

namespace bench {

namespace {

constexpr unsigned kPacketSeconds = 20;
constexpr std::uint64_t kWatch = 4096;  // packets between two looks at the watchdog

protocol::Bytes current;  // what is at work now
bool counting = false;    // false while the bench itself allocates
std::size_t largest = 0;
std::uint64_t allocations = 0;

void allocated(const volatile void*, std::size_t size) {
  if (!counting) return;
  ++allocations;
  if (size > largest) largest = size;
}

void print_current() {
  std::fprintf(stderr, "bench_fuzz: the packet at work, %zu bytes:", current.size());
  for (const auto byte : current) std::fprintf(stderr, " %02x", static_cast<unsigned>(byte));
  std::fprintf(stderr, "\n");
}

void ended(int signal) {
  std::fprintf(stderr, "bench_fuzz: %s\n", signal == SIGALRM ? "a packet took too long" : "a promise was broken");
  print_current();
  _exit(1);
}

/// The protocol room alone, as a client of it would use it.
void decode_all(protocol::Reader& reader, protocol::Arguments& arguments, protocol::Bytes packet) {
  protocol::Malformed why;
  if (!protocol::validate(packet, {}, why)) return;
  reader.read(packet, [&](const protocol::MessageView& message) {
    const auto* entry = protocol::find(message.address);
    if (entry != nullptr) (void)protocol::decode(*entry, message, arguments);
  });
}

void run_packets(FuzzPackets& packets, std::uint64_t count, FuzzWorld& world) {
  protocol::Reader reader;
  protocol::Arguments arguments;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (i % kWatch == 0) alarm(kPacketSeconds);
    current = packets.next();
    counting = true;
    decode_all(reader, arguments, current);
    world.receive(current);
    counting = false;
  }
  alarm(0);
}

int run(std::uint64_t count, std::uint64_t seed, const std::vector<std::filesystem::path>& folders) {
  __sanitizer_install_malloc_and_free_hooks(allocated, [](const volatile void*) {});
  __sanitizer_set_death_callback(print_current);
  signal(SIGALRM, ended);
  signal(SIGABRT, ended);
  FuzzPackets packets(seed, folders);
  FuzzWorld world(packets);
  const auto began = std::chrono::steady_clock::now();
  run_packets(packets, count, world);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  std::printf(
      "{\"packets\": %llu, \"seed\": %llu, \"corpus\": %zu, \"seconds\": %.2f, \"largest_allocation\": %zu, "
      "\"allocations\": %llu, \"live_bytes\": %zu, \"malformed\": %llu, \"answers\": %llu, \"failed\": %llu, "
      "\"refused\": %llu, \"quits\": %llu}\n",
      static_cast<unsigned long long>(count), static_cast<unsigned long long>(seed), packets.corpus(), seconds, largest,
      static_cast<unsigned long long>(allocations), __sanitizer_get_current_allocated_bytes(),
      static_cast<unsigned long long>(world.metrics().malformed), static_cast<unsigned long long>(world.answers()),
      static_cast<unsigned long long>(world.metrics().failed), static_cast<unsigned long long>(world.metrics().refused),
      static_cast<unsigned long long>(world.quits()));
  return 0;
}

}  // namespace

}  // namespace bench

int main(int count, char** words) {
  if (count < 4) {
    std::fprintf(stderr, "usage: bench_fuzz PACKETS SEED FOLDER…\n");
    return 2;
  }
  try {
    return bench::run(std::strtoull(words[1], nullptr, 10), std::strtoull(words[2], nullptr, 10),
                      {words + 3, words + count});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_fuzz: %s\n", error.what());
    return 1;
  }
}
