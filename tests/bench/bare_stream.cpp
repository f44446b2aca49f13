// A model that streams, without a server around it: blocks of one length from plain C++, one thread and one instance
// for each session.
//   bench_stream FILE METHOD BLOCK SESSIONS SOUND    then, a line each on standard input: how many blocks more
// SOUND is a file of little-endian floats, mono, heard over and over. Prints "ready", then per line the sum of the last
// block of the first session.
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/python/update_graph_executor_opt.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

namespace bench {

namespace {

constexpr int kWarm = 4;

class Session {
 public:
  Session(const std::string& file, const std::string& method, std::int64_t block, const std::vector<float>& sound)
      : module_(torch::jit::load(file, c10::Device(c10::kCPU))), method_(method), block_(block), sound_(sound) {
    module_.eval();
  }

  void run(int blocks) {
    at::set_num_threads(1);
    torch::jit::setGraphExecutorOptimize(false);  // the quicker way to the same speed
    const c10::InferenceMode inference;
    const auto method = module_.get_method(method_);
    for (int i = 0; i < blocks; ++i) {
      auto input = at::empty({1, 1, block_});
      auto* to = input.mutable_data_ptr<float>();
      for (std::int64_t n = 0; n < block_; ++n) to[n] = sound_[at_ = (at_ + 1) % sound_.size()];
      const auto output = method({input}).toTensor().contiguous();
      const float* from = output.const_data_ptr<float>();
      sum = 0;
      for (std::int64_t n = 0; n < output.numel(); ++n) sum += from[n];
    }
  }

  double sum = 0;

 private:
  torch::jit::Module module_;
  std::string method_;
  std::int64_t block_;
  const std::vector<float>& sound_;
  std::size_t at_ = 0;
};

void run_all(std::vector<Session>& sessions, int blocks) {
  std::vector<std::thread> threads;
  for (auto& session : sessions) threads.emplace_back([&session, blocks] { session.run(blocks); });
  for (auto& thread : threads) thread.join();
}

int run(const std::string& file, const std::string& method, int block, int count, const std::string& sound_file) {
  std::ifstream stream(sound_file, std::ios::binary | std::ios::ate);
  std::vector<float> sound(static_cast<std::size_t>(std::max<std::streamoff>(stream.tellg(), 0)) / sizeof(float));
  stream.seekg(0);
  stream.read(reinterpret_cast<char*>(sound.data()), static_cast<std::streamsize>(sound.size() * sizeof(float)));
  if (sound.empty()) return 1;
  std::vector<Session> sessions;
  for (int i = 0; i < count; ++i) sessions.emplace_back(file, method, block, sound);
  run_all(sessions, kWarm);
  std::printf("ready\n");
  std::fflush(stdout);
  for (int blocks = 0; std::cin >> blocks;) {
    run_all(sessions, blocks);
    std::printf("%.9g\n", sessions.front().sum);
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace

}  // namespace bench

int main(int count, char** words) {
  if (count != 6) {
    std::fprintf(stderr, "usage: bench_stream FILE METHOD BLOCK SESSIONS SOUND\n");
    return 2;
  }
  return bench::run(words[1], words[2], std::atoi(words[3]), std::atoi(words[4]), words[5]);
}
