#pragma once
#include <string>

#include "models/isolate.hpp"
#include "models/model.hpp"
#include "protocol/validate.hpp"
#include "server/core/peer.hpp"
#include "server/log/log.hpp"

namespace server {

/// Told of everything that reaches the daemon, before the daemon deals with it, so that a run can be recorded; and
/// asked about what only a clock could tell, so that a run can be replayed. Thread: [net].
class Tap {
 public:
  virtual ~Tap() = default;

  // What happens. Each ends with over(); what happens within it follows from it, and is told as well.
  virtual void started() = 0;
  virtual void arrived(const Peer& from, protocol::Bytes packet, bool alone) = 0;
  virtual void connected(const Peer& peer) = 0;
  virtual void disconnected(const Peer& peer) = 0;
  virtual void due() = 0;  ///< timers run
  virtual void reconfigured(const Config& config) = 0;
  virtual void closing() = 0;  ///< the doors close
  /// The process of an isolated model fell: of the number-th that was served.
  virtual void fell(std::uint32_t number, const models::Fall& fall) = 0;
  /// A line of the log goes to those who subscribed.
  virtual void logged(Level level, const std::string& line) = 0;
  virtual void over() = 0;

  /// A model is served in this form.
  virtual void loaded(const std::string& model, models::Form form) = 0;
  /// Whether a call of a model may run here and now. @param measured  what the model's measured times say
  virtual bool at_once(bool measured) = 0;
};

/// From its making to its end something happens: `const Happening now(tap, [](Tap& tap) { tap.due(); });`
class Happening {
 public:
  template <class Tell>
  Happening(Tap* tap, Tell tell) : tap_(tap) {
    if (tap_ != nullptr) tell(*tap_);
  }
  ~Happening() {
    if (tap_ != nullptr) tap_->over();
  }
  Happening(const Happening&) = delete;
  Happening& operator=(const Happening&) = delete;

 private:
  Tap* tap_;
};

}  // namespace server
