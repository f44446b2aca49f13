// The model alone: times of module.forward({tensor}) from plain C++, in the rhythm of the requests.
//   bench_forward FILE INPUTS    then, a line each on standard input: paced COUNT PERIOD_US | back SECONDS
// Prints "ready", then one JSON object with all times per line read. The tensor is there already, and nobody reads the
// result.
#include <ATen/Parallel.h>
#include <ATen/ops/full.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/serialization/import.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>

#include "latencies.hpp"

namespace bench {

namespace {

class Bare {
 public:
  Bare(const std::string& file, int inputs)
      : module_(torch::jit::load(file, c10::Device(c10::kCPU))), inputs_({at::full({1, inputs}, 0.1)}) {
    module_.eval();
    for (int i = 0; i < 200; ++i) module_.forward(inputs_);
  }

  void paced(int count, std::chrono::microseconds period) {
    Latencies times;
    const auto began = Clock::now() + period;
    for (int i = 0; i < count; ++i) {
      std::this_thread::sleep_until(began + i * period);
      times.add(once());
    }
    times.print_all("\"failed\": 0");
  }

  void back_to_back(std::chrono::duration<double> length) {
    Latencies times;
    const auto ends = Clock::now() + length;
    while (Clock::now() < ends) times.add(once());
    times.print_all("\"failed\": 0");
  }

 private:
  Clock::duration once() {
    const auto began = Clock::now();
    const auto result = module_.forward(inputs_);
    return Clock::now() - began;
  }

  torch::jit::Module module_;
  std::vector<c10::IValue> inputs_;
};

int run(const std::string& file, int inputs) {
  at::set_num_threads(1);
  const c10::InferenceMode inference;
  Bare bare(file, inputs);
  std::printf("ready\n");
  std::fflush(stdout);
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string mode;
    double first = 0;
    int period_us = 0;
    words >> mode >> first >> period_us;
    if (mode == "paced") bare.paced(static_cast<int>(first), std::chrono::microseconds(period_us));
    if (mode == "back") bare.back_to_back(std::chrono::duration<double>(first));
  }
  return 0;
}

}  // namespace

}  // namespace bench

int main(int count, char** words) {
  if (count != 3) {
    std::fprintf(stderr, "usage: bench_forward FILE INPUTS\n");
    return 2;
  }
  return bench::run(words[1], std::atoi(words[2]));
}
