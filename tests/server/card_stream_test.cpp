// Cards of kind stream: what they say beyond others, and what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/config/config.hpp"

namespace server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using OtherRate = models::StreamCard::OtherRate;

std::string with(const std::string& lines) { return "card: 1\nname: a\nkind: stream\nfile: a.ts\n" + lines; }

models::Card card(const std::string& lines) {
  auto result = parse_card(with(lines), "/models/a/card.yaml");
  EXPECT_TRUE(result) << result.error().message;
  return result ? *result : models::Card{};
}

std::string refusal(const std::string& text) {
  const auto result = parse_card(text, "a/card.yaml");
  return result ? "accepted" : result.error().message;
}

TEST(StreamCard, NeedsNothingThatTheFileSays) {
  const auto plain = card("");
  EXPECT_THAT(plain.methods, IsEmpty());
  EXPECT_EQ(plain.stream, models::StreamCard{});
}

TEST(StreamCard, SaysWhatTheFileDoesNot) {
  const auto full = card(
      "modelRate: 16000\nblock: 512\nlatency: 64\notherRate: refuse\nshape: [1, frames]\narguments: [16000, 0.5, "
      "fast]\n"
      "methods:\n  - {name: forward, form: [1, 1, 2, 512], call: run, element: 1}\n");
  EXPECT_EQ(full.stream.block, 512);
  EXPECT_EQ(full.stream.latency, 64);
  EXPECT_EQ(full.stream.other_rate, OtherRate::kRefuse);
  EXPECT_THAT(full.stream.shape, ElementsAre("1", "frames"));
  EXPECT_THAT(full.stream.arguments,
              ElementsAre(models::Value(16000), models::Value(0.5F), models::Value(std::string("fast"))));
  ASSERT_EQ(full.methods.size(), 1u);
  EXPECT_EQ(full.methods[0].answer, models::Answer::kStream);
  EXPECT_EQ(full.methods[0].call, "run");
  EXPECT_EQ(full.methods[0].form, (models::StreamForm{1, 1, 2, 512}));
  EXPECT_EQ(card("otherRate: warn\n").stream.other_rate, OtherRate::kWarn);
}

TEST(StreamCard, WhatIsWrongIsSaid) {
  EXPECT_THAT(refusal(with("methods: [{name: forward}]\n")), HasSubstr("methods[0].form is missing"));
  for (const std::string form : {"[1, 1, 1]", "[1, 0, 1, 1]", "1", "[1, 1, 1, a]"}) {
    EXPECT_THAT(refusal(with("methods: [{name: forward, form: " + form + "}]\n")),
                HasSubstr("four whole numbers above 0 (channels in, ratio in, channels out, ratio out)"))
        << form;
  }
  EXPECT_THAT(refusal(with("inputs: 2\n")), HasSubstr("inputs has no meaning for kind stream"));
  EXPECT_THAT(refusal(with("window: 2\n")), HasSubstr("window is for kind classifier"));
  EXPECT_THAT(refusal(with("shape: [samples]\n")), HasSubstr("one of: channels frames is expected"));
  EXPECT_THAT(refusal(with("methods: [{name: forward, inputs: 2, form: [1, 1, 1, 1]}]\n")),
              HasSubstr("methods[0].inputs has no meaning for kind stream"));
  const std::string params = "card: 1\nname: a\nkind: params\nfile: a.ts\ninputs: 2\noutputs: 2\n";
  EXPECT_THAT(refusal(params + "block: 64\n"), HasSubstr("block is for kind stream; this card is of kind params"));
}

}  // namespace
}  // namespace server
