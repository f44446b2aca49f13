#pragma once
#include <memory>

#include "server/core/daemon.hpp"
#include "server/record/record_writer.hpp"
#include "server/record/recording.hpp"

namespace server {

/// Stands between a daemon and what it stands on, and writes down all that a replay needs: what arrived and left, in
/// which order work was finished, and what was read from clocks and queues. Outlives the daemon and its workers.
/// Thread: [net].
class Recorder : public Tap {
 public:
  explicit Recorder(RecordWriter& writer) : writer_(writer) {}
  ~Recorder() override;

  /// The same parts, recorded; the recording begins now. Call once; what `parts` names must outlive the daemon.
  Parts around(const Parts& parts);
  /// What the run began with. Call before the daemon is made. The files of the models are hashed on [load], after the
  /// models have been loaded.
  void describe(const Config& config, const Parts& parts);
  /// The run has ended as it should.
  void finish();

  void started() override { begin(RecordKind::kStarted); }
  void arrived(const Peer& from, protocol::Bytes packet, bool alone) override;
  void connected(const Peer& peer) override { begin({.kind = RecordKind::kConnected, .peer = peer}); }
  void disconnected(const Peer& peer) override { begin({.kind = RecordKind::kDisconnected, .peer = peer}); }
  void due() override { begin(RecordKind::kDue); }
  void reconfigured(const Config& config) override;
  void closing() override { begin(RecordKind::kClosing); }
  void logged(Level level, const std::string& line) override;
  void fell(std::uint32_t number, const models::Fall& fall) override;
  void over() override;
  void loaded(const std::string& model, models::Form form) override;
  bool at_once(bool measured) override;

 private:
  friend class RecordedLink;
  friend class RecordedWorkers;
  friend class RecordedBackground;
  void begin(RecordKind kind) { begin(Record{.kind = kind}); }
  void begin(Record event);
  void write(const Record& record);
  void write_fates(const std::vector<Record>& fates) {
    for (const auto& fate : fates) write(fate);
  }
  void hash_files();
  std::int64_t since_began(base::Time time) const { return std::chrono::nanoseconds(time - began_).count(); }

  RecordWriter& writer_;
  std::function<base::Time()> now_;
  base::Time began_{};
  std::unique_ptr<Link> link_;
  std::unique_ptr<Workers> workers_;
  std::unique_ptr<Background> background_;
  Background* load_ = nullptr;                // the same, not recorded
  std::vector<std::filesystem::path> files_;  // not hashed yet
  std::uint64_t event_ = 0;                   // the one that happens, or comes next
  std::uint32_t jobs_ = 0;                    // given to the workers within it
  std::uint32_t background_jobs_ = 0;
  int depth_ = 0;  // what happens within what happens follows from it
  Readings readings_;
};

}  // namespace server
