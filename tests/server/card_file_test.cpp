#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "server/config/config.hpp"
#include "server/folder.hpp"

namespace server {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kFull = R"(card: 1
name: synth-params
kind: params
engine: torch
file: synth-params.ts
sha256: 9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08
state: session
modelRate: 44100.5
about: "One sentence."
licence: MIT
authors: [oscine, somebody]
links: https://example.org
inputs:
  - {name: x, unit: "", min: 0, max: 1, default: 0.5}
  - y
outputs:
  - {name: pitch, unit: midi, min: 24, max: 96}
  - {name: filter, unit: Hz, min: 40, max: 12000}
attributes:
  - {name: temperature, types: f, min: 0, max: 2, default: 1}
  - {name: mode, types: isf, default: [3, fast, 0.25]}
labels: [kick, snare, 808, no]
options: {does: echo, ms: 5}
measured: {anything: [at, {all: 1}], date: 2024-01-01}
)";

constexpr const char* kSmall = "card: 1\nname: a\nkind: params\nfile: a.ts\ninputs: 2\noutputs: [pitch]\n";

models::Card card(const std::string& text) {
  auto result = parse_card(text, "/models/a/card.yaml");
  EXPECT_TRUE(result) << result.error().message;
  return result ? *result : models::Card{};
}

std::string refusal(const std::string& text) {
  const auto result = parse_card(text, "a/card.yaml");
  if (result) return "accepted";
  EXPECT_EQ(result.error().code, base::ErrorCode::kMalformed);
  EXPECT_EQ(result.error().message.find('\n'), std::string::npos) << result.error().message;
  return result.error().message;
}

/// kSmall with one line more, or with a line replaced.
std::string with(const std::string& line) { return kSmall + line + "\n"; }
std::string with(const std::string& old_text, const std::string& new_text) {
  std::string text = kSmall;
  text.replace(text.find(old_text), old_text.size(), new_text);
  return text;
}

TEST(CardFile, EveryKeyArrives) {
  const auto full = card(kFull);
  EXPECT_EQ(full.name, "synth-params");
  EXPECT_EQ(full.kind, "params");
  EXPECT_EQ(full.engine, "torch");
  EXPECT_EQ(full.file, "/models/a/synth-params.ts");
  EXPECT_EQ(full.sha256, "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");
  EXPECT_TRUE(full.state);
  EXPECT_DOUBLE_EQ(full.model_rate, 44100.5);
  EXPECT_EQ(full.about, "One sentence.");
  EXPECT_EQ(full.licence, "MIT");
  EXPECT_EQ(full.authors, (std::vector<std::string>{"oscine", "somebody"}));
  EXPECT_EQ(full.links, (std::vector<std::string>{"https://example.org"}));
  EXPECT_EQ(full.labels, (std::vector<std::string>{"kick", "snare", "808", "no"}));
  EXPECT_EQ(full.options, (std::vector<std::pair<std::string, std::string>>{{"does", "echo"}, {"ms", "5"}}));
}

TEST(CardFile, PortsKeepNameUnitRangeAndDefault) {
  const auto full = card(kFull);
  ASSERT_EQ(full.methods.size(), 1u);
  const auto& method = full.methods[0];
  EXPECT_EQ(method.name, "forward");
  ASSERT_EQ(method.inputs.size(), 2u);
  EXPECT_EQ(method.inputs[0].name, "x");
  EXPECT_EQ(method.inputs[0].max, 1);
  EXPECT_EQ(method.inputs[0].initial, 0.5f);
  EXPECT_EQ(method.inputs[1].name, "y");
  EXPECT_TRUE(std::isinf(method.inputs[1].min) && method.inputs[1].min < 0);
  ASSERT_EQ(method.outputs.size(), 2u);
  EXPECT_EQ(method.outputs[1].unit, "Hz");
  EXPECT_EQ(method.outputs[1].min, 40);
}

TEST(CardFile, AttributesKeepTypesRangeAndDefault) {
  const auto full = card(kFull);
  ASSERT_EQ(full.attributes.size(), 2u);
  EXPECT_EQ(full.attributes[0].name, "temperature");
  EXPECT_EQ(full.attributes[0].max, 2);
  EXPECT_EQ(full.attributes[0].initial, (std::vector<models::Value>{1.0f}));
  EXPECT_EQ(full.attributes[1].types, "isf");
  EXPECT_EQ(full.attributes[1].initial, (std::vector<models::Value>{std::int32_t{3}, std::string("fast"), 0.25f}));
}

TEST(CardFile, WhatIsLeftOutHasItsDefault) {
  const auto small = card(kSmall);
  EXPECT_EQ(small.engine, "torch");
  EXPECT_FALSE(small.state);
  EXPECT_EQ(small.model_rate, 0);
  EXPECT_EQ(small.sha256, "");
  EXPECT_TRUE(small.attributes.empty());
}

TEST(CardFile, ACountOfPortsNamesThemByTheirPlace) {
  const auto ports = card(with("inputs: 2", "inputs: 4")).methods[0].inputs;
  ASSERT_EQ(ports.size(), 4u);
  EXPECT_EQ(ports[0].name, "0");
  EXPECT_EQ(ports[3].name, "3");
}

TEST(CardFile, ADefaultOutsideItsRangeIsMovedIntoItOnlyWhereNoneWasWritten) {
  EXPECT_EQ(card(with("inputs: 2", "inputs: [{name: f, min: 40, max: 80}]")).methods[0].inputs[0].initial, 40);
  EXPECT_THAT(refusal(with("inputs: 2", "inputs: [{name: f, min: 40, max: 80, default: 0}]")),
              HasSubstr("inputs[0].default is '0'; a number between min and max is expected"));
}

TEST(CardFile, SeveralMethodsStandInAListAndTheFirstIsTheDefault) {
  const auto two = card(
      "card: 1\nname: a\nkind: params\nengine: fake\nmethods:\n"
      "  - {name: encode, inputs: 1, outputs: 2}\n  - {name: decode, inputs: 2, outputs: 1}\n");
  ASSERT_EQ(two.methods.size(), 2u);
  EXPECT_EQ(two.methods[0].name, "encode");
  EXPECT_EQ(two.methods[1].inputs.size(), 2u);
}

TEST(CardFile, TheFakeEngineNeedsNoFile) {
  EXPECT_TRUE(card("card: 1\nname: a\nkind: params\nengine: fake\ninputs: 1\noutputs: 1\n").file.empty());
}

TEST(CardFile, ARequiredKeyThatIsMissingIsNamed) {
  EXPECT_EQ(refusal(with("card: 1\n", "")), "a/card.yaml:1: card is missing; a whole number (1) is expected");
  EXPECT_THAT(refusal(with("name: a\n", "")), HasSubstr("name is missing"));
  EXPECT_THAT(refusal(with("kind: params\n", "")), HasSubstr("kind is missing"));
  EXPECT_THAT(refusal(with("file: a.ts\n", "")), HasSubstr("file is missing"));
  EXPECT_THAT(refusal(with("inputs: 2\n", "")), HasSubstr("inputs is missing"));
  EXPECT_THAT(refusal(""), HasSubstr("card is missing"));
}

TEST(CardFile, AnUnknownKeyGetsTheNearest) {
  EXPECT_EQ(refusal(with("ouputs: 3")), "a/card.yaml:7: unknown key 'ouputs'; did you mean 'outputs'?");
  EXPECT_EQ(refusal(with("license: MIT")), "a/card.yaml:7: unknown key 'license'; did you mean 'licence'?");
  EXPECT_THAT(refusal(with("inputs: 2", "inputs: [{name: x, defualt: 1}]")),
              HasSubstr("card.yaml:5: unknown key 'defualt' in inputs[0]; did you mean 'default'?"));
  EXPECT_THAT(refusal(with("[pitch]", "[{name: x, default: 1}]")), HasSubstr("unknown key 'default' in outputs[0]"));
}

struct Wrong {
  const char* line;
  const char* says;
  friend std::ostream& operator<<(std::ostream& out, const Wrong& wrong) { return out << wrong.line; }
};
class WrongCard : public ::testing::TestWithParam<Wrong> {};
TEST_P(WrongCard, IsRefusedWithLineKeyAndExpectation) {
  const std::string said = refusal(with(GetParam().line));
  EXPECT_THAT(said, StartsWith("a/card.yaml:7: ")) << GetParam().line;
  EXPECT_THAT(said, HasSubstr(GetParam().says)) << GetParam().line;
}
INSTANTIATE_TEST_SUITE_P(
    Lines, WrongCard,
    ::testing::Values(Wrong{"engine: onnx", "engine is 'onnx'; one of: torch fake is expected"},
                      Wrong{"state: yes", "state is 'yes'; one of: none session"},
                      Wrong{"modelRate: -1", "modelRate is '-1'; a number from 0 to 1000000 (frames per second)"},
                      Wrong{"modelRate: \"5\"", "modelRate is the text '5' in quotes"},
                      Wrong{"modelRate: .nan", "modelRate is '.nan'"}, Wrong{"modelRate: 1,5", "modelRate is '1,5'"},
                      Wrong{"modelRate: 0x10", "modelRate is '0x10'"},
                      Wrong{"sha256: 9f", "sha256 is '9f'; 64 hex digits"},
                      Wrong{"about: [a]", "about is a list; a text is expected"}, Wrong{"about:", "about is empty"},
                      Wrong{"authors: {a: b}", "authors is a map"}, Wrong{"labels: [a, [b]]", "labels[1] is a list"},
                      Wrong{"labels: [\"\"]", "labels[0] is an empty text"},
                      Wrong{"attributes: [{name: t, types: x}]", "one letter (i f s) for each element"},
                      Wrong{"attributes: [{name: t, types: \"\"}]", "one letter (i f s)"},
                      Wrong{"attributes: [{name: t, types: s, max: 1}]", "max has no meaning for texts"},
                      Wrong{"attributes: [{name: t, types: ff, default: 1}]", "has 1 values; 2 are expected"},
                      Wrong{"attributes: [{name: t, types: i, default: 1.5}]", "a whole number within"},
                      Wrong{"attributes: [{name: t, types: i, default: 16777217}]", "a whole number within"},
                      Wrong{"attributes: [{name: t, max: 2, default: 3}]",
                            "default is '3'; a number between min and max"},
                      Wrong{"attributes: [{name: t, min: 2, max: 2}]", "attributes[0].max is '2'; a max above the min"},
                      Wrong{"attributes: [{name: t}, {name: t}]", "attributes[1] has the name 't' a second time"},
                      Wrong{"attributes: {name: t}", "attributes is a map"}, Wrong{"options: [a]", "options is a list"},
                      Wrong{"options: {a: [b]}", "options.a is a list; a text"}));

TEST(CardFile, NamesAreChecked) {
  EXPECT_THAT(refusal(with("name: a", "name: My Model")), HasSubstr("name is 'My Model'; a name of a-z 0-9 . _ -"));
  EXPECT_THAT(refusal(with("name: a", "name: \"\"")), HasSubstr("name is ''"));
  EXPECT_THAT(refusal(with("name: a", "name: " + std::string(65, 'a'))), HasSubstr("1..64 bytes"));
  EXPECT_EQ(card(with("name: a", "name: " + std::string(64, 'a'))).name.size(), 64u);
  EXPECT_THAT(refusal(with("[pitch]", "[a b]")), HasSubstr("a name without spaces"));
  EXPECT_THAT(refusal(with("[pitch]", "[a, a]")), HasSubstr("outputs[1] has the name 'a' a second time"));
}

TEST(CardFile, AnUnknownKindNamesThoseThereAre) {
  EXPECT_EQ(refusal(with("kind: params", "kind: parms")), "a/card.yaml:3: kind is 'parms'; did you mean 'params'?");
  EXPECT_THAT(refusal(with("kind: params", "kind: teapot")),
              HasSubstr("kind is 'teapot'; there are: params, classifier"));
}

TEST(CardFile, AnotherFormatOfCardIsRefused) {
  EXPECT_EQ(refusal(with("card: 1", "card: 2")), "a/card.yaml:1: card is '2'; a whole number (1) is expected");
}

TEST(CardFile, PortCountsAreLimited) {
  for (const char* ports : {"0", "4097", "-1", "1.5", "\"2\"", "[]", "{x: 1}", ""}) {
    EXPECT_THAT(refusal(with("inputs: 2", std::string("inputs: ") + ports)), HasSubstr("card.yaml:5: inputs")) << ports;
  }
  EXPECT_EQ(card(with("inputs: 2", "inputs: 4096")).methods[0].inputs.size(), 4096u);
}

TEST(CardFile, APortsRangeHasToHaveSomethingInIt) {
  EXPECT_THAT(refusal(with("[pitch]", "[{name: p, min: 5, max: 1}]")), HasSubstr("outputs[0].max is '1'; a max above"));
  EXPECT_THAT(refusal(with("[pitch]", "[{name: p, min: .inf}]")), HasSubstr("a max above the min"));
  EXPECT_THAT(refusal(with("[pitch]", "[{name: p, max: 1e39}]")), HasSubstr("outputs[0].max is '1e39'; a number"));
  EXPECT_THAT(refusal(with("inputs: 2", "inputs: [{name: x, default: .inf}]")), HasSubstr("between min and max"));
  EXPECT_EQ(card(with("[pitch]", "[{name: p, min: -.inf, max: .inf}]")).methods[0].outputs.size(), 1u);
}

TEST(CardFile, MethodsAndInputsDoNotStandTogether) {
  EXPECT_THAT(refusal(with("methods: [{name: f, inputs: 1, outputs: 1}]")), HasSubstr("inputs stands beside methods"));
}

TEST(CardFile, MethodNamesAreIdentifiersAndComeOnce) {
  const std::string head = "card: 1\nname: a\nkind: params\nengine: fake\nmethods:\n";
  EXPECT_THAT(refusal(head + "  - {name: a-b, inputs: 1, outputs: 1}\n"), HasSubstr("a method's name"));
  EXPECT_THAT(refusal(head + "  - {name: f, inputs: 1, outputs: 1}\n  - {name: f, inputs: 1, outputs: 1}\n"),
              HasSubstr("card.yaml:7: methods[1] is a second method 'f'"));
  EXPECT_THAT(refusal(head + "  - {name: f, inputs: 1}\n"), HasSubstr("methods[0].outputs is missing"));
}

TEST(CardFile, AMissingModelFileIsNotTheCardsFault) {
  const support::Folder folder;
  EXPECT_TRUE(read_card(folder.write("card.yaml", kSmall)));
}

TEST(CardFile, AMissingCardOrAFolderIsOneSentence) {
  const support::Folder folder;
  EXPECT_THAT(read_card(folder.path() / "none.yaml").error().message, EndsWith("none.yaml: there is no such file"));
  EXPECT_THAT(read_card(folder.path()).error().message, HasSubstr("this is no file"));
  EXPECT_THAT(read_card("/dev/zero").error().message, HasSubstr("this is no file"));
}

TEST(CardFile, OfOursIsReadAsItStands) {
  const auto ours = read_card(std::string(OSCINE_SOURCE_DIR) + "/models/zoo/synth-params/card.yaml");
  ASSERT_TRUE(ours) << ours.error().message;
  EXPECT_EQ(ours->name, "synth-params");
  EXPECT_EQ(ours->methods.at(0).inputs.size(), 2u);
}

}  // namespace
}  // namespace server
