#include "server/record/record_writer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace server {

using base::Error;
using base::ErrorCode;

RecordWriter::RecordWriter(Sink sink, Ended ended, std::size_t most_waiting)
    : sink_(std::move(sink)), ended_(std::move(ended)), most_(most_waiting), thread_([this] { run(); }) {}

RecordWriter::~RecordWriter() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void RecordWriter::write(std::string_view bytes) {
  if (over_) return;
  bool full = false;
  {
    const std::lock_guard lock(mutex_);
    full = waiting_.size() + bytes.size() > most_;
    if (!full) waiting_ += bytes;
    if (!full) unwritten_ += bytes.size();
  }
  if (full) return end("the disk does not follow");
  wake_.notify_one();
}

void RecordWriter::end(const std::string& why) {
  if (!over_.exchange(true)) ended_(why);
}

void RecordWriter::run() {
  std::string writing;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stop_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      writing.clear();
      std::swap(writing, waiting_);
    }
    if (auto status = sink_(writing); !status) return end(status.error().message);
    unwritten_ -= writing.size();
  }
}

namespace {

/// A file that closes itself.
struct Descriptor {
  explicit Descriptor(int opened) : number(opened) {}
  ~Descriptor() { ::close(number); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number;
};

std::string system_reason() { return std::error_code(errno, std::generic_category()).message(); }

base::Status write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return Error{ErrorCode::kForbidden, system_reason()};
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

base::Result<RecordWriter::Sink> recording_file(const std::filesystem::path& file, bool replace) {
  constexpr mode_t kOwner = 0600;
  const int opened = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | (replace ? O_TRUNC : O_EXCL), kOwner);
  if (opened < 0 && errno == EEXIST) {
    return Error{ErrorCode::kWrongState, file.string() + " exists already; choose another name, or say --force"};
  }
  if (opened < 0) return Error{ErrorCode::kForbidden, file.string() + " cannot be written: " + system_reason()};
  auto descriptor = std::make_shared<Descriptor>(opened);
  return RecordWriter::Sink([descriptor](std::string_view bytes) { return write_all(descriptor->number, bytes); });
}

std::filesystem::path unused_name(const std::filesystem::path& file) {
  std::error_code ignored;
  auto name = file;
  for (int n = 2; std::filesystem::exists(name, ignored); ++n) name = file.string() + "." + std::to_string(n);
  return name;
}

}  // namespace server
