#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>

#include "protocol/packets.hpp"
#include "protocol/schema.hpp"

namespace protocol {
namespace {

using packets::message;
using packets::real;
using packets::text;
using packets::word;

/// Decodes one message of ours, and keeps what it looks into.
struct Decoded {
  Decoded(std::string_view address, std::string_view tags, const std::string& data)
      : packet(message(std::string(kPrefix) + std::string(address), tags, data)) {
    Malformed why;
    EXPECT_TRUE(validate(packets::bytes(packet), {}, why)) << why.reason;
    kept = packets::read(packets::bytes(packet)).at(0);
    status = decode(*find(kept.address), kept.view(), arguments);
  }
  std::string error() const { return status ? "" : status.error().message; }

  std::string packet;
  packets::Kept kept;
  Arguments arguments;
  base::Status status;
};

std::string wide(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  return word(static_cast<std::uint32_t>(bits >> 32)) + word(static_cast<std::uint32_t>(bits));
}

std::string twice(double value) { return wide(std::bit_cast<std::int64_t>(value)); }

TEST(Decode, GivesEachArgumentInItsDeclaredType) {
  const Decoded hello("/hello", "iis", word(7) + word(7771) + text("max"));
  ASSERT_TRUE(hello.status) << hello.error();
  EXPECT_EQ(hello.arguments.size(), 3U);
  EXPECT_EQ(hello.arguments.integer(0), 7);
  EXPECT_EQ(hello.arguments.integer(1), 7771);
  EXPECT_EQ(hello.arguments.text(2), "max");
}

TEST(Decode, TakesAllNumbersOfPdAsFloats) {
  const Decoded run("/run", "ffffff", real(7) + real(4711) + real(-1) + real(65535) + real(0.5F) + real(2));
  ASSERT_TRUE(run.status) << run.error();
  EXPECT_EQ(run.arguments.integer(0), 7);
  EXPECT_EQ(run.arguments.position(2).units, -1);
  EXPECT_EQ(run.arguments.from(4).size(), 2U);
  EXPECT_EQ(run.arguments.number(5), 2.0F);
}

TEST(Decode, TakesWholeFloatsOfMaxAsIntegers) {
  const Decoded open("/open", "issis", word(1) + text("m") + text("") + word(48000) + text("samples"));
  ASSERT_TRUE(open.status) << open.error();
  EXPECT_EQ(open.arguments.number(3), 48000.0F);
  EXPECT_FALSE(open.arguments.has(5));
}

TEST(Decode, TakesWideTypesWhereTheValueFits) {
  const Decoded enable("/enable", "hdT", wide(7) + twice(4711));
  ASSERT_TRUE(enable.status) << enable.error();
  EXPECT_EQ(enable.arguments.integer(0), 7);
  EXPECT_EQ(enable.arguments.integer(1), 4711);
  EXPECT_EQ(enable.arguments.integer(2), 1);
  const Decoded ask("/ask", "isdhF", word(1) + text("m") + twice(0.1) + wide(3));
  ASSERT_TRUE(ask.status) << ask.error();
  EXPECT_EQ(ask.arguments.number(2), 0.1F);
  EXPECT_EQ(ask.arguments.number(3), 3.0F);
  EXPECT_EQ(ask.arguments.number(4), 0.0F);
}

TEST(Decode, KeepsTheTypeOfAValueThatMayBeAny) {
  const Decoded set("/set", "iisifsTd", word(1) + word(2) + text("a") + word(3) + real(0.5F) + text("x") + twice(2.5));
  ASSERT_TRUE(set.status) << set.error();
  EXPECT_EQ(std::get<std::int32_t>(set.arguments.value(3)), 3);
  EXPECT_EQ(std::get<float>(set.arguments.value(4)), 0.5F);
  EXPECT_EQ(std::get<std::string_view>(set.arguments.value(5)), "x");
  EXPECT_EQ(std::get<std::int32_t>(set.arguments.value(6)), 1);
  EXPECT_EQ(std::get<float>(set.arguments.value(7)), 2.5F);
}

TEST(Decode, TakesSamplesAsFloatsOrAsABlob) {
  const auto head = word(1) + word(2) + text("name") + word(0);
  const Decoded floats("/buffer/data", "iisiff", head + real(0.5F) + real(1));
  ASSERT_TRUE(floats.status) << floats.error();
  EXPECT_EQ(floats.arguments.from(4).size(), 2U);
  const Decoded blob("/buffer/data", "iisib", head + word(4) + real(0.5F));
  ASSERT_TRUE(blob.status) << blob.error();
  EXPECT_EQ(blob.arguments.blob(4).bytes.size(), 4U);
}

TEST(Decode, IgnoresUnknownTrailingArgumentsOfAFixedMessage) {
  const Decoded bye("/bye", "isN", word(1) + text("from a newer client"));
  EXPECT_TRUE(bye.status) << bye.error();
  EXPECT_EQ(bye.arguments.size(), 1U);
}

TEST(Decode, LetsOptionalOnesBeLeftOut) {
  const Decoded short_one("/attach", "iii", word(1) + word(2) + word(3));
  EXPECT_FALSE(short_one.arguments.has(3));
  EXPECT_EQ(short_one.arguments.integer(3), 0);
  EXPECT_TRUE(short_one.arguments.from(4).empty());
  EXPECT_EQ(Decoded("/attach", "iiii", word(1) + word(2) + word(3) + word(1)).arguments.integer(3), 1);
}

TEST(Decode, TakesNoValuesAtAllWhereManyMayCome) { EXPECT_TRUE(Decoded("/ask", "is", word(1) + text("m")).status); }

TEST(Decode, ForgetsTheMessageBefore) {
  Decoded hello("/hello", "iis", word(7) + word(7771) + text("max"));
  const auto packet = message("/oscine/v1/bye", "i", word(3));
  const auto bye = packets::read(packets::bytes(packet)).at(0);
  ASSERT_TRUE(decode(*find("/oscine/v1/bye"), bye.view(), hello.arguments));
  EXPECT_EQ(hello.arguments.size(), 1U);
}

struct Wrong {
  const char* address;
  const char* tags;
  std::string data;
  const char* sentence;
};

const Wrong kWrong[] = {
    {"/hello", "iss", word(1) + text("x") + text("max"),
     "argument 2 (replyPort) is a text; a whole number is expected"},
    {"/hello", "iis", word(1) + word(70000) + text("max"), "argument 2 (replyPort) is 70000; 0 to 65535 is expected"},
    {"/hello", "ifs", word(1) + real(0.5F) + text("max"), "argument 2 (replyPort) is 0.5; a whole number is expected"},
    {"/hello", "ii", word(1) + word(0), "2 arguments came; /oscine/v1/hello takes 3 or 4: id, replyPort, name, [key]"},
    {"/hello", "iii", word(1) + word(0) + word(5), "argument 3 (name) is an integer; a text is expected"},
    {"/bye", "", "", "no arguments came; /oscine/v1/bye takes 1: id"},
    {"/bye", "i", word(16777217), "argument 1 (id) is 16777217; -16777216 to 16777216 is expected"},
    {"/bye", "f", real(2e7F), "argument 1 (id) is 20000000; -16777216 to 16777216 is expected"},
    {"/bye", "h", wide(-9000000000), "argument 1 (id) is -9000000000; -16777216 to 16777216 is expected"},
    {"/bye", "t", wide(1), "argument 1 (id) is a time tag; a whole number is expected"},
    {"/bye", "N", "", "argument 1 (id) is a nil; a whole number is expected"},
    {"/bye", "[i]", word(1), "argument 1 (id) is an array bracket; a whole number is expected"},
    {"/open", "isss", word(1) + text("m") + text("") + text("48000"),
     "argument 4 (unitsPerSecond) is a text; a number is expected"},
    {"/open", "issfs", word(1) + text("m") + text("") + real(0) + text("samples"),
     "argument 4 (unitsPerSecond) is 0; 0.001 to 768000 is expected"},
    {"/open", "iss", word(1) + text("m") + text(""),
     "3 arguments came; /oscine/v1/open takes 5 or 6: id, model, method, unitsPerSecond, unit, [ticksPerBeat]"},
    {"/open", "issfsi", word(1) + text("m") + text("") + real(960) + text("ticks") + word(0),
     "argument 6 (ticksPerBeat) is 0; 1 to 65535 is expected"},
    {"/run", "iiii", word(1) + word(2) + word(3) + word(65536), "argument 4 (lo) is 65536; 0 to 65535 is expected"},
    {"/run", "iiiifs", word(1) + word(2) + word(3) + word(4) + real(1) + text("x"),
     "argument 6 (values) is a text; a number is expected"},
    {"/run", "ii", word(1) + word(2),
     "2 arguments came; /oscine/v1/run takes 4 or more: id, session, hi, lo, values..."},
    {"/ask", "isd", word(1) + text("m") + twice(1e300),
     "argument 3 (values) is 1e+300; a number that a float can hold is expected"},
    {"/set", "iisb", word(1) + word(2) + text("a") + word(0),
     "argument 4 (values) is a blob; a number or a text is expected"},
    {"/mtu", "iii", word(1) + word(0) + word(511), "argument 3 (bytes) is 511; 512 to 8192 is expected"},
    {"/expire", "iii", word(1) + word(2) + word(60001), "argument 3 (ms) is 60001; 0 to 60000 is expected"},
    {"/audio", "iiiiiss", word(1) + word(1) + word(0) + word(0) + word(1) + text("f32le") + text("x"),
     "argument 7 (data) is a text; a blob is expected"},
};

TEST(Decode, RefusesWithOneSentence) {
  for (const Wrong& wrong : kWrong) {
    const Decoded decoded(wrong.address, wrong.tags, wrong.data);
    ASSERT_FALSE(decoded.status) << wrong.sentence;
    EXPECT_EQ(decoded.status.error().code, base::ErrorCode::kMalformed);
    EXPECT_EQ(decoded.error(), wrong.sentence);
  }
}

/// Aliases have no row: names in order, one number each.
std::string numbers(std::string_view tags, const std::string& data, std::vector<float>& out) {
  const std::vector<std::string> names{"x", "y"};
  const auto packet = message("/synth/update", tags, data);
  const auto kept = packets::read(packets::bytes(packet)).at(0);
  const auto status = decode_numbers(names, kept.arguments, out);
  return status ? "" : status.error().message;
}

TEST(DecodeNumbers, TakesOneNumberForEachName) {
  std::vector<float> out;
  EXPECT_EQ(numbers("ff", real(0.4F) + real(0.7F), out), "");
  EXPECT_THAT(out, testing::ElementsAre(0.4F, 0.7F));
  EXPECT_EQ(numbers("id", word(1) + twice(0.25), out), "");
  EXPECT_THAT(out, testing::ElementsAre(1.0F, 0.25F));
}

TEST(DecodeNumbers, NamesWhatIsWrong) {
  std::vector<float> out;
  EXPECT_EQ(numbers("f", real(1), out), "1 argument came; 2 are expected: x, y");
  EXPECT_EQ(numbers("fff", real(1) + real(2) + real(3), out), "3 arguments came; 2 are expected: x, y");
  EXPECT_EQ(numbers("fs", real(1) + text("loud"), out), "argument 2 (y) is a text; a number is expected");
}

std::optional<std::int32_t> id(std::string_view tags, const std::string& data) {
  const auto packet = message("/a", tags, data);
  return id_of(packets::read(packets::bytes(packet)).at(0).view());
}

TEST(IdOf, IsTheFirstArgumentWhereItIsAWholeNumberThatEveryHostReads) {
  EXPECT_EQ(id("is", word(7) + text("x")), 7);
  EXPECT_EQ(id("f", real(7)), 7);
  EXPECT_EQ(id("h", wide(7)), 7);
  EXPECT_EQ(id("i", word(16777216)), 16777216);
  EXPECT_EQ(id("i", word(16777217)), std::nullopt);
  EXPECT_EQ(id("f", real(7.5F)), std::nullopt);
  EXPECT_EQ(id("s", text("7")), std::nullopt);
  EXPECT_EQ(id("T", ""), std::nullopt);
  EXPECT_EQ(id("", ""), std::nullopt);
}

}  // namespace
}  // namespace protocol
