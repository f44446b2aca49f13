#pragma once
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "server/core/keeper.hpp"
#include "server/core/link.hpp"
#include "server/core/served_model.hpp"
#include "server/core/work.hpp"
#include "server/log/log.hpp"

namespace support {

/// Time that moves when a test says so.
class VirtualClock {
 public:
  base::Time now() const { return now_; }
  void set(base::Time now) { now_ = now; }
  void advance(base::Duration by) { now_ += by; }

 private:
  base::Time now_{std::chrono::hours(1)};
};

/// Keeps what was sent, with where to and when.
class RecordingLink : public server::Link {
 public:
  struct Sent {
    server::Peer to;
    std::vector<std::byte> packet;
    base::Time at;
  };

  explicit RecordingLink(const VirtualClock& clock) : clock_(clock) {}
  void send(const server::Peer& to, protocol::Bytes packet) override {
    sent.push_back({to, {packet.begin(), packet.end()}, clock_.now()});
  }
  void disconnect(const server::Peer& peer) override { disconnected.push_back(peer); }
  void hold_back(const server::Peer& peer, bool on) override { held_back[peer.connection] += on ? 1 : -1; }
  std::size_t unsent(const server::Peer&) const override { return backlog; }

  std::vector<Sent> sent;
  std::vector<server::Peer> disconnected;
  std::map<std::uint64_t, int> held_back;  ///< by connection
  std::size_t backlog = 0;                 ///< what the other sides have not taken yet, as a test says

 private:
  const VirtualClock& clock_;
};

/// Workers without threads: jobs wait until a test runs them, on the test's own thread, by the rules of work.hpp.
class ManualWorkers : public server::Workers {
 public:
  ManualWorkers(const VirtualClock& clock, std::size_t threads, std::size_t limit)
      : clock_(clock), threads_(threads), limit_(limit) {}

  base::Status submit(server::Job job) override;
  std::size_t queued() const override { return queue_.size(); }
  std::size_t count() const override { return threads_; }
  void set_limit(std::size_t jobs, base::Duration) override { limit_ = jobs; }

  /// Runs the oldest job and finishes it. False: there is none.
  bool step();
  /// Runs the oldest job; call what it gives to finish it.
  std::function<void()> run_one();

  bool slow = false;    ///< what waits takes too long: only those who wait for nothing else are taken
  bool held = false;    ///< World::settle leaves the queue alone
  std::size_t ran = 0;  ///< jobs that were run, late ones left out

 private:
  const VirtualClock& clock_;
  std::size_t threads_, limit_;
  std::deque<server::Job> queue_;
};

/// The loading thread without a thread.
class ManualBackground : public server::Background {
 public:
  void submit(std::function<std::function<void()>()> work) override { queue_.push_back(std::move(work)); }
  /// Does the oldest piece of work and what follows it. False: there is none.
  bool step();
  std::size_t waiting() const { return queue_.size(); }

  bool held = false;  ///< World::settle leaves the queue alone

 private:
  std::deque<std::function<std::function<void()>()>> queue_;
};

/// Keeps what the next process would be given.
class RecordingKeeper : public server::Keeper {
 public:
  void keep(const server::KnownClient& client) override { clients[client.number] = client; }
  void forget(std::int32_t client) override {
    clients.erase(client);
    forgotten.push_back(client);
  }
  void forgive(const std::string& model) override { forgiven.push_back(model); }
  void put_aside(const std::string& model, const std::string& /*why*/) override { aside.push_back(model); }
  void knows(const std::string& key) override { known.push_back(key); }

  std::map<std::int32_t, server::KnownClient> clients;
  std::vector<std::int32_t> forgotten;
  std::vector<std::string> forgiven, aside, known;
};

/// Keeps the lines, as "warn who what #id took: text".
class RecordingLog : public server::Log {
 public:
  bool holds(std::string_view part) const;
  std::vector<std::string> lines;

 protected:
  void write(server::Level level, const server::Event& event) override;
};

}  // namespace support
