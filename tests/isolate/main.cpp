// The tests, or the worker that one of them started.
#include <gtest/gtest.h>

#include <cstdio>
#include <sstream>
#include <string_view>

#include "server/supervisor/worker_process.hpp"

int main(int argc, char** argv) {
  if (argc != 4 || std::string_view(argv[1]) != "worker") {
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
  }
  std::vector<int> descriptors;
  std::istringstream list(argv[3]);
  for (std::string one; std::getline(list, one, ',');) descriptors.push_back(std::stoi(one));
  const auto wrong = server::run_worker(descriptors);
  std::fprintf(stderr, "%s\n", wrong.error().message.c_str());
  return 1;
}
