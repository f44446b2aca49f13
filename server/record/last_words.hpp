#pragma once
#include "server/record/record_writer.hpp"

namespace server {

/// While it lives: a crash of this process (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT) waits until all that the writer
/// was given is written, a second at most, so that what led to the crash is in the recording. Then the signal goes on
/// to whoever had it before. One at a time. Thread: [setup].
class LastWords {
 public:
  /// @param writer  outlives it
  explicit LastWords(const RecordWriter& writer);
  ~LastWords();
  LastWords(const LastWords&) = delete;
  LastWords& operator=(const LastWords&) = delete;
};

}  // namespace server
