#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "protocol/message.hpp"
#include "protocol/schema.hpp"

namespace bench {

using Packet = std::vector<std::byte>;

/// Packets that a daemon should survive: golden ones with damage, ones made from the schema, noise, and large ones.
/// The same seed and corpus give the same packets.
class FuzzPackets {
 public:
  /// @param folders  where the golden `*.osc` are
  FuzzPackets(std::uint64_t seed, const std::vector<std::filesystem::path>& folders);

  /// The next one; valid until the call after it.
  protocol::Bytes next();
  /// A session that is open now: some of the packets speak to it.
  void set_session(std::int32_t session) { session_ = session; }
  std::size_t corpus() const { return corpus_.size(); }
  std::uint64_t random() { return random_(); }
  /// One time in `n`.
  bool once_in(std::uint64_t n) { return random_() % n == 0; }

 private:
  std::size_t below(std::size_t n) { return n == 0 ? 0 : static_cast<std::size_t>(random_() % n); }
  std::uint32_t odd_number();
  const Packet& golden() { return corpus_[below(corpus_.size())]; }

  void damage(Packet& packet);
  void damage_bytes(Packet& packet);
  void renumber(Packet& packet);
  Packet message();
  void argument(const protocol::Parameter& parameter, std::string& tags, Packet& data);
  Packet bundle(std::size_t depth);
  Packet noise(std::size_t most);
  Packet large();

  std::mt19937_64 random_;
  std::vector<Packet> corpus_;
  Packet packet_;
  std::optional<std::int32_t> session_;
};

}  // namespace bench
