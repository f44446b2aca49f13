#include <gtest/gtest.h>

#include "protocol/message.hpp"
#include "protocol/packets.hpp"

namespace protocol {
namespace {

using packets::bundle;
using packets::bytes;
using packets::message;
using packets::real;
using packets::text;
using packets::word;

TEST(Reader, GivesEachArgumentInItsType) {
  const auto packet = message("/p", "ifsTFNI", word(0xffffffff) + real(0.5F) + text("hello"));
  const auto kept = packets::read(bytes(packet));
  ASSERT_EQ(kept.size(), 1U);
  const std::vector<Argument> expected{-1, 0.5F, std::string_view("hello"), true, false, Nil{}, Impulse{}};
  EXPECT_EQ(kept[0].arguments, expected);
}

TEST(Reader, GivesWideTypesAndKeepsOthersAsTheirTag) {
  const auto eight = word(1) + word(2);
  const auto packet =
      message("/p", "hdtc[r]m", eight + word(0x3fb99999) + word(0x9999999a) + eight + word('x') + word(7) + word(8));
  const auto kept = packets::read(bytes(packet));
  constexpr std::int64_t kWide = (std::int64_t{1} << 32) + 2;
  const std::vector<Argument> expected{kWide,      0.1,        TimeTag{kWide}, Other{'c'},
                                       Other{'['}, Other{'r'}, Other{']'},     Other{'m'}};
  EXPECT_EQ(kept.at(0).arguments, expected);
}

TEST(Reader, LooksIntoThePacketForTextsAndBlobs) {
  const auto packet = message("/p", "b", word(3) + std::string("abc\0", 4));
  Reader reader;
  bool seen = false;
  reader.read(bytes(packet), [&](const MessageView& view) {
    const auto blob = std::get<Blob>(view.arguments[0]).bytes;
    EXPECT_EQ(packets::string(blob), "abc");
    EXPECT_EQ(static_cast<const void*>(blob.data()), packet.data() + 12);
    seen = true;
  });
  EXPECT_TRUE(seen);
}

// oscpack throws on these; senders older than type tags, and oscsend without arguments in some versions, write them.
TEST(Reader, TakesAMessageWithoutTagsAsOneWithoutArguments) {
  const auto packet = text("/old");
  const auto kept = packets::read(bytes(packet));
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].address, "/old");
  EXPECT_TRUE(kept[0].arguments.empty());
}

TEST(Reader, OpensBundlesInOrderAndGivesEachMessageItsOwnBytes) {
  const auto first = message("/1", "i", word(1));
  const auto packet = bundle({first, bundle({message("/2"), text("/3")}), bundle({}), message("/4")});
  const auto kept = packets::read(bytes(packet));
  ASSERT_EQ(kept.size(), 4U);
  EXPECT_EQ(kept[0].bytes, first);
  EXPECT_EQ(kept[1].address, "/2");
  EXPECT_EQ(kept[2].bytes, text("/3"));
  EXPECT_EQ(kept[3].address, "/4");
}

TEST(Reader, AnEmptyBundleGivesNothing) {
  const auto packet = bundle({});
  EXPECT_TRUE(packets::read(bytes(packet)).empty());
}

TEST(NameOf, IsAWordForASentence) {
  EXPECT_EQ(name_of(Argument(1)), "an integer");
  EXPECT_EQ(name_of(Argument(1.0F)), "a number");
  EXPECT_EQ(name_of(Argument(std::string_view("x"))), "a text");
  EXPECT_EQ(name_of(Argument(Blob{})), "a blob");
  EXPECT_EQ(name_of(Argument(TimeTag{1})), "a time tag");
  EXPECT_EQ(name_of(Argument(Other{'m'})), "a MIDI message");
}

}  // namespace
}  // namespace protocol
