#include "protocol/schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace protocol {
namespace {

bool starts_with_id(const Entry& entry) { return !entry.parameters.empty() && entry.parameters[0].name == "id"; }

TEST(Schema, FindsEachRowByItsFullAddressAndNothingElse) {
  for (const Entry& entry : schema()) {
    EXPECT_EQ(find(std::string(kPrefix) + std::string(entry.address)), &entry);
    EXPECT_EQ(find(entry.address), nullptr);
  }
  EXPECT_EQ(find("/oscine/v2/hello"), nullptr);
  EXPECT_EQ(find("/oscine/v1"), nullptr);
  EXPECT_EQ(find(""), nullptr);
}

TEST(Schema, HasNoAddressTwice) {
  std::set<std::string_view> seen;
  for (const Entry& entry : schema()) EXPECT_TRUE(seen.insert(entry.address).second) << entry.address;
}

TEST(Schema, EveryRequestAndAnswerStartsWithAnIdAndNoStreamDoes) {
  for (const Entry& entry : schema()) {
    if (entry.role == Role::kPush) continue;
    EXPECT_EQ(starts_with_id(entry), entry.role != Role::kStream) << entry.address;
  }
}

TEST(Schema, OnlyTheEndOfAMessageIsOptionalOrRepeats) {
  for (const Entry& entry : schema()) {
    bool may_end = false;
    for (const Parameter& parameter : entry.parameters) {
      EXPECT_FALSE(may_end && !parameter.optional) << entry.address << ' ' << parameter.name;
      EXPECT_FALSE(parameter.repeats && &parameter != &entry.parameters.back()) << entry.address;
      may_end = may_end || parameter.optional;
    }
  }
}

TEST(Schema, EveryIntegerStaysWithinWhatAFloat32HostReads) {
  for (const Entry& entry : schema()) {
    for (const Parameter& parameter : entry.parameters) {
      EXPECT_TRUE(std::string_view("ifsbva").find(parameter.type) != std::string_view::npos) << entry.address;
      EXPECT_LT(parameter.min, parameter.max) << entry.address << ' ' << parameter.name;
      if (parameter.type != 'i') continue;
      EXPECT_GE(parameter.min, -base::kWireMax) << entry.address << ' ' << parameter.name;
      EXPECT_LE(parameter.max, base::kWireMax) << entry.address << ' ' << parameter.name;
    }
  }
}

TEST(Schema, PositionsAreAHiWithALoOf16Bits) {
  for (const Entry& entry : schema()) {
    for (std::size_t i = 0; i < entry.parameters.size(); ++i) {
      if (entry.parameters[i].name != "hi") continue;
      ASSERT_LT(i + 1, entry.parameters.size()) << entry.address;
      EXPECT_EQ(entry.parameters[i + 1].name, "lo") << entry.address;
      EXPECT_EQ(entry.parameters[i + 1].max, 65535) << entry.address;
    }
  }
}

TEST(Schema, OnlyRequestsAreKeptForRepeats) {
  for (const Entry& entry : schema()) {
    if (entry.changes) {
      EXPECT_EQ(entry.role, Role::kRequest) << entry.address;
    }
  }
}

TEST(Requests, AreAllThatAClientMaySend) {
  const auto all = requests();
  const auto expected = std::ranges::count_if(
      schema(), [](const Entry& e) { return e.role == Role::kRequest || e.role == Role::kStream; });
  EXPECT_EQ(static_cast<std::ptrdiff_t>(all.size()), expected);
  EXPECT_THAT(all, testing::Contains("/oscine/v1/hello"));
  EXPECT_THAT(all, testing::Contains("/oscine/v1/playhead"));
  EXPECT_THAT(all, testing::Not(testing::Contains("/oscine/v1/done")));
}

}  // namespace
}  // namespace protocol
