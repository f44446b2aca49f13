#pragma once
#include <memory>

#include "server/cli/commands.hpp"
#include "server/record/last_words.hpp"
#include "server/record/recorder.hpp"

namespace server {

/// The recording of a daemon that serves. Outlives the daemon and its workers; the log outlives it.
class RecordingRun {
 public:
  /// Makes the file and writes what the run begins with; models are read for their hashes. Null where the options name
  /// no recording. Fails: kWrongState (it exists), kForbidden. Thread: [setup].
  static base::Result<std::unique_ptr<RecordingRun>> begin(const ServeOptions& options, const Config& config,
                                                           const Parts& parts);
  /// What the daemon is to stand on.
  const Parts& parts() const { return parts_; }
  /// The daemon has ended as it should.
  void finish() { recorder_.finish(); }

 private:
  RecordingRun(RecordWriter::Sink sink, const std::string& file, const Config& config, const Parts& parts);

  RecordWriter writer_;
  LastWords last_words_{writer_};
  Recorder recorder_;
  Parts parts_;
};

}  // namespace server
