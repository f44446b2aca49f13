#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "base/time.hpp"
#include "protocol/message.hpp"
#include "protocol/packets.hpp"

namespace protocol {
namespace {

using packets::message;
using packets::real;
using packets::string;
using packets::text;
using packets::word;

constexpr float kMostFloat = std::numeric_limits<float>::max();

/// Any argument that we may send, with its own memory.
struct Sent {
  char type = 'i';
  std::int32_t integer = 0;
  float number = 0;
  std::string chars;
};

Sent any(std::mt19937& random) {
  Sent out{"ifsb" [random() % 4], 0, 0, {}};
  out.integer = std::uniform_int_distribution<std::int32_t>(-base::kWireMax, base::kWireMax)(random);
  out.number = std::uniform_real_distribution<float>(-1e6F, 1e6F)(random);
  const auto size = random() % 9;
  for (std::size_t i = 0; i < size; ++i) {
    out.chars += static_cast<char>(out.type == 's' ? 'a' + random() % 26 : random() % 256);
  }
  return out;
}

void put(Writer& to, const Sent& sent) {
  if (sent.type == 'i') to.integer(sent.integer);
  if (sent.type == 'f') to.number(static_cast<double>(sent.number));
  if (sent.type == 's') to.text(sent.chars);
  if (sent.type == 'b') to.blob(packets::bytes(sent.chars));
}

Argument expected(const Sent& sent) {
  if (sent.type == 'i') return sent.integer;
  if (sent.type == 'f') return sent.number;
  if (sent.type == 's') return std::string_view(sent.chars);
  return Blob{packets::bytes(sent.chars)};
}

void put(Writer& to, const Argument& argument) {
  if (const auto* i = std::get_if<std::int32_t>(&argument)) to.integer(*i);
  if (const auto* f = std::get_if<float>(&argument)) to.number(static_cast<double>(*f));
  if (const auto* s = std::get_if<std::string_view>(&argument)) to.text(*s);
  if (const auto* b = std::get_if<Blob>(&argument)) to.blob(b->bytes);
}

TEST(Writer, WritesTheBytesOfTheSpecification) {
  Writer w;
  EXPECT_EQ(string(w.begin("/oscillator/4/frequency").number(440).end()),
            message("/oscillator/4/frequency", "f", real(440)));
  EXPECT_EQ(string(w.begin("/foo").integer(1000).integer(-1).text("hello").number(1.234).number(5.678).end()),
            message("/foo", "iisff", word(1000) + word(0xffffffff) + text("hello") + real(1.234F) + real(5.678F)));
}

TEST(Writer, WritesAMessageWithoutArguments) {
  Writer w;
  EXPECT_EQ(string(w.begin("/a").end()), message("/a"));
}

TEST(Writer, KnowsTheSizeBeforeTheEnd) {
  Writer w;
  w.begin("/abc");
  EXPECT_EQ(w.size(), message("/abc").size());
  w.integer(1).text("four").blob(packets::bytes("12345"));
  const auto size = w.size();
  EXPECT_EQ(w.end().size(), size);
}

TEST(Writer, StartsAnewAtBegin) {
  Writer w;
  w.begin("/long/address").text("a long text that takes some room").integer(7).end();
  EXPECT_EQ(string(w.begin("/b").integer(1).end()), message("/b", "i", word(1)));
}

TEST(Writer, WritesManyNumbersAsOneByOne) {
  std::vector<float> values(5000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i) * 0.25F;
  Writer one, many;
  one.begin("/f");
  for (const float value : values) one.number(static_cast<double>(value));
  EXPECT_EQ(string(many.begin("/f").numbers(values).end()), string(one.end()));
}

// The numbers that the page gives for a UDP message of 1472 bytes.
TEST(Writer, FillsADatagramWith285FloatsOr352SamplesOfABlob) {
  Writer w;
  w.begin("/oscine/v1/frames").integer(1).integer(1).integer(0).integer(0).integer(1);
  EXPECT_EQ(w.numbers(std::vector<float>(285)).size(), 1472U);
  w.begin("/oscine/v1/audio").integer(1).integer(1).integer(0).integer(0).integer(1).text("f32le");
  EXPECT_EQ(w.blob(packets::bytes(std::string(352 * 4, 'x'))).size(), 1472U);
}

// oscpack keeps the tags of a message on the stack: messages of more than 64 arguments are packed without it.
TEST(Writer, WritesAMillionArgumentsLikeAFew) {
  const std::vector<float> values(1 << 20, 0.25F);
  std::string data = word(7) + text("abc") + word(3) + std::string("xyz\0", 4);
  for (std::size_t i = 0; i < values.size(); ++i) data += real(0.25F);
  Writer w;
  w.begin("/many").integer(7).text("abc").blob(packets::bytes("xyz")).numbers(values);
  EXPECT_EQ(string(w.end()), message("/many", "isb" + std::string(values.size(), 'f'), data));
}

TEST(Writer, WritesTheSameOnBothSidesOfThatBorder) {
  for (std::size_t count = 60; count <= 70; ++count) {
    const std::vector<float> values(count, -2.0F);
    std::string data;
    for (std::size_t i = 0; i < count; ++i) data += real(-2.0F);
    Writer w;
    EXPECT_EQ(string(w.begin("/some").numbers(values).text("end").end()),
              message("/some", std::string(count, 'f') + 's', data + text("end")));
  }
}

TEST(Writer, EndsATextAtAZeroByte) {
  Writer w;
  EXPECT_EQ(string(w.begin("/s").text(std::string_view("ab\0cd", 5)).end()), message("/s", "s", text("ab")));
}

TEST(Writer, WritesARangeWithoutEndAsTheLargestFloat) {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  Writer w;
  EXPECT_EQ(string(w.begin("/f").number(-kInfinite).number(kInfinite).number(1e300).end()),
            message("/f", "fff", real(-kMostFloat) + real(kMostFloat) + real(kMostFloat)));
}

#ifdef NDEBUG
TEST(Writer, HoldsABrokenPromiseAtTheLimitInARelease) {
  Writer w;
  EXPECT_EQ(string(w.begin("/i").integer(1LL << 40).end()), message("/i", "i", word(1 << 24)));
}
#else
TEST(WriterDeathTest, StopsAtAnIntegerThatNoFloatHostCanRead) {
  Writer w;
  EXPECT_DEATH(w.begin("/i").integer((1 << 24) + 1), "float32 host");
}
#endif

TEST(Writer, WhatItWritesIsReadBackTheSame) {
  for (unsigned seed = 0; seed < 2000; ++seed) {
    std::mt19937 random(seed);
    std::vector<Sent> sent(random() % 12);
    for (auto& one : sent) one = any(random);
    Writer w;
    w.begin("/oscine/v1/x");
    for (const auto& one : sent) put(w, one);
    const auto packet = string(w.end());
    Malformed why;
    ASSERT_TRUE(validate(packets::bytes(packet), {}, why)) << why.reason << ", seed " << seed;
    const auto kept = packets::read(packets::bytes(packet));
    ASSERT_EQ(kept.size(), 1U);
    ASSERT_EQ(kept[0].arguments.size(), sent.size()) << "seed " << seed;
    Writer again;
    again.begin(kept[0].address);
    for (std::size_t i = 0; i < sent.size(); ++i) {
      EXPECT_EQ(kept[0].arguments[i], expected(sent[i])) << "seed " << seed;
      put(again, kept[0].arguments[i]);
    }
    EXPECT_EQ(string(again.end()), packet) << "seed " << seed;
  }
}

}  // namespace
}  // namespace protocol
