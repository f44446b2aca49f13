// Convolutions against sums in double precision, over shapes of every kind and each instruction set of this machine.
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <thread>
#include <vector>

#include "kernels/convolution.hpp"
#include "kernels/memory.hpp"

namespace {

using models::kernels::Convolution;
using models::kernels::Memory;
using models::kernels::Rows;
using models::kernels::Steps;
using models::kernels::Weights;

constexpr double kMostError = 2e-6;  ///< of the rms

/// One convolution with numbers for it.
struct Case {
  Weights weights;
  Steps steps;
  std::int64_t rows = 1, frames = 1;
  std::vector<float> filters, input, bias;

  std::int64_t frames_out() const { return Convolution::frames_out(weights, steps, frames); }
  Rows in() const { return {input.data(), rows, frames}; }
  const float* bias_or_null() const { return bias.empty() ? nullptr : bias.data(); }

  void fill(std::mt19937& random) {
    std::normal_distribution<float> normal;
    const auto numbers = [&](std::int64_t count) {
      std::vector<float> out(static_cast<std::size_t>(count));
      for (float& one : out) one = normal(random);
      return out;
    };
    filters = numbers(weights.in * weights.out / weights.groups * weights.taps);
    input = numbers(rows * weights.in * frames);
    if (random() % 2 == 0) bias = numbers(weights.out);
  }
};

std::string text(const Case& one) {
  const auto& [transposed, in, out, groups, taps] = one.weights;
  std::string said = transposed ? "transposed" : "plain";
  for (const auto number : {in, out, groups, taps, one.steps.stride, one.steps.padding, one.steps.dilation,
                            one.steps.more, one.rows, one.frames}) {
    said += " " + std::to_string(number);
  }
  return said;
}

/// Every product, added in double precision.
std::vector<double> reference(const Case& one) {
  const auto& [transposed, in, out, groups, taps] = one.weights;
  const auto frames_out = one.frames_out(), in_each = in / groups, out_each = out / groups;
  std::vector<double> sums(static_cast<std::size_t>(one.rows * out * frames_out));
  for (std::int64_t at = 0; at < static_cast<std::int64_t>(sums.size()) && !one.bias.empty(); ++at) {
    sums[static_cast<std::size_t>(at)] = one.bias[static_cast<std::size_t>(at / frames_out % out)];
  }
  for (std::int64_t row = 0; row < one.rows; ++row) {
    for (std::int64_t o = 0; o < out; ++o) {
      for (std::int64_t i = o / out_each * in_each; i < (o / out_each + 1) * in_each; ++i) {
        for (std::int64_t tap = 0; tap < taps; ++tap) {
          const auto filter =
              transposed ? (i * out_each + o % out_each) * taps + tap : (o * in_each + i % in_each) * taps + tap;
          const double weight = one.filters[static_cast<std::size_t>(filter)];
          const auto steps = transposed ? one.frames : frames_out;
          for (std::int64_t step = 0; step < steps; ++step) {
            const auto moved = step * one.steps.stride - one.steps.padding + tap * one.steps.dilation;
            const auto from = transposed ? step : moved, to = transposed ? moved : step;
            if (moved < 0 || moved >= (transposed ? frames_out : one.frames)) continue;
            sums[static_cast<std::size_t>((row * out + o) * frames_out + to)] +=
                weight * one.input[static_cast<std::size_t>((row * in + i) * one.frames + from)];
          }
        }
      }
    }
  }
  return sums;
}

std::vector<float> computed(const Case& one) {
  Convolution convolution(one.weights);
  Memory packed(convolution.floats());
  convolution.pack(one.filters.data(), packed.floats().data());
  EXPECT_TRUE(convolution.takes(one.in(), one.steps));
  std::vector<float> out(static_cast<std::size_t>(one.rows * one.weights.out * one.frames_out()), 1e9F);
  convolution.run(one.in(), one.steps, one.bias_or_null(), out.data());
  return out;
}

double error_of(const std::vector<float>& got, const std::vector<double>& wanted) {
  double error = 0, power = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    error += std::pow(static_cast<double>(got[i]) - wanted[i], 2);
    power += std::pow(wanted[i], 2);
  }
  return std::sqrt(error / power);
}

Case any_case(std::mt19937& random) {
  const auto pick = [&](std::initializer_list<std::int64_t> from) {
    return *(from.begin() + static_cast<std::ptrdiff_t>(random() % from.size()));
  };
  for (;;) {
    Case one;
    const auto groups = pick({1, 1, 1, 2, 3});
    one.weights = {pick({0, 1}) == 1, groups * pick({6, 16, 17, 40, 64}), groups * pick({4, 16, 31, 32, 33, 70}),
                   groups, pick({1, 1, 2, 3, 5, 8})};
    one.steps = {pick({1, 1, 2, 3, 4}), pick({0, 0, 1, 2, 5}), pick({1, 1, 2, 3, 9}), 0};
    if (one.weights.transposed && one.steps.stride > 1) one.steps.more = pick({0, 0, 1});
    one.rows = pick({1, 1, 1, 2, 3, 8});
    one.frames = pick({1, 2, 3, 4, 7, 9, 16, 33, 64});
    if (!Convolution::suits(one.weights) || one.frames_out() < 1) continue;
    one.fill(random);
    return one;
  }
}

/// Runs with each instruction set in turn.
class Kernels : public testing::Test {
 protected:
  template <class Work>
  static void with_each(Work work) {
    for (const auto& name : models::kernels::instruction_sets()) {
      SCOPED_TRACE(name);
      ASSERT_TRUE(models::kernels::choose_instruction_set(name));
      ASSERT_EQ(models::kernels::tiles().name, name);
      work();
    }
    models::kernels::choose_instruction_set("");
  }
};

TEST_F(Kernels, EveryShapeGivesWhatItsSumsInDoublePrecisionGive) {
  with_each([] {
    std::mt19937 random(1);
    for (int i = 0; i < 150; ++i) {
      const Case one = any_case(random);
      const auto got = computed(one);
      ASSERT_LE(error_of(got, reference(one)), kMostError) << text(one);
    }
  });
}

TEST_F(Kernels, ManyColumnsAreDealtWithPieceByPiece) {
  with_each([] {
    std::mt19937 random(2);
    for (const bool transposed : {false, true}) {
      Case one;
      one.weights = {transposed, 600, 48, 1, 3};
      one.steps = {1, 1, 1, 0};
      one.rows = 3;
      one.frames = 101;
      one.fill(random);
      ASSERT_LE(error_of(computed(one), reference(one)), kMostError) << text(one);
    }
  });
}

TEST_F(Kernels, RowsAreComputedAsIfEachWereAlone) {
  std::mt19937 random(3);
  Case together;
  together.weights = {false, 40, 48, 1, 3};
  together.rows = 5;
  together.frames = 6;
  together.fill(random);
  const auto all = computed(together);
  for (std::int64_t row = 0; row < together.rows; ++row) {
    Case alone = together;
    alone.rows = 1;
    const auto size = together.input.size() / 5;
    const auto first = together.input.begin() + row * static_cast<std::ptrdiff_t>(size);
    alone.input.assign(first, first + static_cast<std::ptrdiff_t>(size));
    const auto got = computed(alone);
    for (std::size_t i = 0; i < got.size(); ++i) {
      ASSERT_EQ(got[i], all[static_cast<std::size_t>(row) * got.size() + i]) << row << " " << i;
    }
  }
}

TEST_F(Kernels, WhatTheyAreNotMadeForTheySayBefore) {
  const auto suits = [](std::int64_t in, std::int64_t out, std::int64_t groups, std::int64_t taps) {
    return Convolution::suits({false, in, out, groups, taps});
  };
  EXPECT_TRUE(suits(64, 64, 1, 3));
  EXPECT_FALSE(suits(64, 2, 1, 3));    // panels would be empty for the most part
  EXPECT_FALSE(suits(64, 64, 64, 3));  // as above, for each group
  EXPECT_FALSE(suits(64, 64, 3, 3));
  EXPECT_FALSE(suits(0, 0, 1, 1));
  EXPECT_FALSE(suits(64, 64, 0, 1));
  Convolution convolution({false, 64, 64, 1, 3});
  const std::vector<float> filters(64 * 64 * 3, 1);
  Memory packed(convolution.floats());
  EXPECT_FALSE(convolution.takes({filters.data(), 1, 8}, {}));  // not packed
  convolution.pack(filters.data(), packed.floats().data());
  EXPECT_TRUE(convolution.takes({filters.data(), 1, 8}, {}));
  EXPECT_FALSE(convolution.takes({filters.data(), 1, 2}, {}));  // nothing would come out
  EXPECT_FALSE(convolution.takes({filters.data(), 0, 8}, {}));
  EXPECT_FALSE(convolution.takes({filters.data(), 1, 100000}, {}));
  EXPECT_FALSE(convolution.takes({filters.data(), 1000, 8}, {}));
  EXPECT_FALSE(convolution.takes({filters.data(), 1, 8}, {.stride = 0}));
  EXPECT_FALSE(convolution.takes({filters.data(), 1, 8}, {.padding = -1}));
  EXPECT_TRUE(Convolution::few({true, 64, 64, 1, 3}, {.stride = 2, .more = 1}, {filters.data(), 1, 8}));
  EXPECT_FALSE(Convolution::few({true, 64, 64, 1, 3}, {.stride = 2, .more = 2}, {filters.data(), 1, 8}));
}

TEST_F(Kernels, ThreadsShareThem) {
  std::mt19937 random(4);
  Case one;
  one.weights = {false, 64, 96, 1, 3};
  one.frames = 20;
  one.fill(random);
  Convolution convolution(one.weights);
  Memory packed(convolution.floats());
  convolution.pack(one.filters.data(), packed.floats().data());
  const auto wanted = computed(one);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      std::vector<float> out(wanted.size());
      for (int round = 0; round < 20; ++round) {
        convolution.run(one.in(), one.steps, one.bias_or_null(), out.data());
        EXPECT_EQ(out, wanted);
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

TEST_F(Kernels, AnInstructionSetThatIsNotThereIsNotChosen) {
  const std::string before = models::kernels::tiles().name;
  EXPECT_FALSE(models::kernels::choose_instruction_set("MMX"));
  EXPECT_EQ(models::kernels::tiles().name, before);
}

}  // namespace
