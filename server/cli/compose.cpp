// oscine compose: a melody into a MIDI file, by the code that plans live. No daemon is needed.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <iostream>

#include "models/engine.hpp"
#include "models/melody.hpp"
#include "models/model.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/midi_file.hpp"
#include "server/cli/model_choice.hpp"
#include "server/cli/piano_roll.hpp"
#include "server/cli/setting_text.hpp"
#include "server/cli/text.hpp"

namespace server {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

constexpr int kTicks = 480;  ///< per beat
constexpr std::size_t kCalls = 4096;

/// What the seed file holds, in our ticks.
MidiFile in_ticks(MidiFile midi) {
  for (auto& note : midi.notes) {
    for (auto* place : {&note.onset, &note.end}) {
      *place = std::llround(static_cast<double>(*place) * kTicks / midi.ticks_per_beat);
    }
    note.channel = 0;
  }
  midi.ticks_per_beat = kTicks;
  return midi;
}

std::int64_t end_of(const MidiFile& midi) {
  std::int64_t end = 0;
  for (const auto& note : midi.notes) end = std::max(end, note.end);
  return end;
}

Status write(const std::filesystem::path& file, std::string_view bytes) {
  std::ofstream stream(file, std::ios::binary);
  stream << bytes;
  stream.close();
  if (stream) return {};
  return Error{ErrorCode::kForbidden, path_text(file) + " cannot be written"};
}

Result<std::shared_ptr<const models::Model>> load_melody(const ComposeOptions& options) {
  const auto card = choose_card(options.model, options.config);
  if (!card) return card.error();
  if (card->kind != "melody") {
    return Error{ErrorCode::kWrongState,
                 card->name + " is of kind " + card->kind + "; compose takes one of kind melody"};
  }
  return models::load(*card, {.warmup = 3, .measure = std::chrono::milliseconds(0)});
}

/// Appends to `midi` what the model plans from there on.
Status compose_into(const models::Model& model, const models::MelodySettings& settings, std::int64_t from,
                    std::int64_t until, MidiFile& midi) {
  const auto& card = model.card().melody;
  model.engine().prepare_thread();
  const auto instance = model.instance();
  if (!instance) return instance.error();
  const models::MelodyTime time{kTicks, 0, static_cast<double>(settings.meter)};
  std::vector<models::PlayedNote> played;
  for (const auto& note : midi.notes) played.push_back({note.onset, note.end, note.pitch});
  const std::vector<std::vector<models::MelodyStep>> past{models::melody_in(card, time, played, from)};
  models::MelodyLine line(card, settings, time, from, past);
  std::vector<models::MelodyLine::Planned> planned;
  while (line.reached() < until) {
    if (auto status = line.advance(**instance, until, kCalls, planned); !status) return status;
  }
  for (const auto& [voice, step] : planned) {
    if (card.is_rest(step.pitch)) continue;
    midi.notes.push_back({step.onset, std::min(step.end, until), card.lowest + step.pitch, settings.velocity, voice});
  }
  return {};
}

Result<std::size_t> compose_file(const ComposeOptions& options) {
  auto model = load_melody(options);
  if (!model) return model.error();
  MidiFile midi;
  if (!options.seed.empty()) {
    auto seed = read_midi(options.seed);
    if (!seed) return seed.error();
    midi = in_ticks(std::move(*seed));
  }
  models::MelodySettings settings((*model)->card().melody);
  if (midi.beats_per_bar >= 1 && midi.beats_per_bar <= 16) settings.meter = static_cast<float>(midi.beats_per_bar);
  settings.tempo = static_cast<float>(midi.tempo);
  for (const auto& text : options.settings) {
    if (auto set = set_by_text(**model, settings, text); !set) return set.error();
  }
  midi.tempo = static_cast<double>(settings.tempo);
  midi.beats_per_bar = static_cast<double>(settings.meter);
  const auto bar = std::llround(midi.beats_per_bar * kTicks);
  const auto from = (end_of(midi) + bar - 1) / bar * bar;
  const auto before = midi.notes.size();
  if (auto status = compose_into(**model, settings, from, from + options.bars * bar, midi); !status)
    return status.error();
  const auto bytes = midi_bytes(midi);
  if (auto status = write(options.out, {reinterpret_cast<const char*>(bytes.data()), bytes.size()}); !status) {
    return status.error();
  }
  auto picture = options.out;
  if (auto status = write(picture.replace_extension(".svg"), piano_roll(midi, from)); !status) return status.error();
  return midi.notes.size() - before;
}

}  // namespace

int compose(const ComposeOptions& options) {
  if (options.out.extension() != ".mid" && options.out.extension() != ".midi") {
    return refuse({ErrorCode::kMalformed, "'" + printable(options.out.string()) + "' is no *.mid"});
  }
  const auto notes = compose_file(options);
  if (!notes) return refuse(notes.error());
  auto picture = options.out;
  std::cout << path_text(options.out) << ": " << *notes << (*notes == 1 ? " note in " : " notes in ") << options.bars
            << (options.bars == 1 ? " bar; " : " bars; ") << path_text(picture.replace_extension(".svg"))
            << " shows them\n";
  return 0;
}

}  // namespace server
