#include "server/cli/midi_file.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <iterator>
#include <optional>

#include "server/cli/text.hpp"

namespace server {

namespace {

using base::Error;
using base::ErrorCode;

constexpr std::uintmax_t kMostBytes = 16 << 20;
constexpr std::int64_t kMostTicks = std::int64_t{1} << 40;
constexpr std::uint32_t kMostDelta = 0x0fffffff;
constexpr double kMicrosPerMinute = 60e6;

Error wrong(std::string what) { return {ErrorCode::kMalformed, std::move(what)}; }

/// Bytes that are taken one after the other; beyond the end it has failed, and gives zeros.
class Bytes {
 public:
  explicit Bytes(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  bool failed() const { return failed_; }
  std::size_t left() const { return bytes_.size(); }
  std::uint8_t peek() const { return bytes_.empty() ? std::uint8_t{0} : bytes_[0]; }
  std::span<const std::uint8_t> take(std::size_t count) {
    if (count > bytes_.size()) {
      failed_ = true;
      count = bytes_.size();
    }
    const auto taken = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return taken;
  }
  std::uint32_t number(std::size_t size) {
    std::uint32_t value = 0;
    for (const auto byte : take(size)) value = value << 8 | byte;
    return value;
  }
  /// Seven bits of each byte, four bytes at most.
  std::uint32_t variable() {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) {
      const auto byte = number(1);
      value = value << 7 | (byte & 0x7f);
      if ((byte & 0x80) == 0) return value;
    }
    failed_ = true;
    return 0;
  }
  std::string word() {
    const auto taken = take(4);
    return {taken.begin(), taken.end()};
  }

 private:
  std::span<const std::uint8_t> bytes_;
  bool failed_ = false;
};

/// Reads one track into a file.
class Track {
 public:
  Track(std::span<const std::uint8_t> bytes, MidiFile& midi, bool& tempo_known)
      : bytes_(bytes), midi_(midi), tempo_known_(tempo_known) {
    open_.fill(-1);
  }

  base::Status read() {
    while (bytes_.left() > 0 && !ended_) {
      now_ += bytes_.variable();
      if (now_ > kMostTicks) return wrong("has a track without an end");
      if (auto status = event(); !status) return status;
      if (bytes_.failed()) return wrong("was cut short within a track");
    }
    for (const auto open : open_) {  // held to the end of the track
      if (open >= 0) midi_.notes[static_cast<std::size_t>(open)].end = now_;
    }
    return {};
  }

 private:
  base::Status event() {
    if ((bytes_.peek() & 0x80) != 0) status_ = static_cast<std::uint8_t>(bytes_.number(1));
    if (status_ == 0xff) return meta();
    if (status_ == 0xf0 || status_ == 0xf7) {
      bytes_.take(bytes_.variable());
      status_ = 0;
      return {};
    }
    if (status_ < 0x80 || status_ > 0xef) return wrong("has a byte where an event should begin");
    const int kind = status_ >> 4, channel = status_ & 15;
    const auto first = bytes_.number(1);
    const auto second = kind == 0xc || kind == 0xd ? 0 : bytes_.number(1);
    if (first > 127 || second > 127) return wrong("has an event whose numbers are none");
    if (kind == 9 || kind == 8) note(channel, static_cast<int>(first), kind == 9 ? static_cast<int>(second) : 0);
    return {};
  }

  base::Status meta() {
    status_ = 0;  // no running status goes on through it
    const auto kind = bytes_.number(1);
    const auto data = bytes_.take(bytes_.variable());
    ended_ = kind == 0x2f;
    Bytes numbers(data);
    if (kind == 0x51 && data.size() == 3 && !tempo_known_) {
      const auto micros = numbers.number(3);
      if (micros == 0) return wrong("has a tempo without end");
      midi_.tempo = kMicrosPerMinute / micros;
      tempo_known_ = true;
    }
    if (kind == 0x58 && data.size() >= 2 && midi_.beats_per_bar == 0) {
      const auto beats = numbers.number(1), power = numbers.number(1);
      if (beats == 0 || power > 6) return wrong("has a time signature that is none");
      midi_.beats_per_bar = beats * 4.0 / (1 << power);
    }
    return {};
  }

  void note(int channel, int pitch, int velocity) {
    auto& open = open_[static_cast<std::size_t>(channel * 128 + pitch)];
    if (open >= 0) midi_.notes[static_cast<std::size_t>(open)].end = now_;
    open = velocity > 0 ? static_cast<std::int64_t>(midi_.notes.size()) : -1;
    if (velocity > 0) midi_.notes.push_back({now_, now_, pitch, velocity, channel});
  }

  Bytes bytes_;
  MidiFile& midi_;
  bool& tempo_known_;
  std::array<std::int64_t, 16 * 128> open_{};  // the sounding note of each pitch; -1: none
  std::int64_t now_ = 0;
  std::uint8_t status_ = 0;
  bool ended_ = false;
};

base::Status read_head(Bytes& bytes, MidiFile& midi) {
  if (bytes.word() != "MThd") return wrong("is no MIDI file");
  const auto size = bytes.number(4);
  const auto format = bytes.number(2);
  bytes.number(2);  // tracks: those that are there count
  const auto division = bytes.number(2);
  if (size < 6 || bytes.failed()) return wrong("is no MIDI file, or was cut short");
  bytes.take(size - 6);
  if (format > 1) return wrong("is a MIDI file of format " + std::to_string(format) + "; 0 and 1 are read");
  if (division == 0 || (division & 0x8000) != 0) return wrong("counts frames of film, not beats");
  midi.ticks_per_beat = static_cast<int>(division);
  return {};
}

void put(std::vector<std::uint8_t>& out, std::uint32_t value, int size) {
  for (int i = size; i-- > 0;) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

void put_variable(std::vector<std::uint8_t>& out, std::uint32_t value) {
  for (int shift = 21; shift > 0; shift -= 7) {
    if (value >> shift != 0) out.push_back(static_cast<std::uint8_t>((value >> shift & 0x7f) | 0x80));
  }
  out.push_back(static_cast<std::uint8_t>(value & 0x7f));
}

/// A quarter, a half … of a bar, as a time signature says it: beats, and the power of two of their length.
std::pair<int, int> signature(double quarters) {
  for (int power = 2; power < 6; ++power) {
    const double beats = quarters * (1 << power) / 4;
    if (std::abs(beats - std::round(beats)) < 1e-3 && beats < 256) return {static_cast<int>(std::lround(beats)), power};
  }
  return {std::max(1, static_cast<int>(std::lround(quarters))), 2};
}

}  // namespace

base::Result<MidiFile> parse_midi(std::span<const std::uint8_t> data) {
  MidiFile midi;
  Bytes bytes(data);
  if (auto status = read_head(bytes, midi); !status) return status.error();
  bool tempo_known = false, any = false;
  while (bytes.left() >= 8) {
    const auto name = bytes.word();
    const auto size = bytes.number(4);
    if (size > bytes.left()) return wrong("was cut short");
    const auto body = bytes.take(size);
    if (name != "MTrk") continue;
    any = true;
    if (auto status = Track(body, midi, tempo_known).read(); !status) return status.error();
  }
  if (!any) return wrong("holds no track");
  std::stable_sort(midi.notes.begin(), midi.notes.end(),
                   [](const MidiNote& a, const MidiNote& b) { return a.onset < b.onset; });
  return midi;
}

base::Result<MidiFile> read_midi(const std::filesystem::path& file) {
  const auto name = printable(file.string());
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) return Error{ErrorCode::kUnknown, "there is no file " + name};
  if (bytes_in(file) > kMostBytes) return Error{ErrorCode::kTooLarge, name + " has more than 16 MB: no melody"};
  std::ifstream stream(file, std::ios::binary);
  const std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(stream), {}};
  if (!stream) return Error{ErrorCode::kForbidden, name + " cannot be read"};
  auto midi = parse_midi(bytes);
  if (!midi) return Error{midi.error().code, name + " " + midi.error().message};
  return midi;
}

std::vector<std::uint8_t> midi_bytes(const MidiFile& midi) {
  struct Event {
    std::int64_t at;
    bool on;
    const MidiNote* note;
  };
  std::vector<Event> events;
  for (const auto& note : midi.notes) {
    events.push_back({note.onset, true, &note});
    events.push_back({std::max(note.end, note.onset + 1), false, &note});
  }
  std::stable_sort(events.begin(), events.end(),
                   [](const Event& a, const Event& b) { return a.at != b.at ? a.at < b.at : a.on < b.on; });
  std::vector<std::uint8_t> track{0, 0xff, 0x51, 3};
  put(track, static_cast<std::uint32_t>(std::lround(kMicrosPerMinute / midi.tempo)), 3);
  if (midi.beats_per_bar > 0) {
    const auto [beats, power] = signature(midi.beats_per_bar);
    for (const int byte : {0, 0xff, 0x58, 4, beats, power, 24, 8}) track.push_back(static_cast<std::uint8_t>(byte));
  }
  std::int64_t now = 0;
  for (const auto& [at, on, note] : events) {
    put_variable(track, static_cast<std::uint32_t>(std::clamp<std::int64_t>(at - now, 0, kMostDelta)));
    now = std::max(at, now);
    track.push_back(static_cast<std::uint8_t>((on ? 0x90 : 0x80) | (note->channel & 15)));
    track.push_back(static_cast<std::uint8_t>(note->pitch));
    track.push_back(static_cast<std::uint8_t>(on ? note->velocity : 0));
  }
  for (const int byte : {0, 0xff, 0x2f, 0}) track.push_back(static_cast<std::uint8_t>(byte));
  std::vector<std::uint8_t> out{'M', 'T', 'h', 'd', 0, 0, 0, 6, 0, 0, 0, 1};
  put(out, static_cast<std::uint32_t>(midi.ticks_per_beat), 2);
  for (const char letter : {'M', 'T', 'r', 'k'}) out.push_back(static_cast<std::uint8_t>(letter));
  put(out, static_cast<std::uint32_t>(track.size()), 4);
  out.insert(out.end(), track.begin(), track.end());
  return out;
}

}  // namespace server
