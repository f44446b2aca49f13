#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "server/record/recording.hpp"

namespace server {

/// One event of a recording, with all that belongs to it.
struct RecordedEvent {
  std::uint64_t number = 0;
  Record cause = {};
  std::vector<Record> left = {};              ///< what the daemon sent
  std::optional<Record> model = {};           ///< the model that was served from here on
  std::vector<Record> fates = {};             ///< of calls in processes that fell
  std::vector<base::Duration> calendar = {};  ///< as it was read, to be added to the time since the recording began
  Readings readings = {};
  bool whole = false;  ///< false: the recording ends within it
};

/// Reads a recording event by event.
class RunReader {
 public:
  explicit RunReader(std::istream& in) : records_(in) {}

  /// Reads what the run began with. Fails: kMalformed.
  base::Status open();
  /// "version", "commit", "began", "seed", "workers", as they were told; empty where they were not.
  const std::string& about(const std::string& name) const;
  const Record& config() const { return config_; }
  /// Those read so far: they may stand anywhere.
  const std::vector<Record>& files() const { return files_; }

  std::optional<RecordedEvent> next();
  /// The run came to its end within the recording.
  bool complete() const { return complete_; }
  /// Why the recording ends before its run; empty while all is well.
  const std::string& fault() const { return records_.fault(); }

 private:
  RecordingReader records_;
  std::map<std::string, std::string> about_;
  Record config_;
  std::vector<Record> files_;
  std::optional<Record> ahead_;  // the first record of the next event
  std::uint64_t count_ = 0;
  bool complete_ = false;
};

}  // namespace server
