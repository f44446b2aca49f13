#pragma once
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "protocol/message.hpp"
#include "server/core/client.hpp"
#include "server/core/metrics.hpp"
#include "server/core/pacer.hpp"
#include "server/log/log.hpp"

namespace server {

/// All that is needed to answer a request, now or later. Copies are for carrying; exactly one of them ends it.
struct Request {
  std::weak_ptr<Client> client;
  Peer from;                 ///< who asked
  Peer to;                   ///< where the answers go
  std::string_view address;  ///< full, from the schema: outlives the packet
  std::int32_t id = 0;       ///< 0: no `/done`, please
  std::uint64_t kept = 0;    ///< fingerprint, where a repeat gets the kept answer; 0: it runs again
  std::uint64_t order = 0;   ///< of arrival, over all clients
  base::Time arrived{};
  bool in_step = false;  ///< its client waits for the answer before it asks again
  int mtu = 0;           ///< bytes of a UDP answer; TCP has its own limit
};

/// Ends requests: sends, keeps, counts and logs. Where the guard withholds an answer, a short `/fail` 403 that says how
/// to get it goes out instead, if at least that may. Thread: [net].
class Answers {
 public:
  Answers(Pacer& pacer, Metrics& metrics, Log& log) : pacer_(pacer), metrics_(metrics), log_(log) {}

  /// One message more that belongs to the answer, before its end.
  void item(const Request& request, protocol::Bytes packet, base::Time now);
  /// `/done`, or nothing for id 0.
  void done(const Request& request, base::Time now);
  /// `/done` with the number of items before it.
  void done(const Request& request, std::size_t count, base::Time now);
  void fail(const Request& request, const base::Error& error, base::Time now);
  /// A result that is itself the answer. One above the message size becomes a 413.
  void result(const Request& request, protocol::Bytes packet, base::Time now);

  /// Says that a request will be answered later, so that `/sync` waits for it.
  void defer(const Request& request);
  /// Calls back when everything of the request's client that came before it is answered.
  void after_earlier(const Request& request, std::function<void()> then);
  /// What came in this order needs no more answers; for messages without an id that were deferred.
  void settled(const std::shared_ptr<Client>& client, std::uint64_t order);
  /// The client said bye: the `/sync` that it still waits for is answered when its turn comes.
  void see_off(const std::shared_ptr<Client>& client);
  /// `/fail 0`, for a message without an id: the same cause at most once a second. @return true when it was told.
  /// @param pays  as in Pacer::send
  bool complain(Client& client, const Peer& to, std::string_view address, const base::Error& error, base::Time now,
                const Ip& pays);
  bool complain(Client& client, const Peer& to, std::string_view address, const base::Error& error, base::Time now) {
    return complain(client, to, address, error, now, to.ip);
  }

  /// For handlers that write an item or a result: one message at a time.
  protocol::Writer& writer() { return writer_; }
  int tcp_frame = 4194304;  ///< bytes of a TCP answer

 private:
  void count(Client* client, const base::Error& error, base::Time now);
  void deliver(const Request& request, protocol::Bytes packet, base::Time now);
  void end(const Request& request, protocol::Bytes packet, base::Time now, std::string_view outcome);
  protocol::Bytes fail_packet(std::int32_t id, std::string_view address, const base::Error& error, std::size_t most);

  Pacer& pacer_;
  Metrics& metrics_;
  Log& log_;
  protocol::Writer writer_;
  std::vector<std::shared_ptr<Client>> leaving_;
  std::uint64_t short_of_ = 0;  // the order of a request of which an item was withheld; 0: none
};

}  // namespace server
