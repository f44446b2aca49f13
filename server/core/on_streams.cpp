// frames, audio, playhead, resend, late, reorder, format: sound in, and what becomes of it.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdio>

#include "server/core/daemon.hpp"

namespace server {

using base::Error;
using base::ErrorCode;
using protocol::Arguments;

namespace {

constexpr float kLoudest = 1000;  // 60 dB over full scale: no sound, but a number gone wrong

/// The first sample that is no sound: "sample 12 is nan". Nothing where all are well.
std::optional<Error> unsound(std::span<const float> samples) {
  const auto bad = std::find_if(samples.begin(), samples.end(), [](float x) { return !(std::abs(x) <= kLoudest); });
  if (bad == samples.end()) return std::nullopt;
  std::array<char, 32> value{"NaN"};
  if (!std::isnan(*bad)) std::snprintf(value.data(), value.size(), "%g", static_cast<double>(*bad));
  return Error{ErrorCode::kMalformed, "sample " + std::to_string(bad - samples.begin() + 1) + " is " + value.data() +
                                          "; full scale is 1, and beyond 1000 nothing is taken"};
}

Error no_whole_frames(std::size_t count, std::string_view what, std::size_t frame) {
  return {ErrorCode::kMalformed,
          std::to_string(count) + " " + std::string(what) + " are no whole frames of " + std::to_string(frame)};
}

/// Little-endian samples to floats, full scale ±1.
base::Status decode_blob(protocol::Bytes bytes, std::string_view format, int channels, std::vector<float>& out) {
  const std::size_t size = format == "f32le" ? sizeof(float) : sizeof(std::int16_t);
  const auto frame = size * static_cast<std::size_t>(channels);
  if (bytes.size() % frame != 0) return no_whole_frames(bytes.size(), "bytes", frame);
  out.resize(bytes.size() / size);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto byte = [&](std::size_t n) { return std::to_integer<std::uint32_t>(bytes[i * size + n]) << (8 * n); };
    if (size == sizeof(float)) {
      out[i] = std::bit_cast<float>(byte(0) | byte(1) | byte(2) | byte(3));
    } else {
      out[i] = static_cast<float>(static_cast<std::int16_t>(byte(0) | byte(1))) / 32768.0F;
    }
  }
  return {};
}

Error other_channels(const Session& session, const Input& input) {
  const auto& method = session.served->model->methods()[session.method];
  return {ErrorCode::kMalformed, session.served->config.card.name + ": " + method.name + " takes frames of " +
                                     std::to_string(method.in_channels) + "; " + std::to_string(input.channels) +
                                     " came"};
}

}  // namespace

void Daemon::complain(const Request& request, const Error& error) {
  const auto client = request.client.lock();
  if (client) answers_.complain(*client, request.to, request.address, error, now());
}

std::shared_ptr<Session> Daemon::hearing_session(const Request& request, std::int32_t number) {
  auto session = stream_session(request, number);
  if (!session || session->flow) return session;
  const auto& model = session->served->config.card.name;
  complain(request, {ErrorCode::kWrongState,
                     model + " takes numbers, not a stream: send them with /oscine/v1/run or /oscine/v1/ask"});
  return nullptr;
}

void Daemon::on_frames(Request& request, const Arguments& arguments) {
  const auto session = hearing_session(request, arguments.integer(0));
  if (!session) return;
  const auto values = arguments.from(5);
  Input input{arguments.position(2), arguments.integer(4), {}, 0, false};
  const auto frame = static_cast<std::size_t>(input.channels);
  if (values.size() % frame != 0) return complain(request, no_whole_frames(values.size(), "numbers", frame));
  input.samples.reserve(values.size());
  for (const auto& value : values) input.samples.push_back(std::get<float>(value));
  session->flow->input_format = "floats";
  take_input(request, session, arguments.integer(1), std::move(input));
}

void Daemon::on_audio(Request& request, const Arguments& arguments) {
  const auto session = hearing_session(request, arguments.integer(0));
  if (!session) return;
  const auto format = arguments.text(5);
  if (format != "f32le" && format != "s16le") {
    return complain(request, {ErrorCode::kMalformed, "argument 6 (format) is '" + std::string(format.substr(0, 64)) +
                                                         "'; f32le or s16le is expected"});
  }
  Input input{arguments.position(2), arguments.integer(4), {}, 0, false};
  const auto status = decode_blob(arguments.blob(6).bytes, format, input.channels, input.samples);
  if (!status) return complain(request, status.error());
  session->flow->input_format = format;
  take_input(request, session, arguments.integer(1), std::move(input));
}

// A message that is refused is input that never came: its place will be silence.
void Daemon::take_input(const Request& request, const std::shared_ptr<Session>& session, std::int32_t seq,
                        Input input) {
  auto& flow = *session->flow;
  flow.input_from = request.to;
  const auto& method = session->served->model->methods()[session->method];
  const bool streams = method.answer == models::Answer::kStream;
  if (!session->enabled && !streams) {
    flow.line.restart();
    return;
  }
  input.rests = !session->enabled;
  if (streams && input.channels != method.in_channels) return complain(request, other_channels(*session, input));
  if (const auto error = unsound(input.samples)) return complain(request, *error);
  const auto most = most_waiting(*session);
  if (flow.frames_waiting > most && !request.from.tcp()) {
    return complain(request,
                    {ErrorCode::kBusy, "the model is " + std::to_string(config_.limits.input.count()) +
                                           " ms of sound behind; this piece is left out. Send less, or by TCP, "
                                           "which waits"});
  }
  InputLine::Outcome outcome;
  flow.line.take(seq, std::move(input), outcome);
  if (!outcome.complaint.empty()) complain(request, {ErrorCode::kWrongState, outcome.complaint});
  for (const auto& [from, to] : outcome.missing) tell_missing(*session, from, to);
  for (auto& ready : outcome.ready) {
    flow.frames_waiting += ready.frames();
    flow.waiting.push_back(std::move(ready));
  }
  if (flow.frames_waiting > most && request.from.tcp()) flow.hold_back(request.from);
  feed(session);
}

std::int64_t Daemon::most_waiting(const Session& session) const {
  return std::llround(std::chrono::duration<double>(config_.limits.input).count() * session.units_per_second);
}

void Daemon::on_reorder(Request& request, const Arguments& arguments) {
  const auto session = session_of(request, arguments.integer(1));
  if (!session) return;
  if (session->flow) {
    const double seconds = std::chrono::duration<double>(std::chrono::milliseconds(arguments.integer(2))).count();
    session->flow->line.set_reorder(std::llround(seconds * session->units_per_second));
  }
  answers_.done(request, now());
}

void Daemon::on_format(Request& request, const Arguments& arguments) {
  const auto session = session_of(request, arguments.integer(1));
  if (!session) return;
  const auto format = arguments.text(2);
  if (format != "floats" && format != "f32le" && format != "s16le") {
    return answers_.fail(request,
                         {ErrorCode::kMalformed, "argument 3 (format) is '" + std::string(format.substr(0, 64)) +
                                                     "'; floats, f32le or s16le is expected"},
                         now());
  }
  if (session->flow) session->flow->format = format;
  answers_.done(request, now());
}

void Daemon::on_playhead(Request& request, const Arguments& arguments) {
  const auto session = stream_session(request, arguments.integer(0));
  if (!session) return;
  if (session->planning) return on_planning_playhead(request, session, arguments);
  if (!session->flow) return;
  const auto to = events_of(*session);
  session->flow->kept.send_unseen(arguments.integer(3), now(),
                                  [&](protocol::Bytes packet) { pacer_.send(to, packet, now()); });
}

void Daemon::on_resend(Request& request, const Arguments& arguments) {
  const auto session = session_of(request, arguments.integer(1));
  if (!session) return;
  std::size_t count = 0;
  if (session->flow || session->planning) {
    const auto to = events_of(*session);
    auto& kept = session->planning ? session->planning->kept : session->flow->kept;
    count =
        kept.send_from(arguments.integer(2), now(), [&](protocol::Bytes packet) { pacer_.send(to, packet, now()); });
  }
  answers_.done(request, count, now());
}

void Daemon::on_late(Request& request, const Arguments& arguments) {
  if (!stream_session(request, arguments.integer(0))) return;
  metrics_.late += static_cast<std::uint64_t>(arguments.integer(1));
}

}  // namespace server
