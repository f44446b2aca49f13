// Any recording: it is read to its end or its fault, without more memory than it has bytes for, and can be shown; what
// is read is written again as the same record.
//
// An input is a file after its first line; or, where it begins with 'B', bodies of records: a length (2 bytes, high
// first), and so many bytes. Those get a right checksum, which no fuzzer finds by itself.
#include <cstdlib>
#include <sstream>

#include "server/record/comparison.hpp"
#include "server/record/packet_text.hpp"
#include "server/record/recording.hpp"
#include "server/record/run_reader.hpp"

namespace {

using server::Record;
using server::RecordKind;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string framed(std::string_view body) {
  const auto crc = server::crc32(std::as_bytes(std::span(body)));
  std::string out;
  for (const auto value : {static_cast<std::uint32_t>(body.size()), crc}) {
    for (int shift = 0; shift < 32; shift += 8) out.push_back(static_cast<char>(value >> shift & 0xff));
  }
  return out.append(body);
}

std::string records(std::string_view data) {
  std::string file;
  while (data.size() >= 2) {
    const auto byte = [&data](std::size_t n) { return static_cast<std::size_t>(static_cast<unsigned char>(data[n])); };
    const auto size = std::min(byte(0) << 8 | byte(1), data.size() - 2);
    file += framed(data.substr(2, size));
    data = data.substr(2 + size);
  }
  return file;
}

/// Written and read again, a record is written as the same bytes.
void write_again(const Record& record) {
  const auto once = server::encode(record);
  const auto read = server::decode_record(std::as_bytes(std::span(once)).subspan(8));
  require(read && server::encode(*read) == once);
}

void read_records(const std::string& file) {
  std::istringstream in(file);
  server::RecordingReader reader(in);
  require(reader.head());
  bool ended = false;
  while (const auto record = reader.next()) {
    write_again(*record);
    ended = record->kind == RecordKind::kEnd;
  }
  require(ended == reader.fault().empty());
}

void read_run(const std::string& file) {
  std::istringstream in(file);
  server::RunReader run(in);
  if (!run.open()) return;
  server::Comparison comparison(false);
  while (auto event = run.next()) {
    (void)server::packet_text(event->cause.packet);
    for (auto& left : event->left) {
      comparison.now({event->cause.at, left.peer, left.packet});
      comparison.then({event->cause.at, left.peer, std::move(left.packet)});
    }
  }
  require(run.complete() == run.fault().empty());
  require(comparison.finish().same());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const bool bodies = input.starts_with('B');
  const auto file = std::string(server::kRecordingHead) + (bodies ? records(input.substr(1)) : std::string(input));
  read_records(file);
  read_run(file);
  return 0;
}
