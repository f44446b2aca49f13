#include "server/config/keys.hpp"

#include <array>
#include <cmath>

namespace server {
namespace {

constexpr double kPortMax = 65535;
constexpr double kNone = std::numeric_limits<double>::infinity();

constexpr Key kConfig[] = {
    {"listen", "a port, an address with a port, or a list of them", "7770"},
    {"allow", "an address range or a list of them", "[]"},
    {"known", "an address range or a list of them", "[]"},
    {"reply_port", kWholeForm, "0", "port", 0, kPortMax},
    {"lease_seconds", kWholeForm, "30", "seconds", 1, 3600},
    {"allow_quit", kBoolForm, "false"},
    {"workers", kWholeForm, "0", "threads", 0, 64},
    {"model_folders", kTextsForm, "[]"},
    {"file_folders", kTextsForm, "[]"},
    {"catalogue", kTextForm, "\"\""},
    {"models", "a folder, a list of folders and cards, or a map from name to card", "[]"},
    {"aliases", "a map from address to alias", "{}"},
    {"synths", "a map from address to synth", "{}"},
    {"priority", kChoiceForm, "auto", "", -kNone, kNone, "auto off"},
    {"kernels", kChoiceForm, "auto", "", -kNone, kNone, "auto off"},
    {"watch_models", kBoolForm, "false"},
    {"lock_memory", kBoolForm, "false"},
    {"limits", "a map", "{}"},
    {"log", "a map", "{}"},
    {"metrics", "a map", "{}"},
};

constexpr Key kLimits[] = {
    {"clients", kWholeForm, "4096", "clients", 1, 65536},
    {"sessions", kWholeForm, "1024", "sessions", 1, 65536},
    {"queue", kWholeForm, "256", "requests", 1, 65536},
    {"mtu", kWholeForm, "1472", "bytes", 512, 8192},
    {"tcp_frame", kWholeForm, "4194304", "bytes", 65536, 67108864},
    {"queue_ms", kWholeForm, "100", "milliseconds", 1, 60000},
    {"tcp_connections", kWholeForm, "1024", "connections", 1, 16384},
    {"tcp_frame_seconds", kWholeForm, "10", "seconds", 1, 3600},
    {"input_ms", kWholeForm, "5000", "milliseconds", 100, 60000},
    {"load_wait_ms", kWholeForm, "2000", "milliseconds", 0, 60000},
    {"load_seconds", kWholeForm, "120", "seconds", 1, 3600},
    {"inline_budget_us", kWholeForm, "300", "microseconds", 0, 10000},
    {"linger_us", kWholeForm, "50", "microseconds", 0, 1000},
    {"keep_warm_us", kWholeForm, "1000", "microseconds", 0, 1000000},
};

constexpr Key kLog[] = {
    {"level", kChoiceForm, "info", "", -kNone, kNone, "trace debug info warn error off"},
    {"json", kBoolForm, "false"},
    {"file", kTextForm, "\"\""},
};

constexpr Key kMetrics[] = {
    {"listen", "a port, or an address of this machine with a port", "\"\""},
};

constexpr Key kModel[] = {
    {"card", kTextForm, "required"},
    {"trusted", kBoolForm, "false"},
    {"isolate", kBoolForm, "false"},
};

constexpr Key kAlias[] = {
    {"model", kTextForm, "required"},
    {"method", kTextForm, "\"\""},
    {"send", "a map from output to address", "required"},
    {"to", "an address with a port, or the sender", "required"},
};

constexpr Key kSynth[] = {
    {"model", kTextForm, "required"},
    {"set", "a map from attribute to value", "{}"},
    {"to", "an address with a port", "required"},
    {"synth", kTextForm, "required"},
    {"controls", "a map from control to value", "{freq: hz, amp: amp}"},
    {"gate", kTextForm, "gate"},
    {"group", kWholeForm, "0", "", 0, 2147483647},
    {"action", kChoiceForm, "head", "", -kNone, kNone, "head tail before after"},
    {"lookahead_ms", kWholeForm, "200", "milliseconds", 10, 10000},
    {"autoplay", kBoolForm, "false"},
};

constexpr double kLongestWindow = 11520000;  // 60 s at 192 kHz

constexpr Key kCard[] = {
    {"card", kWholeForm, "required", "", 1, 1},
    {"name", kTextForm, "required"},
    {"kind", kTextForm, "required"},
    {"engine", kChoiceForm, "torch", "", -kNone, kNone, "torch fake"},
    {"file", kTextForm, "required"},
    {"sha256", kTextForm, "\"\""},
    {"state", kChoiceForm, "none", "", -kNone, kNone, "none session"},
    {"isolate", kBoolForm, "false"},
    {"modelRate", kNumberForm, "0", "frames per second", 0, 1e6},
    {"about", kTextForm, "\"\""},
    {"licence", kTextForm, "\"\""},
    {"authors", kTextsForm, "[]"},
    {"links", kTextsForm, "[]"},
    {"inputs", "a list of ports or their count", "required"},
    {"outputs", "a list of ports or their count", "required"},
    {"methods", "a list of methods", "[]"},
    {"attributes", "a list of attributes", "[]"},
    {"labels", kTextsForm, "[]"},
    {"window", kWholeForm, "required", "samples", 1, kLongestWindow},
    {"hop", kWholeForm, "window", "samples", 1, kLongestWindow},
    {"channels", kChoiceForm, "mix", "", -kNone, kNone, "mix each"},
    {"shape", "a list of whole numbers and words", ""},
    {"frontEnd", "a map", "{}"},
    {"activation", kChoiceForm, "none", "", -kNone, kNone, "none sigmoid softmax"},
    {"top", kWholeForm, "1", "labels", 1, 65536},
    {"threshold", kNumberForm, "0", "", 0, 1},
    {"before", kWholeForm, "0", "samples", 0, kLongestWindow},
    {"block", kWholeForm, "0", "samples", 0, 1048576},
    {"latency", kWholeForm, "-1", "samples", -1, 11520000},
    {"otherRate", kChoiceForm, "resample", "", -kNone, kNone, "resample warn refuse"},
    {"arguments", "a value or a list of values", "[]"},
    {"melody", "a map", "required"},
    {"options", "a map of texts", "{}"},
    {"measured", "anything", "{}"},
};

constexpr Key kMethod[] = {
    {"name", kTextForm, "required"},
    {"inputs", "a list of ports or their count", "required"},
    {"outputs", "a list of ports or their count", "required"},
    {"call", kTextForm, "name"},
    {"element", kWholeForm, "-1", "", -1, 63},
    {"answer", kChoiceForm, "required", "", -kNone, kNone, "labels frames pitch hits onsets"},
    {"form", "a list of four whole numbers", "required"},
};

constexpr Key kMelody[] = {
    {"method", kTextForm, "step"},
    {"pitches", "a list of two MIDI notes", "required"},
    {"rest", kBoolForm, "false"},
    {"durations", "a list of numbers", "required", "beats"},
    {"beats_per_bar", kNumberForm, "4", "beats", 1, 16},
    {"state", kWholeForm, "0", "numbers", 0, 65536},
};

constexpr Key kFrontEnd[] = {
    {"kind", kChoiceForm, "waveform", "", -kNone, kNone, "waveform log-mel mfcc"},
    {"normalise", kChoiceForm, "none", "", -kNone, kNone, "none frame"},
    {"window", kWholeForm, "required", "samples", 2, 65536},
    {"hop", kWholeForm, "required", "samples", 1, 65536},
    {"fft", kWholeForm, "window", "samples", 2, 65536},
    {"mels", kWholeForm, "required", "bands", 1, 512},
    {"coefficients", kWholeForm, "required", "numbers", 1, 512},
    {"min", kNumberForm, "0", "Hz", 0, 96000},
    {"max", kNumberForm, "modelRate / 2", "Hz", 0, 96000},
    {"power", kWholeForm, "2", "", 1, 2},
    {"scale", kChoiceForm, "htk", "", -kNone, kNone, "tf htk slaney"},
    {"norm", kChoiceForm, "none", "", -kNone, kNone, "none slaney"},
    {"log", kChoiceForm, "natural", "", -kNone, kNone, "none natural log10 db"},
    {"floor", kNumberForm, "1e-10", "", 0, 1},
    {"offset", kNumberForm, "0", "", 0, 1},
    {"mean", kNumberForm, "0", "", -1e6, 1e6},
    {"deviation", kNumberForm, "1", "", 0, 1e6},
};

constexpr Key kInput[] = {
    {"name", kTextForm, "required"}, {"unit", kTextForm, "\"\""},   {"min", kNumberForm, "-.inf"},
    {"max", kNumberForm, ".inf"},    {"default", kNumberForm, "0"},
};

constexpr Key kOutput[] = {
    {"name", kTextForm, "required"},
    {"unit", kTextForm, "\"\""},
    {"min", kNumberForm, "-.inf"},
    {"max", kNumberForm, ".inf"},
};

constexpr Key kAttribute[] = {
    {"name", kTextForm, "required"},
    {"types", kTextForm, "f"},
    {"min", kNumberForm, "-.inf"},
    {"max", kNumberForm, ".inf"},
    {"default", "a value or a list of values", ""},
};

std::string number_text(double value) {
  if (value == std::floor(value) && std::fabs(value) < 1e15) return std::to_string(static_cast<long long>(value));
  return std::to_string(value);
}

}  // namespace

const KeyTable kConfigKeys{"configuration", kConfig};
const KeyTable kLimitsKeys{"limits", kLimits};
const KeyTable kLogKeys{"log", kLog};
const KeyTable kMetricsKeys{"metrics", kMetrics};
const KeyTable kModelKeys{"model", kModel};
const KeyTable kAliasKeys{"alias", kAlias};
const KeyTable kSynthKeys{"synth", kSynth};
const KeyTable kCardKeys{"card", kCard};
const KeyTable kMethodKeys{"method", kMethod};
const KeyTable kMelodyKeys{"melody", kMelody};
const KeyTable kFrontEndKeys{"front end", kFrontEnd};
const KeyTable kInputKeys{"input", kInput};
const KeyTable kOutputKeys{"output", kOutput};
const KeyTable kAttributeKeys{"attribute", kAttribute};

std::span<const KeyTable* const> config_tables() {
  static const std::array tables{&kConfigKeys, &kLimitsKeys, &kLogKeys,  &kMetricsKeys,
                                 &kModelKeys,  &kAliasKeys,  &kSynthKeys};
  return tables;
}

std::span<const KeyTable* const> card_tables() {
  static const std::array tables{&kCardKeys,  &kMethodKeys, &kMelodyKeys,   &kFrontEndKeys,
                                 &kInputKeys, &kOutputKeys, &kAttributeKeys};
  return tables;
}

std::string range_text(const Key& key) {
  if (!key.choices.empty()) return std::string(key.choices);
  if (!std::isfinite(key.min) || !std::isfinite(key.max)) return "";
  return number_text(key.min) + ".." + number_text(key.max);
}

std::string expected_text(const Key& key) {
  std::string text(key.form);
  if (!key.choices.empty()) return text + ": " + std::string(key.choices);
  if (std::isfinite(key.min) && std::isfinite(key.max)) {
    text += key.min == key.max ? " (" + number_text(key.min) + ")"
                               : " from " + number_text(key.min) + " to " + number_text(key.max);
  }
  if (!key.unit.empty()) text += " (" + std::string(key.unit) + ")";
  return text;
}

}  // namespace server
