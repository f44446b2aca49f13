#include "server/cli/recording_run.hpp"

namespace server {

namespace {

RecordWriter::Ended told_in(Log& log, const std::string& file) {
  return [&log, file](const std::string& why) {
    log.line(Level::kError,
             {"record",
              {},
              {},
              {},
              why + ": the recording ends here; " + file + " holds what came before, and the daemon serves on"});
  };
}

}  // namespace

base::Result<std::unique_ptr<RecordingRun>> RecordingRun::begin(const ServeOptions& options, const Config& config,
                                                                const Parts& parts) {
  if (options.record.empty()) return std::unique_ptr<RecordingRun>();
  const auto file = options.record_again ? unused_name(options.record) : options.record;
  auto sink = recording_file(file, options.record_over && !options.record_again);
  if (!sink) return sink.error();
  parts.log.line(Level::kInfo, {"record", {}, {}, {}, file.string() + ": all that arrives and leaves, also keys"});
  return std::unique_ptr<RecordingRun>(new RecordingRun(std::move(*sink), file.string(), config, parts));
}

RecordingRun::RecordingRun(RecordWriter::Sink sink, const std::string& file, const Config& config, const Parts& parts)
    : writer_(std::move(sink), told_in(parts.log, file)), recorder_(writer_), parts_(recorder_.around(parts)) {
  recorder_.describe(config, parts_);
}

}  // namespace server
