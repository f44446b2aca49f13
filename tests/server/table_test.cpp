// The table of handlers and the schema say the same, both ways.
#include <gtest/gtest.h>

#include <algorithm>

#include "server/core/daemon.hpp"

namespace server {

struct DaemonTable {
  static std::vector<std::string> addresses() {
    std::vector<std::string> out;
    for (const auto& row : Daemon::rows()) {
      EXPECT_NE(row.handler, nullptr) << row.address;
      out.emplace_back(row.address);
    }
    return out;
  }
};

namespace {

TEST(Table, EveryServedRequestHasAHandlerAndEveryHandlerServesOne) {
  auto handled = DaemonTable::addresses();
  std::vector<std::string> served;
  for (const auto& entry : protocol::schema()) {
    if ((entry.role == protocol::Role::kRequest || entry.role == protocol::Role::kStream) && entry.served)
      served.emplace_back(entry.address);
  }
  std::sort(handled.begin(), handled.end());
  std::sort(served.begin(), served.end());
  EXPECT_EQ(handled, served);
}

TEST(Table, NoAddressIsThereTwice) {
  auto handled = DaemonTable::addresses();
  std::sort(handled.begin(), handled.end());
  EXPECT_EQ(std::adjacent_find(handled.begin(), handled.end()), handled.end());
}

}  // namespace
}  // namespace server
