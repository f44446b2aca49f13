#include <gmock/gmock.h>

#include <numeric>

#include "../../models/src/measure.hpp"
#include "../../models/src/text.hpp"

namespace {

using models::Micros;

TEST(Measure, PercentilesAreOfTheSortedDurations) {
  std::vector<Micros> durations;
  for (int i = 1000; i > 0; --i) durations.emplace_back(i);
  const auto timing = models::percentiles(durations);
  EXPECT_EQ(timing.p50.count(), 500);
  EXPECT_EQ(timing.p95.count(), 950);
  EXPECT_EQ(timing.p99.count(), 990);
  EXPECT_EQ(timing.p999.count(), 999);
  EXPECT_EQ(timing.runs, 1000U);
}

TEST(Measure, OneRunIsEveryPercentile) {
  const auto timing = models::percentiles({Micros(7)});
  EXPECT_EQ(timing.p50.count(), 7);
  EXPECT_EQ(timing.p999.count(), 7);
}

TEST(Measure, StopsAtTheFirstFailure) {
  int calls = 0;
  const auto timing = models::measure(
      [&]() -> base::Status {
        if (++calls < 3) return {};
        return base::Error{base::ErrorCode::kModelFailed, "enough"};
      },
      std::chrono::seconds(20));
  EXPECT_FALSE(timing);
  EXPECT_EQ(calls, 3);
}

/// A machine whose time passes only as a run says, and which may be interrupted.
struct VirtualMachine {
  base::Time time;
  long preemptions = 0;
  std::size_t runs = 0;

  models::MeasureClock clock() {
    return {[this] { return time; }, [this] { return preemptions; }};
  }
  base::Status run(int micros, bool interrupted = false) {
    ++runs;
    time += std::chrono::microseconds(micros);
    preemptions += interrupted ? 1 : 0;
    return {};
  }
};

TEST(Measure, ADisturbedMeasurementIsTakenAgainAndTheCalmerOneKept) {
  VirtualMachine machine;
  // Five of the first 2000 runs are long; later ones are not.
  const auto timing = models::measure([&] { return machine.run(machine.runs < 5 ? 20000 : 10); }, std::chrono::hours(1),
                                      machine.clock());
  EXPECT_EQ(machine.runs, 4000U);
  EXPECT_EQ(timing->p999.count(), 10);
}

TEST(Measure, AModelThatIsAlwaysUnevenIsMeasuredThreeTimesAndSaysSo) {
  VirtualMachine machine;
  const auto timing = models::measure([&] { return machine.run(machine.runs % 100 == 0 ? 20000 : 10); },
                                      std::chrono::hours(1), machine.clock());
  EXPECT_EQ(machine.runs, 6000U);
  EXPECT_EQ(timing->p999.count(), 20000);
}

TEST(Measure, RunsThatTheSchedulerInterruptedDoNotCount) {
  VirtualMachine machine;
  const auto timing = models::measure(
      [&] {
        const bool interrupted = machine.runs % 10 == 3;
        return machine.run(interrupted ? 8000 : 10, interrupted);
      },
      std::chrono::hours(1), machine.clock());
  EXPECT_EQ(timing->p999.count(), 10);
  EXPECT_EQ(timing->runs, 1800U);
}

TEST(Measure, WhereEveryRunWasInterruptedAllCount) {
  VirtualMachine machine;
  const auto timing = models::measure([&] { return machine.run(50, true); }, std::chrono::hours(1), machine.clock());
  EXPECT_EQ(timing->p50.count(), 50);
  EXPECT_EQ(timing->runs, 2000U);
}

TEST(Measure, EndsWithItsBudget) {
  VirtualMachine machine;
  const auto timing =
      models::measure([&] { return machine.run(1000); }, std::chrono::milliseconds(60), machine.clock());
  EXPECT_EQ(timing->runs, 60U);
}

TEST(Text, TheNearestNameIsFoundAndAFarOneIsNot) {
  const std::vector<std::string> known{"cutoff", "resonance", "gain"};
  EXPECT_EQ(models::nearest("cutof", known), "cutoff");
  EXPECT_EQ(models::nearest("resonanse", known), "resonance");
  EXPECT_EQ(models::nearest("banana", known), "");
}

TEST(Text, RangesReadAsAPersonWritesThem) {
  const float infinite = std::numeric_limits<float>::infinity();
  EXPECT_EQ(models::range_text(0, 1), "0..1");
  EXPECT_EQ(models::range_text(-infinite, 1), "at most 1");
  EXPECT_EQ(models::range_text(0.1F, infinite), "at least 0.1");
}

}  // namespace
