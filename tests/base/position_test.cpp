#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "base/time.hpp"

namespace base {
namespace {

TEST(Position, IsTwoIntegersOnTheWire) {
  EXPECT_EQ(Position{0}.hi(), 0);
  EXPECT_EQ(Position{65535}.lo(), 65535);
  EXPECT_EQ(Position{65536}.hi(), 1);
  EXPECT_EQ(Position{65536}.lo(), 0);
}

TEST(Position, BeforeTheOriginKeepsLoPositiveAndTheOrder) {
  EXPECT_EQ(Position{-1}.hi(), -1);
  EXPECT_EQ(Position{-1}.lo(), 65535);
  EXPECT_EQ(Position{-65536}.hi(), -1);
  EXPECT_EQ(Position{-65536}.lo(), 0);
  EXPECT_LT(Position::from_wire(-1, 65535), Position::from_wire(0, 0));
  EXPECT_LT(Position::from_wire(-2, 65535), Position::from_wire(-1, 0));
}

TEST(Position, BothHalvesSurviveAFloat32HostUpToTheWireMaximum) {
  for (const std::int64_t hi : {std::int64_t{0}, std::int64_t{1}, std::int64_t{kWireMax - 1}, std::int64_t{kWireMax},
                                std::int64_t{-kWireMax}}) {
    for (const std::int64_t lo : {0, 1, 65535}) {
      const Position position{hi * 65536 + lo};
      const auto hi_there = static_cast<std::int32_t>(static_cast<float>(position.hi()));
      const auto lo_there = static_cast<std::int32_t>(static_cast<float>(position.lo()));
      EXPECT_EQ(Position::from_wire(hi_there, lo_there), position) << position.units;
    }
  }
}

TEST(Position, ComesBackAsItWent) {
  std::mt19937_64 random(7);
  std::uniform_int_distribution<std::int64_t> any(-(std::int64_t{kWireMax} << 16), std::int64_t{kWireMax} << 16);
  for (int i = 0; i < 10000; ++i) {
    const Position position{any(random)};
    EXPECT_EQ(Position::from_wire(position.hi(), position.lo()), position);
  }
}

TEST(Position, FromWireHoldsTheWidestInput) {
  constexpr auto kMost = std::numeric_limits<std::int32_t>::max();
  constexpr auto kLeast = std::numeric_limits<std::int32_t>::min();
  EXPECT_EQ(Position::from_wire(kMost, kMost).units, std::int64_t{kMost} * 65536 + kMost);
  EXPECT_EQ(Position::from_wire(kLeast, kLeast).units, std::int64_t{kLeast} * 65536 + kLeast);
}

}  // namespace
}  // namespace base
