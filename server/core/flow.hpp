#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "server/core/ear.hpp"
#include "server/core/input_line.hpp"
#include "server/core/kept_events.hpp"
#include "server/core/link.hpp"
#include "server/core/work.hpp"

namespace server {

struct FileRun;

/// What flows through a session: its input in order, what of it waits for the model, and what was answered. At most one
/// job of a flow is at work. Thread: [net], except `ear`, which belongs to the job at work.
struct Flow {
  static constexpr std::size_t kFramesAtOnce = 16384;               ///< of one job, so that others have their turn
  static constexpr auto kLookAgain = std::chrono::milliseconds(5);  ///< where the queue or a receiver is full

  Flow(Link& to, double frames_per_second) : link(to), line(frames_per_second) {}
  ~Flow();
  Flow(const Flow&) = delete;
  Flow& operator=(const Flow&) = delete;

  /// TCP only: the connection is not read from until what waits has become less.
  void hold_back(const Peer& from);
  void let_go();

  /// Takes what waits out of it: so many frames, or one message that has more.
  std::vector<Input> take_waiting(std::size_t frames);

  Link& link;
  InputLine line;
  std::shared_ptr<Ear> ear;
  std::shared_ptr<JobTime> time = std::make_shared<JobTime>();  ///< of its jobs
  Settings settings;                                            ///< what it was told so far
  std::deque<Input> waiting;
  std::int64_t frames_waiting = 0;
  bool at_work = false;
  bool retry_due = false;  ///< a timer will look again

  Peer events_to;      ///< where `open` was answered
  Peer input_from;     ///< the last input: stream output and `/gap` go that way
  std::string format;  ///< of stream output, as `/format` said; empty: as it came, or floats where windows are answered
  std::string input_format = "floats";  ///< how the last input came: floats, f32le or s16le
  KeptEvents kept;
  std::int32_t next_output = 1;   ///< number of the next `/frames` or `/audio`
  std::shared_ptr<FileRun> file;  ///< the file that runs through this session
  std::map<std::uint64_t, Peer> held_back;
};

}  // namespace server
