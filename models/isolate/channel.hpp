#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "pack.hpp"

namespace models {

/// Memory that two processes share: a slice for each channel, one half of it for what one side says, the other half for
/// the other's. It takes up what was once written.
class Region {
 public:
  static constexpr std::size_t kHalf = 4U << 20;  ///< bytes; what is longer goes through the socket

  /// A new one. Fails: kBusy with the system's reason.
  static base::Result<std::unique_ptr<Region>> make(std::size_t channels);
  /// That of the other process. The descriptor stays the caller's. Fails: kMalformed.
  static base::Result<std::unique_ptr<Region>> map(int file, std::size_t channels);
  ~Region();
  Region(const Region&) = delete;
  Region& operator=(const Region&) = delete;

  int file() const { return file_; }
  std::span<std::byte> half(std::size_t channel, std::size_t which) const {
    return {memory_ + (2 * channel + which) * kHalf, kHalf};
  }

 private:
  Region(std::byte* memory, std::size_t bytes, int file) : memory_(memory), bytes_(bytes), file_(file) {}
  std::byte* memory_;
  std::size_t bytes_;
  int file_;  // -1: not ours
};

/// One end of a way between two processes: a small message through a socket wakes the other side up, and what it says
/// lies in shared memory. One asks, the other answers. Thread: one at a time.
class Channel {
 public:
  enum class Came {
    kMessage,
    kNothing,  ///< not in time
    kHungUp,   ///< the other side is gone, or talks nonsense
  };
  static constexpr std::size_t kMost = 256U << 20;  ///< bytes of one message

  /// Takes the socket.
  Channel(int socket, std::span<std::byte> ours, std::span<std::byte> theirs)
      : socket_(socket), ours_(ours), theirs_(theirs) {}
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  /// What the next message is packed into.
  Packer packer() const { return Packer(ours_); }
  Came send(std::uint32_t what, const Packer& said, base::Time until);
  Came receive(base::Time until);
  /// The same, for an answer that may come at once: while answers do, looks for a moment before it sleeps, since waking
  /// up would take as long as the answer.
  Came receive_soon(base::Time until);
  /// Of the message that came: what it is, and what it says, until the next one.
  std::uint32_t what() const { return what_; }
  Unpacker said() const { return Unpacker(said_); }

 private:
  bool there() const;
  Came wait(short events, base::Time until) const;
  Came push(std::span<const std::byte> bytes, base::Time until) const;
  Came pull(std::span<std::byte> bytes, base::Time until) const;

  int socket_;
  std::span<std::byte> ours_, theirs_;
  std::uint32_t what_ = 0;
  bool soon_ = true;  // the last answer came within a moment
  std::span<const std::byte> said_;
  std::vector<std::byte> long_;  // what did not fit the region
};

/// Two connected sockets, closed in programs that are started. Fails: kBusy.
base::Result<std::pair<int, int>> socket_pair();

}  // namespace models
