#include "protocol/validate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "protocol/golden.hpp"
#include "protocol/packets.hpp"

namespace protocol {
namespace {

using packets::bundle;
using packets::bytes;
using packets::message;
using packets::real;
using packets::text;
using packets::word;
using testing::HasSubstr;

/// The reason why a packet is refused; empty where it is well formed.
std::string reason(const std::string& packet, const Limits& limits = {}) {
  Malformed why;
  return validate(bytes(packet), limits, why) ? "" : why.reason;
}

TEST(Validate, TakesWhatRealSendersWrite) {
  EXPECT_EQ(reason(message("/a")), "");
  EXPECT_EQ(reason(text("/old")), "");
  EXPECT_EQ(reason(message("/a", "ifsb", word(1) + real(0.5F) + text("x") + word(0))), "");
  EXPECT_EQ(reason(bundle({})), "");
  EXPECT_EQ(reason(bundle({message("/a"), bundle({message("/b")})})), "");
}

TEST(Validate, ForgetsTheReasonOfThePacketBefore) {
  Malformed why;
  ASSERT_FALSE(validate(bytes(message("/first", "iQ", word(9))), {}, why));
  ASSERT_TRUE(why.has_id);
  ASSERT_FALSE(validate(bytes("abcd"), {}, why));
  EXPECT_EQ(why.address, "");
  EXPECT_FALSE(why.has_id);
}

TEST(Validate, NamesTheMessageAtFaultNotTheFirstOne) {
  Malformed why;
  const auto packet = bundle({message("/good", "i", word(1)), message("/bad", "ii", word(7))});
  ASSERT_FALSE(validate(bytes(packet), {}, why));
  EXPECT_EQ(why.address, "/bad");
  EXPECT_TRUE(why.has_id);
  EXPECT_EQ(why.id, 7);
}

TEST(Validate, ReadsAnIdThatPdWroteAsAFloat) {
  Malformed why;
  ASSERT_FALSE(validate(bytes(message("/p", "fi", real(12.0F))), {}, why));
  EXPECT_EQ(why.id, 12);
  ASSERT_FALSE(validate(bytes(message("/p", "fi", real(12.5F))), {}, why));
  EXPECT_FALSE(why.has_id);
  ASSERT_FALSE(validate(bytes(message("/p", "fi", real(1e9F))), {}, why));
  EXPECT_FALSE(why.has_id);
}

TEST(Validate, HoldsEveryLimitExactly) {
  const auto packet = message("/a", "iii", word(1) + word(2) + word(3));
  EXPECT_EQ(reason(packet, {.bytes = packet.size()}), "");
  EXPECT_THAT(reason(packet, {.bytes = packet.size() - 1}), HasSubstr("23 is the most"));
  EXPECT_EQ(reason(packet, {.arguments = 3}), "");
  EXPECT_THAT(reason(packet, {.arguments = 2}), HasSubstr("more than 2 arguments"));
  EXPECT_EQ(reason(message("/abc"), {.address = 4}), "");
  EXPECT_THAT(reason(message("/abcd"), {.address = 4}), HasSubstr("longer than 4 bytes"));
  EXPECT_EQ(reason(bundle({message("/a"), message("/b")}), {.messages = 2}), "");
  EXPECT_THAT(reason(bundle({message("/a"), message("/b")}), {.messages = 1}), HasSubstr("more than 1 message"));
  EXPECT_EQ(reason(bundle({bundle({})}), {.depth = 2}), "");
  EXPECT_THAT(reason(bundle({bundle({})}), {.depth = 1}), HasSubstr("deeper than 1"));
}

TEST(Validate, CountsMessagesThroughAllBundles) {
  const auto pair = bundle({message("/a"), message("/b")});
  EXPECT_EQ(reason(bundle({pair, pair}), {.messages = 4}), "");
  EXPECT_THAT(reason(bundle({pair, pair, message("/c")}), {.messages = 4}), HasSubstr("more than 4 messages"));
}

TEST(Validate, TakesTheLargestFiniteNumbersAndRefusesTheNextOnes) {
  EXPECT_EQ(reason(message("/p", "f", word(0x7f7fffff))), "");
  EXPECT_EQ(reason(message("/p", "f", word(0x00000001))), "");
  EXPECT_THAT(reason(message("/p", "f", word(0x7f800000))), HasSubstr("infinite"));
  EXPECT_THAT(reason(message("/p", "f", word(0xff800001))), HasSubstr("NaN"));
  EXPECT_EQ(reason(message("/p", "d", word(0x7fefffff) + word(0xffffffff))), "");
  EXPECT_THAT(reason(message("/p", "d", word(0xfff00000) + word(0))), HasSubstr("infinite"));
}

TEST(Validate, AnIntegerWithTheBitsOfANaNIsAnInteger) { EXPECT_EQ(reason(message("/p", "i", word(0x7fc00000))), ""); }

// Every packet that ends early is refused, except where what is left is a packet of its own (an address alone).
TEST(Validate, RefusesEveryPrefixOfAMessage) {
  const auto packet = message("/abc", "isb", word(1) + text("hello") + word(5) + std::string("12345\0\0\0", 8));
  ASSERT_EQ(reason(packet), "");
  for (std::size_t size = 0; size < packet.size(); ++size) {
    if (size == text("/abc").size()) continue;
    EXPECT_NE(reason(packet.substr(0, size)), "") << size;
  }
}

// What passes must be safe for the reader: twenty thousand good packets with three bytes changed, all read to the end.
TEST(Validate, WhatPassesCanBeRead) {
  std::mt19937 random(1);
  const auto packets = golden::good();
  std::size_t passed = 0;
  for (int round = 0; round < 20000; ++round) {
    auto packet = packets[random() % packets.size()].bytes;
    for (int change = 0; change < 3; ++change) packet[random() % packet.size()] = static_cast<char>(random());
    Malformed why;
    if (!validate(bytes(packet), {}, why)) continue;
    ++passed;
    for (const auto& kept : packets::read(bytes(packet))) EXPECT_EQ(kept.address.front(), '/');
  }
  EXPECT_GT(passed, 1000U);
}

TEST(IsPattern, IsAnAddressWithACharacterThatNoMethodMayHave) {
  EXPECT_FALSE(is_pattern("/oscine/v1/model.item"));
  for (const char c : std::string_view(" #*,?[]{}")) EXPECT_TRUE(is_pattern(std::string("/a") + c)) << c;
}

}  // namespace
}  // namespace protocol
