#include "server/config/endpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace server {
namespace {

using ::testing::HasSubstr;

Range range(const std::string& text) {
  auto result = parse_range(text);
  EXPECT_TRUE(result) << result.error().message;
  return *result;
}

bool allowed(const std::string& address, const std::vector<std::string>& ranges) {
  std::vector<Range> parsed;
  for (const auto& text : ranges) parsed.push_back(range(text));
  return is_allowed(*parse_address(address), parsed);
}

bool clash_of(const std::string& a, const std::string& b) { return clash(*parse_endpoint(a), *parse_endpoint(b)); }

TEST(Endpoint, APortAloneIsLoopbackOfBothFamilies) {
  EXPECT_EQ(*parse_endpoint("7770"), (Endpoint{"", 7770}));
  EXPECT_EQ(*parse_endpoint("localhost:7770"), (Endpoint{"", 7770}));
  EXPECT_EQ(*parse_endpoint("0"), (Endpoint{"", 0}));
  EXPECT_EQ(*parse_endpoint("65535"), (Endpoint{"", 65535}));
}

TEST(Endpoint, AddressesAreBroughtToTheirShortForm) {
  EXPECT_EQ(*parse_endpoint("127.0.0.1:7770"), (Endpoint{"127.0.0.1", 7770}));
  EXPECT_EQ(*parse_endpoint("[::1]:7770"), (Endpoint{"::1", 7770}));
  EXPECT_EQ(*parse_endpoint("[0:0:0:0:0:0:0:1]:7770"), (Endpoint{"::1", 7770}));
  EXPECT_EQ(*parse_endpoint("[::ffff:10.0.0.5]:7770"), (Endpoint{"10.0.0.5", 7770}));
  EXPECT_EQ(*parse_endpoint("0.0.0.0:1"), (Endpoint{"0.0.0.0", 1}));
}

class NoEndpoint : public ::testing::TestWithParam<const char*> {};
TEST_P(NoEndpoint, IsRefusedInASentenceThatNamesIt) {
  const std::string text = GetParam();
  const auto result = parse_endpoint(text);
  ASSERT_FALSE(result) << text;
  EXPECT_EQ(result.error().code, base::ErrorCode::kMalformed);
  EXPECT_THAT(result.error().message, HasSubstr("'" + text + "'"));
  EXPECT_THAT(result.error().message, HasSubstr("expected"));
}
INSTANTIATE_TEST_SUITE_P(Texts, NoEndpoint,
                         ::testing::Values("", "65536", "-1", "+1", "07770", "7770.5", "0x1e5a", " 7770", "7770 ",
                                           "99999999999999999999", "127.0.0.1", "127.0.0.1:", ":7770", "::1:7770",
                                           "[::1]", "[::1]7770", "[127.0.0.1]:7770", "[]:7770", "example.com:7770",
                                           "127.0.0.1:7770:1", "256.0.0.1:7770", "[fe80::1%eth0]:7770", "127.1:7770"));

TEST(Endpoint, OverlappingAddressesOnOnePortClash) {
  EXPECT_TRUE(clash_of("7770", "7770"));
  EXPECT_TRUE(clash_of("7770", "127.0.0.1:7770"));
  EXPECT_TRUE(clash_of("[::1]:7770", "7770"));
  EXPECT_TRUE(clash_of("0.0.0.0:7770", "192.168.1.2:7770"));
  EXPECT_TRUE(clash_of("7770", "0.0.0.0:7770"));
  EXPECT_TRUE(clash_of("[::]:7770", "[fe80::1]:7770"));
}

TEST(Endpoint, DifferentPortsAndFamiliesDoNotClash) {
  EXPECT_FALSE(clash_of("7770", "7771"));
  EXPECT_FALSE(clash_of("127.0.0.1:7770", "[::1]:7770"));
  EXPECT_FALSE(clash_of("0.0.0.0:7770", "[::]:7770"));
  EXPECT_FALSE(clash_of("7770", "192.168.1.2:7770"));
  EXPECT_FALSE(clash_of("0", "0"));
}

TEST(Address, LoopbackIsTheWholeOf127AndOneOfIPv6AlsoMapped) {
  for (const char* text : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(is_loopback(*parse_address(text))) << text;
  }
  for (const char* text : {"0.0.0.0", "::", "128.0.0.1", "::2", "192.168.1.1", "7f00::1"}) {
    EXPECT_FALSE(is_loopback(*parse_address(text))) << text;
  }
}

TEST(Address, MappedAndPlainIPv4AreOne) {
  EXPECT_EQ(*parse_address("::ffff:10.0.0.5"), *parse_address("10.0.0.5"));
  EXPECT_EQ(address_text(*parse_address("::ffff:10.0.0.5")), "10.0.0.5");
}

TEST(Range, HoldsWhatSharesItsPrefix) {
  EXPECT_TRUE(allowed("192.168.1.77", {"192.168.1.0/24"}));
  EXPECT_FALSE(allowed("192.168.2.77", {"192.168.1.0/24"}));
  EXPECT_TRUE(allowed("10.127.255.255", {"10.64.0.0/10"}));
  EXPECT_FALSE(allowed("10.128.0.0", {"10.64.0.0/10"}));
  EXPECT_TRUE(allowed("fe80::5", {"10.0.0.1", "fe80::/10"}));
  EXPECT_FALSE(allowed("fec0::5", {"fe80::/10"}));
  EXPECT_FALSE(allowed("10.0.0.1", {}));
}

TEST(Range, OfIPv4HoldsNoIPv6AndAllOfIPv6HoldsAll) {
  EXPECT_TRUE(allowed("8.8.8.8", {"0.0.0.0/0"}));
  EXPECT_FALSE(allowed("2001:db8::1", {"0.0.0.0/0"}));
  EXPECT_TRUE(allowed("8.8.8.8", {"::/0"}));
}

TEST(Range, ASingleAddressIsARangeOfOne) {
  EXPECT_TRUE(allowed("10.0.0.5", {"10.0.0.5"}));
  EXPECT_FALSE(allowed("10.0.0.4", {"10.0.0.5"}));
  EXPECT_EQ(range("10.0.0.5").bits, 128);
  EXPECT_EQ(range("10.0.0.0/8").bits, 104);
  EXPECT_EQ(range("10.0.0.0/8").text, "10.0.0.0/8");
}

TEST(Range, BitsBehindThePrefixAreRefusedWithTheRangeThatWasMeant) {
  const auto result = parse_range("192.168.1.7/24");
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr("did you mean '192.168.1.0/24'?"));
  EXPECT_THAT(parse_range("fe80::1/10").error().message, HasSubstr("did you mean 'fe80::/10'?"));
}

TEST(Range, AnythingElseIsRefused) {
  for (const char* text : {"", "/", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/8/8", "10.0.0.0/08", "localhost",
                           "10.0.0.0/-1", "10.0.0.*"}) {
    EXPECT_FALSE(parse_range(text)) << text;
  }
}

TEST(Destination, IsAnAddressWithAPortOrTheSender) {
  const auto fixed = parse_destination("127.0.0.1:7771");
  ASSERT_TRUE(fixed);
  EXPECT_FALSE(fixed->to_sender);
  EXPECT_EQ(fixed->host, "127.0.0.1");
  EXPECT_EQ(fixed->port, 7771);
  EXPECT_EQ(parse_destination("localhost:7771")->host, "127.0.0.1");
  EXPECT_EQ(parse_destination("7771")->host, "127.0.0.1");
  EXPECT_EQ(parse_destination("[::1]:7771")->host, "::1");
  const auto sender = parse_destination("sender:8000");
  ASSERT_TRUE(sender);
  EXPECT_TRUE(sender->to_sender);
  EXPECT_EQ(sender->port, 8000);
  EXPECT_EQ(parse_destination("sender")->port, 0);
  EXPECT_TRUE(parse_destination("sender")->to_sender);
}

TEST(Destination, AnythingElseIsRefused) {
  for (const char* text : {"", "sender:", "sender:0", "sender:65536", "127.0.0.1", "127.0.0.1:0", "0.0.0.0:7771",
                           "[::]:7771", "somewhere:7771", "Sender:8000", "sender:8000:1"}) {
    const auto result = parse_destination(text);
    ASSERT_FALSE(result) << text;
    EXPECT_THAT(result.error().message, HasSubstr("expected")) << text;
  }
}

}  // namespace
}  // namespace server
