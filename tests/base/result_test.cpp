#include "base/result.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace base {
namespace {

Result<int> half(int whole) {
  if (whole % 2 != 0) return Error{ErrorCode::kMalformed, "odd"};
  return whole / 2;
}

TEST(Result, HoldsAValue) {
  const auto result = half(8);
  ASSERT_TRUE(result);
  EXPECT_EQ(*result, 4);
}

TEST(Result, HoldsTheReasonWhyThereIsNone) {
  const auto result = half(7);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kMalformed);
  EXPECT_EQ(result.error().message, "odd");
}

TEST(Result, CarriesWhatCanOnlyBeMoved) {
  Result<std::unique_ptr<std::string>> result(std::make_unique<std::string>("here"));
  const auto taken = std::move(*result);
  EXPECT_EQ(*taken, "here");
}

TEST(Result, OfNothingIsDoneOrAReason) {
  const Status done;
  const Status refused = Error{ErrorCode::kBusy, "the queue is full"};
  EXPECT_TRUE(done);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "the queue is full");
}

TEST(ErrorCode, IsTheNumberThatTravels) {
  EXPECT_EQ(number(ErrorCode::kMalformed), 400);
  EXPECT_EQ(number(ErrorCode::kNotYet), 501);
  EXPECT_EQ(number(ErrorCode::kLoading), 503);
}

}  // namespace
}  // namespace base
