// buffer, buffer/data, buffer/clear: sound for a model's own buffers.
#include <bit>

#include "models/audio_file.hpp"
#include "server/core/daemon.hpp"
#include "server/core/open_folder.hpp"

namespace server {

using base::Error;
using base::ErrorCode;
using protocol::Arguments;

namespace {

constexpr std::size_t kMostSamples = 1 << 24;  // all channels together
constexpr std::size_t kPiece = 65536;

/// A whole sound file, as planes.
struct Loaded {
  int channels = 1;
  double rate = 0;
  std::vector<float> planes;
};

base::Result<Loaded> load_sound(const std::filesystem::path& path) {
  auto file = models::AudioFile::open(path);
  if (!file) return file.error();
  const auto channels = static_cast<std::size_t>(file->channels());
  std::vector<float> frames, piece(std::max<std::size_t>(kPiece / channels, 1) * channels);
  for (;;) {
    const auto count = file->read(piece);
    if (!count) return count.error();
    if (*count == 0) break;
    frames.insert(frames.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(*count * channels));
    if (frames.size() > kMostSamples) {
      return Error{ErrorCode::kTooLarge, "'" + path.filename().string() + "' has more than " +
                                             std::to_string(kMostSamples) + " samples, the most that a buffer takes"};
    }
  }
  Loaded loaded{file->channels(), file->rate(), std::vector<float>(frames.size())};
  const std::size_t count = frames.size() / channels;
  for (std::size_t i = 0; i < frames.size(); ++i) loaded.planes[i % channels * count + i / channels] = frames[i];
  return loaded;
}

/// The data of /buffer/data: numbers, or one blob of little-endian floats.
base::Result<std::vector<float>> samples_of(std::span<const protocol::Value> values) {
  std::vector<float> samples;
  for (const auto& value : values) {
    if (const auto* number = std::get_if<float>(&value)) {
      samples.push_back(*number);
      continue;
    }
    const auto* blob = std::get_if<protocol::Blob>(&value);
    if (blob == nullptr || blob->bytes.size() % sizeof(float) != 0) {
      return Error{ErrorCode::kMalformed, "the data of a buffer is numbers, or one blob of little-endian floats"};
    }
    for (std::size_t at = 0; at < blob->bytes.size(); at += sizeof(float)) {
      std::uint32_t bits = 0;
      for (std::size_t n = 0; n < sizeof(float); ++n) {
        bits |= std::to_integer<std::uint32_t>(blob->bytes[at + n]) << (8 * n);
      }
      samples.push_back(std::bit_cast<float>(bits));
    }
  }
  return samples;
}

}  // namespace

void Daemon::with_buffer(const Request& request, const std::shared_ptr<Session>& session, Use use) {
  answers_.defer(request);
  perform(session->served, session->seat, std::nullopt, std::move(use), [this, request](const base::Status& status) {
    if (!status) return answers_.fail(request, status.error(), now());
    answers_.done(request, now());
  });
}

std::shared_ptr<Session> Daemon::buffer_session(const Request& request, const Arguments& arguments) {
  auto session = session_of(request, arguments.integer(1));
  if (!session) return nullptr;
  const auto known = session->served->model->buffers();
  const std::string name(arguments.text(2));
  for (const auto& one : known) {
    if (session->flow && (one == name || one == name + "#0")) return session;
  }
  std::string text = session->served->config.card.name + ": no buffer '" + name.substr(0, 64) + "'; it has ";
  for (const auto& one : known) text += (&one == known.data() ? "" : ", ") + one;
  answers_.fail(request, {ErrorCode::kUnknown, known.empty() ? text + "none" : text}, now());
  return nullptr;
}

void Daemon::on_buffer(Request& request, const Arguments& arguments) {
  const auto session = buffer_session(request, arguments);
  if (!session) return;
  with_buffer(request, session,
              [name = std::string(arguments.text(2)), path = std::string(arguments.text(3)),
               folders = config_.file_folders, ear = session->flow->ear](models::Instance& instance) -> base::Status {
                const auto found = file_below(path, folders, {"file_folders", "no folder is open for sound files"});
                if (!found) return found.error();
                const auto sound = load_sound(*found);
                if (!sound) return sound.error();
                ear->forget_pieces(name);
                return instance.fill(name, {sound->channels, sound->rate, sound->planes});
              });
}

void Daemon::on_buffer_data(Request& request, const Arguments& arguments) {
  const auto session = buffer_session(request, arguments);
  if (!session) return;
  auto samples = samples_of(arguments.from(4));
  if (!samples) return answers_.fail(request, samples.error(), now());
  with_buffer(request, session,
              [name = std::string(arguments.text(2)), offset = arguments.integer(3), samples = std::move(*samples),
               ear = session->flow->ear](models::Instance&) { return ear->keep_piece(name, offset, samples); });
}

void Daemon::on_buffer_clear(Request& request, const Arguments& arguments) {
  const auto session = buffer_session(request, arguments);
  if (!session) return;
  with_buffer(request, session,
              [name = std::string(arguments.text(2)), ear = session->flow->ear](models::Instance& instance) {
                ear->forget_pieces(name);
                return instance.clear(name);
              });
}

}  // namespace server
