// What a card of kind melody says beyond what every card says: what the steps of its melodies are.
#include <array>

#include "server/config/parts.hpp"

namespace server {
namespace {

constexpr const char* kPitches = "the lowest and the highest MIDI note (two whole numbers, 0 to 127)";
constexpr const char* kDurations = "a list of beats (1..64 rising numbers above 0, 64 at most)";

void read_pitches(const MapReader& reader, models::MelodyCard& melody) {
  const Node& node = reader.required("pitches");
  std::array<long long, 2> notes{};
  if (!node.is(Node::Kind::kList) || node.items.size() != notes.size()) reader.refuse(node, kPitches);
  for (std::size_t i = 0; i < notes.size(); ++i) {
    if (!as_whole(node.items[i], notes[i]) || notes[i] < 0 || notes[i] > 127) reader.refuse(node, kPitches);
  }
  if (notes[0] > notes[1]) reader.refuse(node, kPitches);
  melody.lowest = static_cast<int>(notes[0]);
  melody.highest = static_cast<int>(notes[1]);
}

void read_durations(const MapReader& reader, models::MelodyCard& melody) {
  const Node& node = reader.required("durations");
  if (!node.is(Node::Kind::kList) || node.items.empty() || node.items.size() > 64) reader.refuse(node, kDurations);
  for (const Node& item : node.items) {
    double beats = 0;
    const bool rises = as_number(item, beats) && beats > 0 && beats <= 64 &&
                       (melody.durations.empty() || static_cast<float>(beats) > melody.durations.back());
    if (!rises) reader.refuse(node, kDurations);
    melody.durations.push_back(static_cast<float>(beats));
  }
}

}  // namespace

void read_melody(const MapReader& card_reader, models::Card& card) {
  refuse_listening(card_reader, card);
  for (const auto* key : {"inputs", "outputs", "methods", "attributes", "labels", "modelRate", "state"}) {
    if (const Node* node = card_reader.find(key)) {
      throw Problem{node->line,
                    card_reader.path(key) + " has no meaning for kind melody; melody says what its steps are"};
    }
  }
  const MapReader reader(card_reader.required("melody"), card_reader.path("melody"), kMelodyKeys);
  reader.text("method", card.melody.method);
  read_pitches(reader, card.melody);
  reader.boolean("rest", card.melody.rest);
  read_durations(reader, card.melody);
  reader.number("beats_per_bar", card.melody.beats_per_bar);
  reader.whole("state", card.melody.state);
  models::MethodCard method;
  method.name = card.melody.method;
  method.answer = models::Answer::kNotes;
  if (const Node* node = reader.find("method"); node && !is_method_name(method.name)) reader.refuse(*node, kMethodName);
  card.methods.push_back(std::move(method));
}

void refuse_melody(const MapReader& reader, const models::Card& card) {
  if (const Node* node = reader.find("melody")) {
    throw Problem{node->line, reader.path("melody") + " is for kind melody; this card is of kind " + card.kind};
  }
}

}  // namespace server
