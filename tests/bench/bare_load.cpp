// What loading a model takes without a server: torch::jit::load and two forwards, the executor's optimisation off.
//   bench_load FILE SAMPLES    then, for each line on standard input, it is loaded anew and the milliseconds are
//   printed
#include <ATen/Parallel.h>
#include <ATen/ops/zeros.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/serialization/import.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>

namespace bench {

namespace {

double load(const std::string& file, int samples) {
  const auto began = std::chrono::steady_clock::now();
  auto module = torch::jit::load(file, c10::Device(c10::kCPU));
  module.eval();
  for (int i = 0; i < 2; ++i) module.forward({at::zeros({1, 1, samples})});
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
}

int run(const std::string& file, int samples) {
  at::set_num_threads(1);
  torch::jit::setGraphExecutorOptimize(false);
  const c10::InferenceMode inference;
  load(file, samples);  // LibTorch itself is warm then, as it is in a daemon
  std::printf("ready\n");
  std::fflush(stdout);
  for (std::string line; std::getline(std::cin, line);) {
    std::printf("%f\n", load(file, samples));
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace

}  // namespace bench

int main(int count, char** words) {
  if (count != 3) {
    std::fprintf(stderr, "usage: bench_load FILE SAMPLES\n");
    return 2;
  }
  return bench::run(words[1], std::atoi(words[2]));
}
