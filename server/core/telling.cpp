// What a session heard, on the wire: event, frames, audio, gap.
#include <algorithm>
#include <bit>
#include <cmath>

#include "server/core/daemon.hpp"
#include "server/core/sequence.hpp"

namespace server {

using base::Error;
using base::ErrorCode;
using base::Position;

namespace {

constexpr std::size_t kFloatOnWire = 5;  // its tag and itself
constexpr std::size_t kHeader = 96;      // of a /frames or /audio, rounded up

std::int64_t fit(std::int64_t value) { return std::clamp<std::int64_t>(value, 0, base::kWireMax); }

std::string_view kind_of(models::Heard::Kind kind) {
  switch (kind) {
    case models::Heard::Kind::kLabel:
      return "label";
    case models::Heard::Kind::kPitch:
      return "pitch";
    case models::Heard::Kind::kHit:
      break;
  }
  return "hit";
}

void write_values(protocol::Writer& writer, const models::Heard& heard) {
  switch (heard.kind) {
    case models::Heard::Kind::kLabel:
      writer.text(heard.name).number(heard.value).integer(heard.rank);
      break;
    case models::Heard::Kind::kPitch:
      writer.number(heard.value).number(heard.score);
      break;
    case models::Heard::Kind::kHit:
      writer.text(heard.name).number(heard.value).number(heard.score);
      break;
  }
  if (heard.channel != 0) writer.integer(heard.channel);
}

std::vector<std::byte> little_endian(std::span<const float> values, bool floats) {
  std::vector<std::byte> out;
  out.reserve(values.size() * (floats ? 4 : 2));
  const auto put = [&out](std::uint32_t bits, int bytes) {
    for (int i = 0; i < bytes; ++i) out.push_back(static_cast<std::byte>(bits >> (8 * i) & 0xff));
  };
  for (const float value : values) {
    if (floats) {
      put(std::bit_cast<std::uint32_t>(value), 4);
    } else {
      put(static_cast<std::uint32_t>(std::lround(std::clamp(value, -1.0F, 1.0F) * 32767.0F)), 2);
    }
  }
  return out;
}

}  // namespace

// To the door that asked for events, else where the session was opened.
Peer Daemon::events_of(const Session& session) const {
  const auto owner = session.owner.lock();
  if (owner && owner->events) return *owner->events;
  return session.planning ? session.planning->events_to : session.flow->events_to;
}

void Daemon::tell_events(const Session& session, std::span<const models::Heard> events) {
  if (events.empty()) return;
  const auto to = events_of(session);
  auto& kept = session.flow->kept;
  for (const auto& one : events) {
    const Position at{one.at};
    auto& writer = answers_.writer().begin("/oscine/v1/event");
    writer.integer(session.number).integer(kept.next()).integer(0).integer(at.hi()).integer(at.lo()).integer(0);
    writer.integer(fit(one.duration)).text(kind_of(one.kind));
    write_values(writer, one);
    const auto packet = writer.end();
    kept.add(packet, now());
    pacer_.send(to, packet, now());
    if (event_subscribers_ > 0) push_event(session, packet);
  }
}

// How what comes out is written. Sound goes back as sound came; features are floats.
std::string_view Daemon::format_of(const Session& session) {
  const auto& flow = *session.flow;
  if (!flow.format.empty()) return flow.format;
  const auto& method = session.served->model->methods()[session.method];
  const bool sound = method.answer == models::Answer::kStream && method.out_ratio == 1;
  return sound ? std::string_view(flow.input_format) : std::string_view("floats");
}

// Frames that fit into one message. One frame is never cut in two: 0 where it does not fit, and this was said.
std::size_t Daemon::frames_at_once(const Session& session, std::size_t width, std::string_view format) {
  const auto& to = session.flow->input_from;
  const auto owner = session.owner.lock();
  const auto frame = width * (format == "floats" ? kFloatOnWire : format == "f32le" ? 4 : 2);
  const auto most = static_cast<std::size_t>(to.tcp() ? config_.limits.tcp_frame : mtu_of(owner.get(), &session));
  if (frame + kHeader <= most) return (most - kHeader) / frame;
  const Error error{ErrorCode::kTooLarge, "one frame takes " + std::to_string(frame + kHeader) + " bytes; " +
                                              std::to_string(most) +
                                              " fit: raise /oscine/v1/mtu (8192 at most) or use TCP"};
  if (owner) answers_.complain(*owner, to, "/oscine/v1/frames", error, now());
  return 0;
}

void Daemon::tell_frames(const Session& session, const models::StreamOutput& out) {
  if (out.frames.empty() || out.width <= 0) return;
  const auto format = format_of(session);
  const auto width = static_cast<std::size_t>(out.width);
  const auto fit = frames_at_once(session, width, format);
  if (fit == 0) return;
  const auto all = std::span(out.frames);
  const auto at_once = session.flow->input_from.tcp() ? std::size_t{1} : fit;
  for (std::size_t first = 0; first < out.frames_at.size(); first += at_once) {
    const auto count = std::min(at_once, out.frames_at.size() - first);
    tell_some(session, Position{out.frames_at[first]}, width, all.subspan(first * width, count * width), format);
  }
  std::size_t before = 0;
  for (const auto& stretch : out.stretches) {
    const auto frames = static_cast<std::size_t>(stretch.count);
    for (std::size_t first = 0; first < frames; first += fit) {
      const auto count = std::min(fit, frames - first);
      tell_some(session, Position{stretch.position(static_cast<std::int64_t>(first))}, width,
                all.subspan((before + first) * width, count * width), format);
    }
    before += frames;
  }
}

void Daemon::tell_some(const Session& session, Position at, std::size_t width, std::span<const float> values,
                       std::string_view format) {
  auto& flow = *session.flow;
  const bool floats = format == "floats";
  auto& writer = answers_.writer().begin(floats ? "/oscine/v1/frames" : "/oscine/v1/audio");
  writer.integer(session.number).integer(flow.next_output).integer(at.hi()).integer(at.lo());
  writer.integer(static_cast<std::int64_t>(width));
  if (floats) {
    writer.numbers(values);
  } else {
    writer.text(format).blob(little_endian(values, format == "f32le"));
  }
  pacer_.send(flow.input_from, writer.end(), now());
  flow.next_output = next_in_sequence(flow.next_output);
}

void Daemon::tell_missing(const Session& session, std::int32_t from, std::int32_t to) {
  auto& writer = answers_.writer().begin("/oscine/v1/gap").integer(session.number).integer(from).integer(to);
  pacer_.send(session.flow->input_from, writer.end(), now());
  if (parts_.log.wants(Level::kDebug)) {
    const auto owner = session.owner.lock();
    parts_.log.line(Level::kDebug,
                    {"gap", owner ? owner->text() : "", {}, {}, std::to_string(from) + ".." + std::to_string(to)});
  }
}

}  // namespace server
