#pragma once
#include <optional>
#include <string>

#include "server/core/call_board.hpp"

namespace server {

/// A serving process that does not come back.
struct Hang {
  std::string model;  ///< in whose call; empty: in nobody's
  std::string text;   ///< a sentence
};

/// Looks at a board every now and then. What the looker itself missed (the machine slept, this process stood still)
/// counts for nobody. Plain data, no clock of its own.
class HangWatch {
 public:
  static constexpr auto kEvery = std::chrono::milliseconds(250);  ///< how often to look
  static constexpr auto kBeat = std::chrono::seconds(1);          ///< [net] comes round more often
  static constexpr auto kStart = std::chrono::seconds(15);        ///< from its start to its first beat

  /// A new process, with a board as new.
  void began(base::Time now);
  std::optional<Hang> look(const CallBoard& board, base::Time now);

 private:
  base::Time began_{}, looked_{}, fair_since_{};
};

}  // namespace server
