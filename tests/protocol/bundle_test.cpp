#include "protocol/bundle.hpp"

#include <gtest/gtest.h>

#include "protocol/message.hpp"
#include "protocol/packets.hpp"

namespace protocol {
namespace {

using namespace std::chrono_literals;

TEST(NtpTime, CountsFrom1900) {
  EXPECT_EQ(ntp_time(0ns), std::uint64_t{2208988800} << 32);
  EXPECT_EQ(ntp_time(-2208988800s), 0U);
  EXPECT_EQ(ntp_time(500ms), (std::uint64_t{2208988800} << 32) + (std::uint64_t{1} << 31));
}

TEST(NtpTime, IsTheNearestTickOfEachNanosecond) {
  constexpr auto kBegin = 1795000000s;  // in 2026
  constexpr auto kSecond = (std::uint64_t{2208988800} + 1795000000) << 32;
  EXPECT_EQ(ntp_time(kBegin + 1ns) - kSecond, 4U);   // 4.29
  EXPECT_EQ(ntp_time(kBegin + 7ns) - kSecond, 30U);  // 30.06
  EXPECT_EQ(ntp_time(kBegin + 999999999ns) - kSecond, (std::uint64_t{1} << 32) - 4);
}

TEST(NtpTime, GoesOnWhereItWrapsIn2036) {
  constexpr auto kWrap = 2085978496s;
  EXPECT_EQ(ntp_time(kWrap), 0U);
  EXPECT_EQ(ntp_time(kWrap) - ntp_time(kWrap - 1ns), 4U);
}

TEST(BundleWriter, WritesWhatTheSpecificationSays) {
  const auto first = packets::message("/error", "i", packets::word(0xffffffffU));
  const auto second = packets::message("/n_set", "is", packets::word(7) + packets::text("gate"));
  BundleWriter writer;
  writer.begin(0x0123456789abcdefU).add(packets::bytes(first)).add(packets::bytes(second));
  EXPECT_EQ(packets::string(writer.end()), packets::bundle({first, second}, 0x0123456789abcdefU));
  EXPECT_EQ(packets::string(writer.begin(2).end()), packets::bundle({}, 2)) << "begins anew";
}

TEST(BundleWriter, IsReadAgain) {
  Writer message;
  BundleWriter bundle;
  bundle.begin(1U << 20).add(message.begin("/s_new").text("bell").whole(2147483647).number(0.5).end());
  Malformed why;
  ASSERT_TRUE(validate(bundle.end(), {}, why)) << why.reason;
  const auto read = packets::read(bundle.end());
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].address, "/s_new");
  EXPECT_EQ(std::get<std::int32_t>(read[0].arguments[1]), 2147483647);
}

}  // namespace
}  // namespace protocol
