// The file of a recording: what is written is read again, what is damaged is found, and a disk that fails ends nothing
// else.
#include "server/record/recording.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <sstream>

#include "server/record/packet_text.hpp"
#include "server/record/record_writer.hpp"
#include "server/record/seed_text.hpp"
#include "support/osc.hpp"

namespace server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::byte> bytes_of(std::string_view text) {
  const auto view = support::bytes(text);
  return {view.begin(), view.end()};
}

const Peer kPeer{*Ip::parse("fe80::1"), 5000, 7770, 3};

/// One of each kind, with values at the ends of their ranges.
std::vector<Record> examples() {
  Readings readings;
  readings.times = {5, 7, 7, std::int64_t{1} << 60, 0};
  readings.queued = {0, 127, 128};
  readings.unsent = {~std::uint64_t{0}};
  readings.at_once = {true, false};
  readings.refused = {{3, "full"}};
  return {{.kind = RecordKind::kAbout, .name = "version", .text = "0.1.0"},
          {.kind = RecordKind::kConfig, .name = "/a/b.yaml", .text = std::string("x\0y", 3)},
          {.kind = RecordKind::kFile, .name = "m.ts"},
          {.kind = RecordKind::kStarted, .at = 1},
          {.kind = RecordKind::kArrived, .at = -1, .peer = kPeer, .flag = true, .packet = bytes_of("abcd")},
          {.kind = RecordKind::kConnected, .at = 3, .peer = kPeer},
          {.kind = RecordKind::kDisconnected, .at = 4, .peer = kPeer},
          {.kind = RecordKind::kDue, .at = 5},
          {.kind = RecordKind::kFinished, .at = 6, .flag = true, .event = 1U << 20, .index = 200, .text = "late"},
          {.kind = RecordKind::kLoaded, .at = 7, .event = 0, .index = 1},
          {.kind = RecordKind::kReconfigured, .at = 8, .name = "c", .text = "models: {}"},
          {.kind = RecordKind::kClosing, .at = 9},
          {.kind = RecordKind::kLogged, .at = 10, .name = "info", .text = "a line"},
          {.kind = RecordKind::kLeft, .peer = kPeer, .packet = bytes_of("")},
          {.kind = RecordKind::kModel, .flag = true, .name = "sum"},
          {.kind = RecordKind::kCalendar, .at = 1795000000000000000},
          {.kind = RecordKind::kReadings, .readings = readings},
          {.kind = RecordKind::kEnd, .at = 11, .text = "why"}};
}

bool operator==(const Record& a, const Record& b) {
  return a.kind == b.kind && a.at == b.at && a.peer.ip == b.peer.ip && a.peer.port == b.peer.port &&
         a.peer.local_port == b.peer.local_port && a.peer.connection == b.peer.connection && a.flag == b.flag &&
         a.event == b.event && a.index == b.index && a.name == b.name && a.text == b.text && a.packet == b.packet &&
         a.readings == b.readings;
}

std::string file_of(const std::vector<Record>& records) {
  std::string file(kRecordingHead);
  for (const auto& record : records) file += encode(record);
  return file;
}

std::vector<Record> read_all(const std::string& file, std::string* fault = nullptr) {
  std::istringstream in(file);
  RecordingReader reader(in);
  std::vector<Record> records;
  if (!reader.head()) return records;
  while (auto record = reader.next()) records.push_back(std::move(*record));
  if (fault != nullptr) *fault = reader.fault();
  return records;
}

TEST(Recording, IsReadAsItWasWritten) {
  const auto wanted = examples();
  std::string fault;
  const auto found = read_all(file_of(wanted), &fault);
  ASSERT_EQ(found.size(), wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) EXPECT_TRUE(found[i] == wanted[i]) << "record " << i;
  EXPECT_EQ(fault, "");
}

TEST(Recording, HasTheChecksumThatEverybodyHas) { EXPECT_EQ(crc32(support::bytes("123456789")), 0xcbf43926U); }

TEST(Recording, CutAnywhereIsReadUpToThereAndSaysSo) {
  const auto file = file_of(examples());
  for (std::size_t size = kRecordingHead.size(); size < file.size(); ++size) {
    std::string fault;
    EXPECT_LT(read_all(file.substr(0, size), &fault).size(), examples().size());
    EXPECT_THAT(fault, HasSubstr("the file is cut short at byte ")) << size;
  }
}

TEST(Recording, DamagedAnywhereIsReadUpToThereAndSaysSo) {
  const auto file = file_of(examples());
  for (std::size_t at = kRecordingHead.size(); at < file.size(); ++at) {
    auto damaged = file;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    std::string fault;
    EXPECT_LT(read_all(damaged, &fault).size(), examples().size()) << at;
    EXPECT_NE(fault, "") << at;
  }
}

TEST(Recording, OfAnotherVersionIsNone) {
  auto file = file_of(examples());
  file[kRecordingHead.size() - 2] = '2';
  EXPECT_TRUE(read_all(file).empty());
  EXPECT_TRUE(read_all("").empty());
}

TEST(Recording, ARecordWithBytesLeftOverIsNone) {
  auto body = encode({.kind = RecordKind::kDue, .at = 5}).substr(8);
  EXPECT_TRUE(decode_record(support::bytes(body)));
  EXPECT_FALSE(decode_record(support::bytes(body + '\0')));
  EXPECT_FALSE(decode_record(support::bytes("\x7f")));
  EXPECT_FALSE(decode_record({}));
}

TEST(SeedText, IsReadAsItWasWritten) {
  const auto seed = fresh_seed();
  EXPECT_EQ(seed_of(seed_text(seed)), seed);
  EXPECT_FALSE(seed_of(seed_text(seed).substr(1)));
  EXPECT_FALSE(seed_of(std::string(64, 'g')));
}

TEST(PacketText, IsWhatAPersonReads) {
  const auto text = [](const std::string& packet) { return packet_text(support::bytes(packet), 3); };
  EXPECT_EQ(text(support::osc("/oscine/v1/hello", 1, 7771, "max")), "/oscine/v1/hello 1 7771 \"max\"");
  EXPECT_EQ(text(support::osc("/a", 0.1, 2, 3, 4)), "/a 0.1 2 3 … (4)");
  EXPECT_EQ(text(support::bundle({support::osc("/a", 1), support::osc("/b")})), "/a 1 | /b");
  EXPECT_EQ(text(support::bundle({})), "an empty bundle");
  EXPECT_THAT(text("abc"), HasSubstr("3 bytes that are no OSC: "));
  EXPECT_THAT(text(support::osc("/a", "\x1b[2J")), HasSubstr("\\x1b"));
}

TEST(RecordWriter, WritesAllInOrderBeforeItEnds) {
  std::string written, wanted;
  {
    RecordWriter writer(
        [&written](std::string_view bytes) -> base::Status {
          written += bytes;
          return {};
        },
        [](const std::string& why) { FAIL() << why; });
    for (int i = 0; i < 1000; ++i) {
      writer.write(std::to_string(i) + " ");
      wanted += std::to_string(i) + " ";
    }
  }
  EXPECT_EQ(written, wanted);
}

TEST(RecordWriter, ADiskThatIsFullEndsTheRecordingOnce) {
  std::vector<std::string> told;
  std::promise<void> failed;
  {
    RecordWriter writer(
        [](std::string_view) -> base::Status {
          return base::Error{base::ErrorCode::kForbidden, "no space left"};
        },
        [&](const std::string& why) {
          told.push_back(why);
          failed.set_value();
        });
    writer.write("abc");
    failed.get_future().wait();
    EXPECT_TRUE(writer.ended());
    writer.write("def");
  }
  EXPECT_THAT(told, ElementsAre("no space left"));
}

// The caller is [net]: it must neither wait for a disk that hangs, nor keep all that comes meanwhile.
TEST(RecordWriter, ADiskThatHangsEndsTheRecordingWhenTooMuchWaits) {
  std::promise<void> hangs, go_on;
  std::vector<std::string> told;
  std::string written;
  {
    RecordWriter writer(
        [&, first = true](std::string_view bytes) mutable -> base::Status {
          if (std::exchange(first, false)) {
            hangs.set_value();
            go_on.get_future().wait();
          }
          written += bytes;
          return {};
        },
        [&](const std::string& why) { told.push_back(why); }, 10);
    writer.write("first ");
    hangs.get_future().wait();
    writer.write("12345");
    writer.write("67890");
    EXPECT_FALSE(writer.ended());
    writer.write("!");
    EXPECT_TRUE(writer.ended());
    writer.write("12345");
    go_on.set_value();
  }
  EXPECT_EQ(written, "first 1234567890");
  EXPECT_THAT(told, ElementsAre("the disk does not follow"));
}

}  // namespace
}  // namespace server
