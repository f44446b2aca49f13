#include "protocol/framing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "protocol/packets.hpp"

namespace protocol {
namespace {

using packets::bundle;
using packets::bytes;
using packets::message;
using packets::string;
using packets::word;
using testing::ElementsAre;
using testing::HasSubstr;

/// Collects what a stream holds.
struct Stream {
  explicit Stream(std::size_t max_bytes = 65535) : decoder(max_bytes) {}
  base::Status feed(std::string_view piece) {
    return decoder.feed(bytes(piece), [this](Bytes packet) { packets.push_back(string(packet)); });
  }
  StreamDecoder decoder;
  std::vector<std::string> packets;
};

/// Texts full of the four bytes that SLIP treats in a special way.
std::vector<std::string> awkward() {
  return {message("/a", "i", word(0xc0dbdcdd)), bundle({message("/b", "i", word(0xdbdbc0c0))}), message("/c")};
}

std::string framed(Framing framing, const std::vector<std::string>& packets) {
  std::vector<std::byte> out;
  for (const auto& packet : packets) frame(framing, bytes(packet), out);
  return string(out);
}

class Framings : public testing::TestWithParam<Framing> {};

TEST_P(Framings, GiveBackWhatWasFramedWhereverTheStreamIsSplit) {
  const auto stream = framed(GetParam(), awkward());
  for (std::size_t split = 0; split <= stream.size(); ++split) {
    Stream there;
    ASSERT_TRUE(there.feed(std::string_view(stream).substr(0, split)));
    ASSERT_TRUE(there.feed(std::string_view(stream).substr(split)));
    EXPECT_EQ(there.packets, awkward()) << split;
    EXPECT_EQ(there.decoder.pending(), 0U);
  }
}

TEST_P(Framings, GiveBackWhatWasFramedByteByByte) {
  const auto stream = framed(GetParam(), awkward());
  Stream there;
  for (const char c : stream) ASSERT_TRUE(there.feed({&c, 1}));
  EXPECT_EQ(there.packets, awkward());
  EXPECT_EQ(there.decoder.framing(), GetParam());
}

TEST_P(Framings, TakeAFrameOfTheLargestSizeAndRefuseOneByteMore) {
  const std::string most(40, 'x');
  Stream there(40);
  EXPECT_TRUE(there.feed(framed(GetParam(), {most})));
  EXPECT_THAT(there.packets, ElementsAre(most));
  const auto status = there.feed(framed(GetParam(), {most + 'x'}));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, base::ErrorCode::kTooLarge);
  EXPECT_THAT(status.error().message, HasSubstr("40 bytes"));
}

TEST_P(Framings, PassOverEmptyFrames) {
  Stream there;
  ASSERT_TRUE(there.feed(framed(GetParam(), {"", "", "/a\0\0", ""})));
  EXPECT_EQ(there.packets.size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Both, Framings, testing::Values(Framing::kLength, Framing::kSlip),
                         [](const auto& param) { return param.param == Framing::kSlip ? "Slip" : "Length"; });

TEST(StreamDecoder, ReadsNothingMoreAfterAFailure) {
  Stream there(16);
  ASSERT_FALSE(there.feed(word(17)));
  const auto status = there.feed(framed(Framing::kLength, {message("/a")}));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, base::ErrorCode::kTooLarge);
  EXPECT_TRUE(there.packets.empty());
}

TEST(StreamDecoder, FailsAtTheLengthBeforeAnythingElseArrives) {
  Stream there(65535);
  ASSERT_TRUE(there.feed(std::string_view("\0", 1)));
  ASSERT_TRUE(there.feed("\xff\xff"));
  EXPECT_FALSE(there.feed("\xff"));
  EXPECT_LE(there.decoder.pending(), 4U);
}

TEST(StreamDecoder, HoldsNoMoreThanWhatArrived) {
  Stream there(1 << 20);
  ASSERT_TRUE(there.feed(word(1 << 20)));
  ASSERT_TRUE(there.feed("/abc"));
  EXPECT_EQ(there.decoder.pending(), 8U);
}

TEST(StreamDecoder, RecognisesSlipWithoutALeadingEnd) {
  for (const auto& packet : {message("/a"), bundle({})}) {
    Stream there;
    ASSERT_TRUE(there.feed(packet + '\xc0'));
    EXPECT_THAT(there.packets, ElementsAre(packet));
  }
}

TEST(StreamDecoder, RefusesWhatStartsAsNeither) {
  Stream there;
  const auto status = there.feed("GET / HTTP/1.1\r\n");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, base::ErrorCode::kMalformed);
}

TEST(StreamDecoder, RefusesAnEscapeOfNoKnownByte) {
  Stream unknown, ended;
  EXPECT_FALSE(
      unknown.feed("\xc0/a\xdb"
                   "b"));
  EXPECT_FALSE(ended.feed("\xc0/a\xdb\xc0"));
}

TEST(StreamDecoder, TakesRandomBytesWithoutGrowingBeyondTheLimit) {
  for (unsigned seed = 0; seed < 500; ++seed) {
    std::mt19937 random(seed);
    Stream there(64);
    std::string noise(1, std::string("\0\xc0/#", 4)[seed % 4]);
    for (int i = 0; i < 400; ++i) noise += static_cast<char>(random());
    for (std::size_t at = 0; at < noise.size(); at += 7) {
      if (!there.feed(std::string_view(noise).substr(at, 7))) break;
      ASSERT_LE(there.decoder.pending(), 64U + 4U) << "seed " << seed;
    }
    for (const auto& packet : there.packets) EXPECT_LE(packet.size(), 64U) << "seed " << seed;
  }
}

}  // namespace
}  // namespace protocol
