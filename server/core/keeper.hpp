#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "server/core/peer.hpp"

namespace server {

/// What of a client outlives the process that knows it. Those that only ever came by TCP are not kept: their
/// connections end with the process.
struct KnownClient {
  std::int32_t number = 0;
  std::int32_t key = 0;
  std::string name;
  bool implied = false;  ///< it never said hello
  Peer home;             ///< where its answers go
  std::uint16_t reply_port = 0;
  std::uint16_t door = 0;  ///< the port that it last sent from
  int mtu = 0;
  bool shown = true;  ///< its address has shown that it hears us (guard.hpp)
  friend bool operator==(const KnownClient&, const KnownClient&) = default;
};

/// What a serving process is given by the one before it.
struct Inheritance {
  std::vector<KnownClient> clients;
  std::map<std::string, std::string> aside;  ///< models that are not to be served, and why
  int restarts = 0;                          ///< of the serving process, so far
  std::set<std::string> known = {};          ///< keys of models that were loaded well
};

/// Whoever outlives this process and keeps for the next one what a crash may not take. This one keeps nothing.
/// Thread: [net].
class Keeper {
 public:
  virtual ~Keeper() = default;
  virtual void keep(const KnownClient& /*client*/) {}
  virtual void forget(std::int32_t /*client*/) {}
  /// A model that was put aside is asked for again.
  virtual void forgive(const std::string& /*model*/) {}
  /// A model is not to be served, not by the next process either.
  virtual void put_aside(const std::string& /*model*/, const std::string& /*why*/) {}
  /// A model with this key was loaded well.
  virtual void knows(const std::string& /*key*/) {}
};

}  // namespace server
