#pragma once
#include <chrono>
#include <cstdint>
#include <memory>

#include "server/core/flow.hpp"
#include "server/core/planning.hpp"
#include "server/core/served_model.hpp"

namespace server {

struct Client;
struct Synth;

/// What a client opened: one model, one method, one time axis. Thread: [net].
struct Session {
  std::int32_t number = 0;
  std::weak_ptr<Client> owner;
  std::shared_ptr<const ServedModel> served;
  std::shared_ptr<Seat> seat;  ///< its own instance; null where the model has no state and hears nothing
  std::shared_ptr<Flow> flow;  ///< sound in, events or frames out; null for a method that answers numbers with numbers
  std::shared_ptr<Planning> planning;  ///< notes ahead of the playhead; null for methods that plan none
  std::weak_ptr<Synth> synth = {};     ///< that plays the notes; none: its owner is told of them
  std::size_t method = 0;
  double units_per_second = 0;
  bool ticks = false;  ///< the unit: false samples, true ticks
  int ticks_per_beat = 480;
  bool enabled = true;                  ///< false: silence, and the model is not run
  std::chrono::milliseconds expire{0};  ///< 0: never
  int mtu = 0;                          ///< 0: the client's
};

}  // namespace server
