#include "server/record/recording.hpp"

#include <array>

#include "server/record/fields.hpp"

namespace server {

namespace {

using Kind = RecordKind;

constexpr std::size_t kFrame = 8;  // length and checksum

void put_peer(FieldWriter& out, const Peer& peer) {
  out.raw(peer.ip.bytes).whole(peer.ip.scope).whole(peer.port).whole(peer.local_port).whole(peer.connection);
}

Peer get_peer(FieldReader& in) {
  Peer peer;
  in.raw(peer.ip.bytes);
  peer.ip.scope = in.whole<std::uint32_t>();
  peer.port = in.whole<std::uint16_t>();
  peer.local_port = in.whole<std::uint16_t>();
  peer.connection = in.whole<std::uint64_t>();
  return peer;
}

// Times of one event lie close together: each is told by its distance from the one before.
void put_readings(FieldWriter& out, const Readings& readings) {
  std::uint64_t before = 0;  // unsigned: what a damaged file held may wrap around
  out.whole(readings.times.size());
  for (const auto time : readings.times) {
    const auto now = static_cast<std::uint64_t>(time);
    out.signed_whole(static_cast<std::int64_t>(now - std::exchange(before, now)));
  }
  for (const auto* list : {&readings.queued, &readings.unsent}) {
    out.whole(list->size());
    for (const auto value : *list) out.whole(value);
  }
  out.whole(readings.at_once.size());
  for (const bool value : readings.at_once) out.whole(value ? 1U : 0U);
  out.whole(readings.refused.size());
  for (const auto& [index, why] : readings.refused) out.whole(index).text(why);
}

Readings get_readings(FieldReader& in) {
  Readings readings;
  std::uint64_t before = 0;
  for (auto left = in.count(); left > 0; --left) {
    before += static_cast<std::uint64_t>(in.signed_whole());
    readings.times.push_back(static_cast<std::int64_t>(before));
  }
  for (auto* list : {&readings.queued, &readings.unsent}) {
    for (auto left = in.count(); left > 0; --left) list->push_back(in.whole<std::uint64_t>());
  }
  for (auto left = in.count(); left > 0; --left) readings.at_once.push_back(in.whole<std::uint8_t>() != 0);
  for (auto left = in.count(); left > 0; --left) {
    const auto index = in.whole<std::uint32_t>();
    readings.refused.emplace_back(index, in.text());
  }
  return readings;
}

/// Which fields a kind has, in this order.
struct Form {
  Kind kind;
  bool at, peer, flag, job, name, text, packet, readings;
};
constexpr std::array kForms{
    Form{Kind::kAbout, false, false, false, false, true, true, false, false},
    Form{Kind::kConfig, false, false, false, false, true, true, false, false},
    Form{Kind::kFile, false, false, false, false, true, true, false, false},
    Form{Kind::kStarted, true, false, false, false, false, false, false, false},
    Form{Kind::kArrived, true, true, true, false, false, false, true, false},
    Form{Kind::kConnected, true, true, false, false, false, false, false, false},
    Form{Kind::kDisconnected, true, true, false, false, false, false, false, false},
    Form{Kind::kDue, true, false, false, false, false, false, false, false},
    Form{Kind::kFinished, true, false, true, true, false, true, false, false},
    Form{Kind::kLoaded, true, false, false, true, false, false, false, false},
    Form{Kind::kReconfigured, true, false, false, false, true, true, false, false},
    Form{Kind::kClosing, true, false, false, false, false, false, false, false},
    Form{Kind::kLogged, true, false, false, false, true, true, false, false},
    Form{Kind::kFell, true, false, false, true, false, true, false, false},
    Form{Kind::kLeft, false, true, false, false, false, false, true, false},
    Form{Kind::kModel, false, false, true, false, true, false, false, false},
    Form{Kind::kFate, false, false, false, true, false, true, false, false},
    Form{Kind::kCalendar, true, false, false, false, false, false, false, false},
    Form{Kind::kReadings, false, false, false, false, false, false, false, true},
    Form{Kind::kEnd, true, false, false, false, false, true, false, false},
};

const Form* form_of(std::uint8_t kind) {
  for (const auto& form : kForms) {
    if (static_cast<std::uint8_t>(form.kind) == kind) return &form;
  }
  return nullptr;
}

constexpr auto kCrcTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t rest = i;
    for (int bit = 0; bit < 8; ++bit) rest = (rest & 1) != 0 ? 0xedb88320U ^ rest >> 1 : rest >> 1;
    table[i] = rest;
  }
  return table;
}();

}  // namespace

std::uint32_t crc32(std::span<const std::byte> bytes) {
  std::uint32_t crc = 0xffffffffU;
  for (const auto byte : bytes) crc = kCrcTable[(crc ^ std::to_integer<std::uint32_t>(byte)) & 0xff] ^ crc >> 8;
  return ~crc;
}

std::string encode(const Record& record) {
  FieldWriter out;
  const auto* form = form_of(static_cast<std::uint8_t>(record.kind));
  out.skip(kFrame).whole(static_cast<std::uint8_t>(record.kind));
  if (form->at) out.signed_whole(record.at);
  if (form->peer) put_peer(out, record.peer);
  if (form->flag) out.whole(record.flag);
  if (form->job) out.whole(record.event).whole(record.index);
  if (form->name) out.text(record.name);
  if (form->text) out.text(record.text);
  if (form->packet) out.bytes(record.packet);
  if (form->readings) put_readings(out, record.readings);
  const auto body = std::as_bytes(std::span(out.out)).subspan(kFrame);
  out.fixed(0, static_cast<std::uint32_t>(body.size()));
  out.fixed(4, crc32(body));
  return std::move(out.out);
}

std::optional<Record> decode_record(std::span<const std::byte> body) {
  FieldReader in(body);
  const auto* form = form_of(in.whole<std::uint8_t>());
  if (form == nullptr) return std::nullopt;
  Record record;
  record.kind = form->kind;
  if (form->at) record.at = in.signed_whole();
  if (form->peer) record.peer = get_peer(in);
  if (form->flag) record.flag = in.whole<std::uint8_t>();
  if (form->job) record.event = in.whole<std::uint64_t>();
  if (form->job) record.index = in.whole<std::uint32_t>();
  if (form->name) record.name = in.text();
  if (form->text) record.text = in.text();
  if (form->packet) record.packet = in.bytes();
  if (form->readings) record.readings = get_readings(in);
  return in.ok() && in.empty() ? std::optional(std::move(record)) : std::nullopt;
}

bool RecordingReader::head() {
  std::string line(kRecordingHead.size(), '\0');
  in_.read(line.data(), static_cast<std::streamsize>(line.size()));
  at_ = kRecordingHead.size();
  return in_.gcount() == static_cast<std::streamsize>(line.size()) && line == kRecordingHead;
}

std::optional<Record> RecordingReader::give_up(const std::string& what) {
  ended_ = true;
  fault_ = what + " at byte " + std::to_string(at_);
  return std::nullopt;
}

std::optional<Record> RecordingReader::next() {
  if (ended_) return std::nullopt;
  std::array<std::byte, kFrame> frame{};
  in_.read(reinterpret_cast<char*>(frame.data()), frame.size());
  if (in_.gcount() != kFrame) return give_up("the file is cut short");
  FieldReader fields(frame);
  const auto size = fields.fixed();
  const auto crc = fields.fixed();
  if (size > kLargest) return give_up("the file is damaged");
  std::vector<std::byte> body;
  for (std::size_t have = 0; have < size;) {  // by pieces: a damaged length must not cost more than the file holds
    const auto piece = std::min<std::size_t>(size - have, 1U << 16);
    body.resize(have + piece);
    in_.read(reinterpret_cast<char*>(body.data()) + have, static_cast<std::streamsize>(piece));
    if (in_.gcount() != static_cast<std::streamsize>(piece)) return give_up("the file is cut short");
    have += piece;
  }
  if (crc32(body) != crc) return give_up("the file is damaged");
  auto record = decode_record(body);
  if (!record) return give_up("a record is not of this version");
  at_ += kFrame + size;
  ended_ = record->kind == Kind::kEnd;
  return record;
}

}  // namespace server
