#include <gtest/gtest.h>

#include <vector>

#include "protocol/schema.hpp"

namespace protocol {
namespace {

using Words = std::vector<std::string_view>;

TEST(Nearest, FindsOneOfEachEdit) {
  const Words words{"models", "listen", "limits"};
  EXPECT_EQ(nearest("model", words), "models");
  EXPECT_EQ(nearest("modells", words), "models");
  EXPECT_EQ(nearest("listan", words), "listen");
  EXPECT_EQ(nearest("limist", words), "limits");
}

TEST(Nearest, CountsASwapOfNeighboursAsOneEdit) {
  // As two replacements "ab" would be as far from "ba" as from "xb" plus one more.
  EXPECT_EQ(nearest("abcd", Words{"abxy", "bacd"}), "bacd");
}

TEST(Nearest, TakesTheFirstOfEquallyNear) { EXPECT_EQ(nearest("get", Words{"set", "met"}), "set"); }

TEST(Nearest, GivesNothingBeyondAThirdOfTheWordOrTwoEdits) {
  EXPECT_EQ(nearest("abcdef", Words{"abcdxy"}), "abcdxy");           // 2 of 6
  EXPECT_EQ(nearest("abcdef", Words{"abcxyz"}), "");                 // 3 of 6
  EXPECT_EQ(nearest("abcdefghi", Words{"abcdefxyz"}), "abcdefxyz");  // 3 of 9
  EXPECT_EQ(nearest("abcdefghi", Words{"abcdewxyz"}), "");           // 4 of 9
}

TEST(Nearest, DoesNotReplaceTheWholeWord) {
  EXPECT_EQ(nearest("ab", Words{"xy"}), "");
  EXPECT_EQ(nearest("", Words{"a", "ab"}), "");
}

TEST(Nearest, OfNoCandidatesIsNothing) { EXPECT_EQ(nearest("word", {}), ""); }

TEST(Nearest, FindsAMistypedAddress) {
  EXPECT_EQ(nearest("/oscine/v1/opne", requests()), "/oscine/v1/open");
  EXPECT_EQ(nearest("/oscine/v1/helo", requests()), "/oscine/v1/hello");
  EXPECT_EQ(nearest("/oscine/v1/model.info", requests()), "/oscine/v1/model/info");
  EXPECT_EQ(nearest("/oscine/hello", requests()), "/oscine/v1/hello");
}

TEST(Nearest, OfAHostileWordIsNothing) { EXPECT_EQ(nearest(std::string(1 << 20, 'x'), requests()), ""); }

}  // namespace
}  // namespace protocol
