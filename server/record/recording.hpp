#pragma once
#include <cstdint>
#include <istream>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "models/model.hpp"
#include "protocol/validate.hpp"
#include "server/core/peer.hpp"

// The file of `oscine record`, as docs/recording.md describes it.
namespace server {

/// The first line of every recording.
inline constexpr std::string_view kRecordingHead = "oscine recording 1\n";

enum class RecordKind : std::uint8_t {
  // What the run began with; files anywhere.
  kAbout = 1,   ///< name, text: "version", "0.1.0"
  kConfig = 2,  ///< name: its path; text
  kFile = 3,    ///< name: the path; text: its sha256, empty where it could not be read
  // What happened: each has `at`, and is one event. They are numbered from 0, in their order.
  kStarted = 16,
  kArrived = 17,       ///< peer, flag: alone, packet
  kConnected = 18,     ///< peer
  kDisconnected = 19,  ///< peer
  kDue = 20,           ///< timers ran
  kFinished = 21,      ///< event, index: the index-th job that this event gave to the workers; flag: it came too late;
                       ///< text: the sentence about that
  kLoaded = 22,        ///< event, index: the same, of the loading thread
  kReconfigured = 23,  ///< name: the path of the configuration; text
  kClosing = 24,
  kLogged = 25,  ///< name: the level; text: a line of the log, to those who subscribed
  kFell = 26,    ///< index: which of the models that were served, from 1; event: models::Fall::Kind; text
  // What belongs to the event before.
  kLeft = 32,      ///< peer: the receiver; packet
  kModel = 33,     ///< name, flag: in which form it is served
  kFate = 35,      ///< index: which call of this job or load, from 0, in a process that fell; event: the code; text
  kCalendar = 36,  ///< at: what added to the time since the recording began gives that since 1970, as it was read then
  kReadings = 34,  ///< the event's last: what was read while it was dealt with
  // The run ended, and so does the file. text: why.
  kEnd = 48,
};

/// What one event read that does not follow from what arrived, each list in the order in which it was read.
struct Readings {
  std::vector<std::int64_t> times;  ///< of the clock, ns since the recording began
  std::vector<std::uint64_t> queued, unsent;
  std::vector<bool> at_once;
  std::vector<std::pair<std::uint32_t, std::string>> refused;  ///< by index of the job: why the workers did not take it
  friend bool operator==(const Readings&, const Readings&) = default;
};

/// One record. What its kind does not speak of is empty.
struct Record {
  RecordKind kind = RecordKind::kEnd;
  std::int64_t at = 0;  ///< ns since the recording began
  Peer peer = {};
  std::uint8_t flag = 0;
  std::uint64_t event = 0;
  std::uint32_t index = 0;
  std::string name = {}, text = {};
  std::vector<std::byte> packet = {};
  Readings readings = {};

  bool is_event() const { return kind >= RecordKind::kStarted && kind < RecordKind::kLeft; }
};

/// 1: rewritten by its engine; 2: with kernels of ours.
constexpr std::uint8_t flag_of(models::Form form) {
  return static_cast<std::uint8_t>((form.rewritten ? 1 : 0) + (form.kernels ? 2 : 0));
}
constexpr models::Form served_as(std::uint8_t flag) { return {(flag & 1U) != 0, (flag & 2U) != 0}; }

/// As bytes of the file: length, checksum, body.
std::string encode(const Record& record);
/// A record from its body; nothing where it is none, or of a kind that this version does not know.
std::optional<Record> decode_record(std::span<const std::byte> body);
/// CRC-32 as zlib, Ethernet and PNG have it.
std::uint32_t crc32(std::span<const std::byte> bytes);

/// Reads a recording, record by record. Allocates no more than the file holds.
class RecordingReader {
 public:
  static constexpr std::size_t kLargest = 64U << 20;  ///< bytes of a body

  /// @param in  outlives the reader
  explicit RecordingReader(std::istream& in) : in_(in) {}

  /// False: this is no recording, or one of a version that is not known.
  bool head();
  /// The next record; nothing at the end, or where the file is cut short or damaged: fault() says which.
  std::optional<Record> next();
  /// Empty while all is well; then one sentence: "the file is damaged at byte 4711".
  const std::string& fault() const { return fault_; }

 private:
  std::optional<Record> give_up(const std::string& what);

  std::istream& in_;
  std::uint64_t at_ = 0;
  bool ended_ = false;
  std::string fault_;
};

}  // namespace server
