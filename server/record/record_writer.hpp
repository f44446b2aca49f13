#pragma once
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "base/result.hpp"

namespace server {

/// Writes a recording on a thread of its own, so that [net] never waits for a disk. What waits for the disk is bounded;
/// when that is full, or the disk fails, the recording ends and all else goes on.
class RecordWriter {
 public:
  static constexpr std::size_t kWaiting = 64U << 20;  ///< bytes that may wait for the disk

  /// Takes all of it, or fails. Thread: the writer's own.
  using Sink = std::function<base::Status(std::string_view bytes)>;
  /// The recording ended before the run: one sentence. Thread: [any], once.
  using Ended = std::function<void(const std::string& why)>;

  RecordWriter(Sink sink, Ended ended, std::size_t most_waiting = kWaiting);
  /// Writes what still waits.
  ~RecordWriter();

  /// Thread: [net]. Never waits; nothing happens once the recording has ended.
  void write(std::string_view bytes);
  bool ended() const { return over_; }
  /// Bytes that wait or are being written; 0 once the recording has ended. Thread: [any], also in a signal handler.
  std::size_t unwritten() const { return over_ ? 0 : unwritten_.load(); }

 private:
  void run();
  void end(const std::string& why);

  Sink sink_;
  Ended ended_;
  std::size_t most_;
  std::mutex mutex_;  // guards waiting_ and stop_
  std::condition_variable wake_;
  std::string waiting_;
  bool stop_ = false;
  std::atomic<bool> over_ = false;
  std::atomic<std::size_t> unwritten_ = 0;
  std::thread thread_;
};

/// Makes the file of a recording; only its owner may read it, since it holds keys.
/// Fails: kWrongState where it exists (unless `replace`); kForbidden where it cannot be made.
base::Result<RecordWriter::Sink> recording_file(const std::filesystem::path& file, bool replace);
/// FILE, or FILE.2, FILE.3 …: the first that does not exist.
std::filesystem::path unused_name(const std::filesystem::path& file);

}  // namespace server
