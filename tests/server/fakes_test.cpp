// The fakes keep what they promise.
#include <gtest/gtest.h>

#include "support/world.hpp"

namespace support {
namespace {

using namespace std::chrono_literals;

server::Job job(std::vector<std::string>& told, const std::string& name) {
  return {{},
          [&told, name](std::size_t) {
            told.push_back("run " + name);
            return base::Status();
          },
          [&told, name](const base::Status& status) {
            told.push_back((status ? "done " : std::to_string(base::number(status.error().code)) + " ") + name);
          },
          std::nullopt};
}

TEST(ManualWorkers, RunInOrderRefuseBeyondTheLimitAndDropWhatIsLate) {
  VirtualClock clock;
  ManualWorkers workers(clock, 1, 2);
  std::vector<std::string> told;
  auto late = job(told, "late");
  late.useless_after = clock.now();
  EXPECT_TRUE(workers.submit(job(told, "a")));
  EXPECT_TRUE(workers.submit(late));
  EXPECT_FALSE(workers.submit(job(told, "c")));
  clock.advance(1ms);
  while (workers.step()) {
  }
  EXPECT_EQ(told, (std::vector<std::string>{"run a", "done a", "408 late"}));
}

TEST(ManualBackground, DoesOneThingAfterTheOtherWithWhatFollows) {
  ManualBackground background;
  std::vector<std::string> told;
  for (const char* name : {"a", "b"}) {
    background.submit([&told, name] {
      told.push_back(std::string("load ") + name);
      return std::function<void()>([&told, name] { told.push_back(std::string("then ") + name); });
    });
  }
  EXPECT_TRUE(background.step());
  EXPECT_EQ(told, (std::vector<std::string>{"load a", "then a"}));
  EXPECT_TRUE(background.step());
  EXPECT_FALSE(background.step());
}

TEST(Osc, WritesWhatTheValidatorReads) {
  protocol::Malformed why;
  for (const auto& packet :
       {osc("/a"), osc("/a", 1, 2.0, "text"), bundle({osc("/a"), bundle({})}), osc_with("/a", {1, 2, 3}, 4)}) {
    EXPECT_TRUE(protocol::validate(bytes(packet), {}, why)) << why.reason;
  }
  EXPECT_EQ(text_of(bytes(osc("/oscine/v1/x", 1, 2.0, 0.5, "text"))), "/x 1 2. 0.5 'text'");
}

TEST(World, TimeRunsThroughEverythingThatIsDue) {
  World world;
  world.send("/oscine/v1/subscribe", 1, "status", 1);
  world.link.sent.clear();
  const auto before = world.clock.now();
  world.advance(2500ms);
  ASSERT_EQ(world.link.sent.size(), 2U);
  EXPECT_EQ(world.link.sent[0].at - before, 1s);
  EXPECT_EQ(world.clock.now() - before, 2500ms);
}

}  // namespace
}  // namespace support
