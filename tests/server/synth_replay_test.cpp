// A melody that scsynth played is played again to the bit: also what hangs on two clocks.
#include <gtest/gtest.h>

#include "support/melodies.hpp"
#include "support/recorded_world.hpp"

namespace server {
namespace {

using namespace std::chrono_literals;
using support::local;

TEST(SynthReplay, SendsTheSameBundlesAtTheSameTimes) {
  auto synth = support::bells();
  synth.set.clear();
  support::RecordedWorld world(support::bells_config(synth));
  world.send(local(5000), "/bells/play");
  world.advance(3s);
  world.calendar += 12us;
  world.advance(3s);
  world.send(local(5000), "/bells/set", "tempo", 200);
  world.send(local(5000), "/bells/play");
  world.advance(3s);
  world.send(local(5000), "/bells/stop");
  world.advance(1s);
  const auto left = world.link.sent.size();
  const auto found = support::replayed(world.end(), world.config());
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_GT(left, 20U);
  EXPECT_EQ(found->compared.identical, left);
  EXPECT_TRUE(found->compared.same());
}

}  // namespace
}  // namespace server
