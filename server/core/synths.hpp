#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/config/config.hpp"
#include "server/core/peer.hpp"
#include "server/core/synth_notes.hpp"

namespace server {

struct Session;

/// One entry of `synths`, and what it is doing. Thread: [net].
struct Synth {
  Synth(SynthConfig configured, NodeIds& nodes);
  Synth(const Synth&) = delete;
  Synth& operator=(const Synth&) = delete;

  const SynthConfig config;
  const Peer to;  ///< scsynth
  SynthNotes notes;
  std::vector<std::pair<std::string, std::vector<models::Value>>> set;  ///< attributes, for the next play
  std::shared_ptr<Session> session;  ///< where its line is planned; null: silent, or its model is waited for
  bool fresh = true;                 ///< not seen by `autoplay`
  bool playing = false;
  bool begun = false;          ///< position 0 stands
  bool waits = false;          ///< for its model
  std::uint64_t turn = 0;      ///< of play and stop: what belongs to an earlier one is void
  base::Time again{};          ///< its model failed: not before then
  base::Time armed{};          ///< a timer will send what is due then; past: none
  bool heard = false;          ///< scsynth said something since the last play
  bool told_unheard = false;   ///< the log knows that it did not
  std::set<std::string> told;  ///< failures that the log has of this play

  /// The time since 1970, as `notes` has it.
  base::Duration today(base::Time now) const { return now.time_since_epoch() + notes.calendar(); }
};

/// All of them. Thread: [net].
class Synths {
 public:
  NodeIds nodes;

  /// Takes over another configuration. Those that are the same play on. @return those that are no more
  std::vector<std::shared_ptr<Synth>> configure(const std::vector<SynthConfig>& synths);
  /// "/bells/play" → that synth and "play"; nullptr where it is no message to one.
  std::pair<std::shared_ptr<Synth>, std::string_view> find(std::string_view address) const;
  /// Whose scsynth is that.
  std::vector<std::shared_ptr<Synth>> played_by(const Peer& from) const;
  const std::map<std::string, std::shared_ptr<Synth>, std::less<>>& all() const { return all_; }
  /// Of all messages.
  std::vector<std::string> addresses() const;

 private:
  std::map<std::string, std::shared_ptr<Synth>, std::less<>> all_;
};

}  // namespace server
