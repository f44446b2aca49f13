#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/time.hpp"
#include "server/core/chance.hpp"
#include "server/core/keeper.hpp"
#include "server/core/kept_answers.hpp"
#include "server/core/peer.hpp"

namespace server {

struct Session;
struct Seat;

/// Lets the same cause through once a second, and twenty causes a second at most: for failures that nobody asked about.
/// Thread: [net].
class FailLimiter {
 public:
  bool allow(std::uint64_t cause, base::Time now);

 private:
  static constexpr std::size_t kCauses = 20;
  std::vector<std::pair<std::uint64_t, base::Time>> told_;
};

/// One who sends us messages, known since its hello, or implied since its first message. Thread: [net].
struct Client {
  std::int32_t number = 0;
  std::int32_t key = 0;  ///< lets a second port or connection in (`/attach`)
  std::string name;
  bool implied = true;             ///< it never said hello
  Ip ip;                           ///< its identity: loopback addresses are one
  std::uint16_t reply_port = 0;    ///< 0: each answer goes to the port that asked
  Peer home;                       ///< where it is, for pushes and the log
  std::optional<Peer> events;      ///< where it wants them instead (`/attach … 1`)
  std::vector<EndpointKey> doors;  ///< the UDP ports that it sends from, oldest first
  std::set<std::uint64_t> connections;
  base::Time lease_until{};
  int mtu = 0;  ///< bytes of a UDP message to it; 0: the configuration's

  KeptAnswers kept;
  FailLimiter limiter;
  std::set<std::string, std::less<>> topics;  ///< `/subscribe`
  std::map<std::int32_t, std::shared_ptr<Session>> sessions;
  std::map<std::string, std::shared_ptr<Seat>, std::less<>> asks;  ///< implied sessions of `/ask` and aliases, by model

  std::set<std::uint64_t> open_requests;  ///< not answered yet, by order of arrival
  base::Time refused_at{};                ///< the last 429
  struct Sync;
  std::vector<std::shared_ptr<Sync>> syncs;  ///< waiting for requests before them

  /// "127.0.0.1:7771 max"
  std::string text() const;
};

/// All clients, by every way they can be recognised. Thread: [net].
class Clients {
 public:
  /// @param most     clients at most
  /// @param chance   gives their numbers and keys; outlives them
  /// @param removed  told of each client as it leaves, for whatever reason
  Clients(std::size_t most, Chance& chance, std::function<void(Client&)> removed)
      : most_(most), chance_(chance), removed_(std::move(removed)) {}

  /// The client that owns this door (sending port or connection); nullptr: never seen.
  std::shared_ptr<Client> at(const Peer& from) const;
  /// The client that said hello with this reply port from this host.
  std::shared_ptr<Client> at_reply_port(const Ip& ip, std::uint16_t port) const;
  std::shared_ptr<Client> by_number(std::int32_t number) const;

  /// A new client behind this door; takes the door from whoever had it. nullptr: there are too many, and none of them
  /// is idle beyond its lease.
  std::shared_ptr<Client> add(const Peer& from, base::Time now);
  /// A client that the process before this one knew; nullptr where there are too many.
  std::shared_ptr<Client> restore(const KnownClient& known);
  /// 0: it is answered at its sending port from now on.
  void set_reply_port(const std::shared_ptr<Client>& client, std::uint16_t port);
  /// One more way in for this client.
  void add_door(const std::shared_ptr<Client>& client, const Peer& from);
  /// Takes a closed connection from its client. @return the client when that was its last way in, and it is now
  /// removed.
  std::shared_ptr<Client> lose(std::uint64_t connection);
  void remove(const std::shared_ptr<Client>& client);

  void set_most(std::size_t most) { most_ = most; }
  const std::unordered_map<std::int32_t, std::shared_ptr<Client>>& all() const { return by_number_; }

 private:
  static constexpr std::size_t kDoors = 16;  ///< remembered sending ports of one client
  void drop_door(const Peer& from);
  bool make_room(base::Time now);

  std::size_t most_;
  Chance& chance_;
  std::function<void(Client&)> removed_;
  std::unordered_map<std::int32_t, std::shared_ptr<Client>> by_number_;
  std::map<EndpointKey, std::shared_ptr<Client>> by_door_;
  std::unordered_map<std::uint64_t, std::shared_ptr<Client>> by_connection_;
  std::map<EndpointKey, std::shared_ptr<Client>> by_reply_port_;
};

}  // namespace server
