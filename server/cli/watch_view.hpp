#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "base/time.hpp"

namespace server {

/// One `/event` as it came, with the model that it is of where that is known.
struct WatchedEvent {
  std::int32_t session = 0;
  std::int64_t position = 0;  ///< units of the session, whose rate we do not know
  std::string kind;           ///< "label", "pitch", "hit", …
  std::string model;          ///< empty: not known
  std::string name;           ///< of a label or a hit
  std::vector<float> values;  ///< the numbers among its values, in order
};

/// "4711 yamnet label 599040 Dog 0.87 1": what stands on a line of its own.
std::string event_line(const WatchedEvent& event);

/// What each session hears now: a line for each, with the best label and a bar, or the pitch, or the last hits. Plain
/// data: times come from outside, text goes out.
class WatchView {
 public:
  static constexpr auto kFresh = std::chrono::seconds(3);  ///< older than that, nothing is heard any more
  static constexpr auto kKept = std::chrono::minutes(5);   ///< older than that, the session is no longer shown

  void take(const WatchedEvent& event, base::Time now);
  /// @param columns  of the terminal; no line is longer.
  std::vector<std::string> lines(base::Time now, std::size_t columns);

 private:
  struct Label {
    std::string name;
    float score = 0;
  };
  struct Session {
    std::string model;
    std::int64_t position = 0;
    base::Time heard{};
    std::vector<Label> labels;     ///< of the last window, best first
    std::deque<std::string> hits;  ///< newest first
    float hz = 0, confidence = 0, velocity = 0;
    std::string kind;
  };

  static std::string line_of(std::int32_t number, const Session& session, base::Time now);

  std::map<std::int32_t, Session> sessions_;
};

}  // namespace server
