// synths: what is read, and what is refused with which sentence.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "server/config/config.hpp"

namespace server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using namespace std::chrono_literals;
using Source = SynthControl::Source;

/// A melody, a model of another kind, and a synth with this body; it stands on line 8.
std::string synths(const std::string& body, const std::string& key = "/bells", const std::string& more = "") {
  return "models:\n"
         "  tune: {kind: melody, engine: fake, melody: {pitches: [48, 72], durations: [0.5, 1]}}\n"
         "  synth: {kind: params, engine: fake, inputs: 2, outputs: [pitch]}\n" +
         more + "# the synths\n# follow\n" + std::string(more.empty() ? "# here\n" : "") + "synths:\n  " + key + ": " +
         body + "\n";
}

std::string refusal(const std::string& text) {
  const auto result = parse_config(text, "a.yaml");
  return result ? "accepted" : result.error().message;
}

TEST(Synth, HasDefaultsForAllThatIsNotRequired) {
  const auto config = parse_config(synths("{model: tune, to: 57110, synth: bell}"), "a.yaml");
  ASSERT_TRUE(config) << config.error().message;
  ASSERT_EQ(config->synths.size(), 1U);
  const auto& synth = config->synths.front();
  EXPECT_EQ(synth.address, "/bells");
  EXPECT_EQ(synth.model, "tune");
  EXPECT_EQ(synth.to.host, "127.0.0.1");
  EXPECT_EQ(synth.to.port, 57110);
  EXPECT_EQ(synth.synth, "bell");
  EXPECT_THAT(synth.controls, ElementsAre(SynthControl{"freq", Source::kHz}, SynthControl{"amp", Source::kAmp}));
  EXPECT_EQ(synth.gate, "gate");
  EXPECT_EQ(synth.group, 0);
  EXPECT_EQ(synth.action, 0);
  EXPECT_EQ(synth.lookahead, 200ms);
  EXPECT_TRUE(synth.set.empty());
  EXPECT_FALSE(synth.autoplay);
}

TEST(Synth, EveryKeyArrives) {
  const auto config = parse_config(
      synths(
          "{model: tune, set: {seed: 3, tempo: 90.5, range: [50, 60], scale: minor}, to: \"[::1]:57120\", synth: bell,"
          " controls: {midinote: pitch, vel: velocity, sustain: seconds, voice: voice, pan: -0.5}, gate: \"\","
          " group: 1, action: after, lookahead_ms: 50, autoplay: true}"),
      "a.yaml");
  ASSERT_TRUE(config) << config.error().message;
  const auto& synth = config->synths.front();
  using Values = std::vector<models::Value>;
  using Set = std::pair<std::string, Values>;
  EXPECT_THAT(synth.set, ElementsAre(Set("seed", Values{3}), Set("tempo", Values{90.5F}), Set("range", Values{50, 60}),
                                     Set("scale", Values{std::string("minor")})));
  EXPECT_EQ(synth.to.host, "::1");
  EXPECT_THAT(synth.controls,
              ElementsAre(SynthControl{"midinote", Source::kPitch}, SynthControl{"vel", Source::kVelocity},
                          SynthControl{"sustain", Source::kSeconds}, SynthControl{"voice", Source::kVoice},
                          SynthControl{"pan", Source::kConstant, -0.5F}));
  EXPECT_EQ(synth.gate, "");
  EXPECT_EQ(synth.group, 1);
  EXPECT_EQ(synth.action, 3);
  EXPECT_EQ(synth.lookahead, 50ms);
  EXPECT_TRUE(synth.autoplay);
}

TEST(Synth, NoneAreFine) {
  EXPECT_EQ(refusal("synths:\n"), "accepted");
  EXPECT_THAT(refusal("synths: [a]\n"),
              HasSubstr("a.yaml:1: synths is a list; a map from address to synth is expected"));
}

struct Wrong {
  const char* body;
  const char* says;
};
class WrongSynth : public ::testing::TestWithParam<Wrong> {};
TEST_P(WrongSynth, IsRefusedWithLineAndReason) {
  const auto said = refusal(synths(GetParam().body));
  EXPECT_THAT(said, StartsWith("a.yaml:8: ")) << GetParam().body;
  EXPECT_THAT(said, HasSubstr(GetParam().says)) << GetParam().body;
}
INSTANTIATE_TEST_SUITE_P(
    Bodies, WrongSynth,
    ::testing::Values(
        Wrong{"", "synths./bells.model is missing"}, Wrong{"bell", "is 'bell'; a map of keys is expected"},
        Wrong{"{model: tone, to: 57110, synth: bell}", "which is no model of models; did you mean 'tune'?"},
        Wrong{"{model: synth, to: 57110, synth: bell}",
              "synths./bells.model is 'synth'; a model of kind melody (this one is of kind params) is expected"},
        Wrong{"{model: tune, synth: bell}", "synths./bells.to is missing"},
        Wrong{"{model: tune, to: 57110}", "synths./bells.synth is missing"},
        Wrong{"{model: tune, to: 57110, synth: \"\"}", "the name of a SynthDef is expected"},
        Wrong{"{model: tune, to: sender, synth: bell}", "the address of scsynth (127.0.0.1:57110) is expected"},
        Wrong{"{model: tune, to: 7770, synth: bell}", "a port of listen; choose another"},
        Wrong{"{model: tune, to: \"10.0.0.5:57110\", synth: bell}", "outside this machine; add '10.0.0.5' to allow"},
        Wrong{"{model: tune, to: localhost, synth: bell}", "names no port"},
        Wrong{"{model: tune, to: 57110, synth: bell, controls: [freq]}", "a map from control to value is expected"},
        Wrong{"{model: tune, to: 57110, synth: bell, controls: {freq: hertz}}",
              "synths./bells.controls.freq is 'hertz'; hz, pitch, velocity, amp, seconds, voice, or a number is "
              "expected"},
        Wrong{"{model: tune, to: 57110, synth: bell, controls: {freq: .inf}}", "or a number is expected"},
        Wrong{"{model: tune, to: 57110, synth: bell, controls: {\"a b\": 1}}", "is no name of a control"},
        Wrong{"{model: tune, to: 57110, synth: bell, action: replace}", "one of: head tail before after is expected"},
        Wrong{"{model: tune, to: 57110, synth: bell, group: -1}", "a whole number from 0 to 2147483647 is expected"},
        Wrong{"{model: tune, to: 57110, synth: bell, lookahead_ms: 0}",
              "a whole number from 10 to 10000 (milliseconds)"},
        Wrong{"{model: tune, to: 57110, synth: bell, autoplay: 1}", "true or false is expected"},
        Wrong{"{model: tune, to: 57110, synth: bell, set: {temprature: 1}}", "did you mean 'temperature'"},
        Wrong{"{model: tune, to: 57110, synth: bell, set: {tempo: 4000}}", "synths./bells.set.tempo: "},
        Wrong{"{model: tune, to: 57110, synth: bell, set: {range: [80, 90]}}", "holds none of the model's notes"},
        Wrong{"{model: tune, to: 57110, synth: bell, set: {seed: {}}}", "a value is expected"},
        Wrong{"{model: tune, to: 57110, synth: bell, sined: 1}", "unknown key 'sined' in synths./bells"}));

TEST(Synth, ItsAddressIsOneOfNobodyElse) {
  const char* good = "{model: tune, to: 57110, synth: bell}";
  for (const char* key : {"bells", "/", "/bells/", "\"/bells*\"", "/oscine/v1"}) {
    EXPECT_THAT(refusal(synths(good, key)), HasSubstr("is no address for a synth")) << key;
  }
  const std::string alias = "aliases: {/bells/stop: {model: synth, send: {pitch: /p}, to: 7771}}\n";
  EXPECT_THAT(refusal(synths(good, "/bells", alias)), HasSubstr("answers to /bells/stop, and so does an alias"));
  EXPECT_EQ(refusal(synths(good, "/bell", alias)), "accepted");
}

TEST(Synth, ThePageHasAConfigurationThatCanBePasted) {
  const auto page = std::string(OSCINE_SOURCE_DIR) + "/docs/supercollider.md";
  std::ifstream in(page);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const auto begin = text.find("```yaml\n");
  ASSERT_NE(begin, std::string::npos);
  const auto example = text.substr(begin + 8, text.find("```", begin + 8) - begin - 8);
  const auto config = parse_config(example, std::string(OSCINE_SOURCE_DIR) + "/config/scsynth.yaml");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->synths.size(), 1U);
  const auto file = read_config(std::string(OSCINE_SOURCE_DIR) + "/config/scsynth.yaml");
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->synths, config->synths) << "the file and the page say the same";
}

}  // namespace
}  // namespace server
