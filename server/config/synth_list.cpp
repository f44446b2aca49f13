// synths: melodies that scsynth plays.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <sstream>

#include "models/melody.hpp"
#include "server/config/parts.hpp"

namespace server {
namespace {

using Source = SynthControl::Source;

constexpr std::array<std::pair<std::string_view, Source>, 6> kSources{{{"hz", Source::kHz},
                                                                       {"pitch", Source::kPitch},
                                                                       {"velocity", Source::kVelocity},
                                                                       {"amp", Source::kAmp},
                                                                       {"seconds", Source::kSeconds},
                                                                       {"voice", Source::kVoice}}};
constexpr std::size_t kMostControls = 32, kLongestName = 63;  // they fit into the smallest message

/// A name as SynthDefs and their controls have it.
bool is_sound_name(const std::string& name) {
  return !name.empty() && name.size() <= kLongestName &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c <= '~'; });
}

SynthControl read_control(const Node& item, const std::string& path) {
  SynthControl control{item.key};
  const auto named = std::find_if(kSources.begin(), kSources.end(), [&](const auto& one) {
    return item.is(Node::Kind::kText) && one.first == item.text;
  });
  double constant = 0;
  if (named != kSources.end()) {
    control.source = named->second;
  } else if (as_number(item, constant) && std::isfinite(constant)) {
    control.constant = static_cast<float>(constant);
  } else {
    std::string words;
    for (const auto& [name, source] : kSources) words.append(name).append(", ");
    throw Problem{item.line, path + " is " + shown(item) + "; " + words + "or a number is expected"};
  }
  return control;
}

void read_controls(const MapReader& reader, SynthConfig& synth) {
  const Node* node = reader.find("controls");
  if (node == nullptr) return;
  if (!node->is(Node::Kind::kMap) || node->items.size() > kMostControls) reader.refuse(*node);
  synth.controls.clear();
  for (const Node& item : node->items) {
    const std::string path = reader.path("controls") + "." + one_line(item.key);
    if (!is_sound_name(item.key)) throw Problem{item.line, path + " is no name of a control"};
    synth.controls.push_back(read_control(item, path));
  }
}

/// As a message would bring it: whole numbers, other numbers, words.
models::Value value_of(const Node& node, const std::string& path) {
  if (!node.is(Node::Kind::kText)) throw Problem{node.line, path + " is " + shown(node) + "; a value is expected"};
  long long whole = 0;
  double number = 0;
  if (as_whole(node, whole) && std::abs(whole) <= 1 << 24) return static_cast<std::int32_t>(whole);
  if (as_number(node, number)) return static_cast<float>(number);
  return node.text;
}

void read_set(const MapReader& reader, const models::MelodyCard& card, SynthConfig& synth) {
  const Node* node = reader.find("set");
  if (node == nullptr || node->is(Node::Kind::kNull)) return;
  if (!node->is(Node::Kind::kMap)) reader.refuse(*node);
  models::MelodySettings settings(card);
  for (const Node& item : node->items) {
    const std::string path = reader.path("set") + "." + one_line(item.key);
    std::vector<models::Value> values;
    for (const Node& one : item.is(Node::Kind::kList) ? item.items : std::vector<Node>{item}) {
      values.push_back(value_of(one, path));
    }
    if (const auto set = settings.set(item.key, values); !set)
      throw Problem{item.line, path + ": " + set.error().message};
    synth.set.emplace_back(item.key, std::move(values));
  }
}

void read_place(const MapReader& reader, SynthConfig& synth) {
  reader.whole("group", synth.group);
  std::string action = "head";
  reader.choice("action", action);
  std::istringstream words("head tail before after");
  for (std::string word; words >> word && word != action;) ++synth.action;
}

/// "/bells": it answers to "/bells/play" and the like.
void check_synth_address(const Node& item, const std::string& path, const Config& config) {
  check_address(item.key, item.line, path, "a synth");
  for (const Alias& alias : config.aliases) {
    for (const auto verb : SynthConfig::kVerbs) {
      if (alias.address == item.key + "/" + std::string(verb)) {
        throw Problem{item.line, path + " answers to " + alias.address + ", and so does an alias; choose another"};
      }
    }
  }
}

}  // namespace

std::vector<SynthConfig> read_synths(const Node& node, const Config& config) {
  if (node.is(Node::Kind::kNull)) return {};
  if (!node.is(Node::Kind::kMap)) {
    throw Problem{node.line, "synths is " + shown(node) + "; a map from address to synth is expected"};
  }
  std::vector<SynthConfig> synths;
  for (const Node& item : node.items) {
    const std::string path = "synths." + one_line(item.key);
    const MapReader reader(item, path, kSynthKeys);
    SynthConfig synth;
    synth.address = item.key;
    check_synth_address(item, path, config);
    const models::Card& card = read_model_name(reader, config, synth.model);
    if (card.kind != "melody") {
      reader.refuse(*reader.find("model"), "a model of kind melody (this one is of kind " + card.kind + ")");
    }
    read_set(reader, card.melody, synth);
    synth.to = read_to(reader, config);
    if (synth.to.to_sender) reader.refuse(*reader.find("to"), "the address of scsynth (127.0.0.1:57110)");
    reader.required("synth");
    reader.text("synth", synth.synth);
    if (!is_sound_name(synth.synth)) reader.refuse(*reader.find("synth"), "the name of a SynthDef");
    read_controls(reader, synth);
    reader.text("gate", synth.gate);
    if (!synth.gate.empty() && !is_sound_name(synth.gate)) reader.refuse(*reader.find("gate"));
    read_place(reader, synth);
    read_duration(reader, "lookahead_ms", synth.lookahead);
    reader.boolean("autoplay", synth.autoplay);
    synths.push_back(std::move(synth));
  }
  return synths;
}

}  // namespace server
