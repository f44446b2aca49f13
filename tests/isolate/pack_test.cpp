// What travels between two processes, also where one of them writes nonsense.
#include <gtest/gtest.h>

#include "isolate/isolated.hpp"
#include "models/isolate/card_pack.hpp"

namespace models {
namespace {

Card full_card() {
  auto card = tests::listening_card({{"does", "loud"}, {"when", "0.5"}});
  card.methods.front().inputs = {tests::port("x", -1, 2)};
  card.methods.front().element = 3;
  card.attributes = {tests::attribute("mode", "ifs", {1, 0.5F, std::string("round")})};
  card.listen.front_end.kind = FrontEndCard::Kind::kMfcc;
  card.listen.front_end.mels = 64;
  card.listen.shape = {"1", "mels"};
  card.file = "/a/b.ts";
  card.isolate = true;
  card.authors = {"A", ""};
  return card;
}

TEST(Pack, ACardComesOutAsItWentIn) {
  Packer out;
  put(out, full_card());
  Unpacker in(out.spilled());
  Card card;
  get(in, card);
  EXPECT_TRUE(in.done());
  EXPECT_EQ(card, full_card());
}

TEST(Pack, WhatIsCutShortIsBadWhereverItEnds) {
  Packer out;
  put(out, full_card());
  for (std::size_t size = 0; size < out.size(); ++size) {
    Unpacker in(out.spilled().first(size));
    Card card;
    get(in, card);
    EXPECT_FALSE(in.good()) << size;
  }
}

TEST(Pack, ACountOfWhatIsNotThereTakesNoMemory) {
  Packer out;
  put(out, ~std::uint64_t{0});
  Unpacker in(out.spilled());
  std::vector<float> numbers;
  get(in, numbers);
  EXPECT_FALSE(in.good());
  EXPECT_TRUE(numbers.empty());
}

TEST(Pack, WhatDoesNotFitTheRoomGoesElsewhereAsAWhole) {
  std::array<std::byte, 12> room{};
  Packer out(room);
  put(out, std::uint64_t{7});
  EXPECT_TRUE(out.spilled().empty());
  put(out, std::uint64_t{8});
  EXPECT_EQ(out.size(), 16U);
  Unpacker in(out.spilled());
  std::uint64_t first = 0, second = 0;
  get_all(in, first, second);
  EXPECT_TRUE(in.done());
  EXPECT_EQ(first + second, 15U);
}

TEST(LoadKey, FollowsFromTheFileAndWhatTheCardSaysToDoWithIt) {
  const auto key = [](const Card& card) { return *load_key(card); };
  const auto card = tests::fake_card({{"does", "sum"}});
  auto other = card;
  other.name = "other";
  other.about = "another sentence";
  EXPECT_EQ(key(card), key(other));
  other.options = {{"does", "mean"}};
  EXPECT_NE(key(card), key(other));
  other = card;
  other.file = "/nowhere/at/all.ts";
  EXPECT_FALSE(load_key(other));
}

}  // namespace
}  // namespace models
