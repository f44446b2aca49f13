// Kernels of ours in LibTorch's place: the same answers but for rounding, and never an old weight.
#include <gmock/gmock.h>

#include <cmath>

#include "fixtures.hpp"

namespace {

using models::KernelUse;
using models::Run;
using models::Value;
using testing::HasSubstr;
using testing::Not;
using tests::outcome;

constexpr double kMostError = 5e-5;  ///< of the rms

class TorchKernels : public tests::TorchTest {};

models::Card stream_card(const std::filesystem::path& file) {
  models::Card card;
  card.name = file.stem().string();
  card.kind = "stream";
  card.file = file;
  return card;
}

std::vector<float> noise(std::size_t count, std::uint32_t seed) {
  std::vector<float> out(count);
  for (float& x : out) x = static_cast<float>((seed = seed * 1664525U + 1013904223U) >> 8U) / 16777216.0F - 0.5F;
  return out;
}

std::vector<float> heard(Run& run, std::size_t method, const std::vector<std::int64_t>& shape, std::uint32_t seed) {
  std::size_t size = 1;
  for (const auto side : shape) size *= static_cast<std::size_t>(side);
  const auto block = noise(size, seed);
  models::TensorOut out;
  const auto status = run.run(method, {block, shape}, out);
  EXPECT_TRUE(status) << outcome(status);
  return out.data;
}

double error_of(const std::vector<float>& got, const std::vector<float>& wanted) {
  EXPECT_EQ(got.size(), wanted.size());
  double error = 0, power = 0;
  for (std::size_t i = 0; i < std::min(got.size(), wanted.size()); ++i) {
    error += std::pow(static_cast<double>(got[i]) - static_cast<double>(wanted[i]), 2);
    power += std::pow(static_cast<double>(wanted[i]), 2);
  }
  return error == 0 ? 0 : std::sqrt(error / power);
}

/// A program as load() prepares it: what one run calls is packed, and the others share its weights.
struct Prepared {
  std::unique_ptr<models::Program> program;
  std::size_t taken = 0;

  explicit Prepared(const models::Card& card, const std::vector<std::int64_t>& shape = {1, 1, 512}) {
    auto* engine = *models::open_engine("torch");
    engine->prepare_thread();
    program = std::move(*engine->load(card));
    (void)program->use_kernels(KernelUse::kLearn);
    const auto first = std::move(*program->fresh());
    (void)heard(*first, 0, shape, 1);
    (void)program->differs(*first, false);
    taken = program->use_kernels(KernelUse::kOn);
  }

  std::vector<float> with(KernelUse use, Run& run, std::uint32_t seed = 7) {
    (void)program->use_kernels(use);
    (void)heard(run, 0, {1, 1, 512}, seed);  // the same past
    return heard(run, 0, {1, 1, 512}, seed);
  }
};

TEST_F(TorchKernels, AnswerAsLibTorchBlockForBlock) {
  Prepared ready(stream_card(tests::fixture("convolves.ts")));
  EXPECT_EQ(ready.taken, 4u);
  const auto plain = std::move(*ready.program->fresh()), ours = std::move(*ready.program->fresh());
  bool differ = false;
  for (std::uint32_t block = 0; block < 100; ++block) {
    const std::int64_t frames = 16 * (1 + block * 7 % 40);
    (void)ready.program->use_kernels(KernelUse::kOff);
    const auto wanted = heard(*plain, 0, {1, 1, frames}, block);
    (void)ready.program->use_kernels(KernelUse::kOn);
    const auto got = heard(*ours, 0, {1, 1, frames}, block);
    ASSERT_LE(error_of(got, wanted), kMostError) << block;
    differ = differ || got != wanted;
  }
  EXPECT_TRUE(differ) << "they were never called";
}

TEST_F(TorchKernels, AWeightThatIsWrittenToIsNotUsedAsItWasAndStaysOneSessions) {
  for (const auto* attribute : {"scale", "row", "alias", "replace", "data", "looped", "forked"}) {
    Prepared ready(stream_card(tests::fixture("convolves.ts")));
    ASSERT_EQ(ready.taken, 4u);
    const auto run = std::move(*ready.program->fresh()), other = std::move(*ready.program->fresh());
    const auto before = ready.with(KernelUse::kOn, *run);
    ASSERT_TRUE(run->set(attribute, std::vector<Value>{0.25F})) << attribute;
    const auto got = ready.with(KernelUse::kOn, *run), wanted = ready.with(KernelUse::kOff, *run);
    EXPECT_LE(error_of(got, wanted), kMostError) << attribute;
    EXPECT_GT(error_of(got, before), 0.01) << attribute;
    EXPECT_EQ(ready.with(KernelUse::kOn, *other), before) << attribute;
    EXPECT_EQ(ready.with(KernelUse::kOn, **ready.program->fresh()), before) << attribute;
  }
}

TEST_F(TorchKernels, AMethodThatMayWriteToWeightsIsLeftToLibTorchWithWeightsOfItsOwn) {
  Prepared ready(stream_card(tests::fixture("writes_seldom.ts")));
  EXPECT_EQ(ready.taken, 0u);
  const auto run = std::move(*ready.program->fresh()), other = std::move(*ready.program->fresh());
  const auto before = heard(*run, 0, {1, 1, 512}, 7);
  models::TensorOut out;
  ASSERT_TRUE(run->run(0, {std::vector<float>(512, 11.0F), {1, 1, 512}}, out));
  EXPECT_GT(error_of(heard(*run, 0, {1, 1, 512}, 7), before), 0.01);
  EXPECT_EQ(heard(*other, 0, {1, 1, 512}, 7), before);
}

TEST_F(TorchKernels, WhatIsForgottenIsLibTorchsAgain) {
  Prepared ready(stream_card(tests::fixture("convolves.ts")));
  const auto run = std::move(*ready.program->fresh());
  const auto wanted = ready.with(KernelUse::kOff, *run);
  EXPECT_EQ(ready.program->use_kernels(KernelUse::kNever), 0u);
  EXPECT_EQ(ready.with(KernelUse::kOn, *run), wanted);
}

std::string fact(const models::Model& model, const std::string& name) {
  for (const auto& [key, text] : model.facts()) {
    if (key == name) return text;
  }
  return "";
}

std::shared_ptr<const models::Model> loaded(const models::Card& card, std::optional<models::Form> form, bool kernels) {
  auto options = tests::quick();
  options.form = form;
  options.kernels = kernels;
  auto model = models::load(card, options);
  EXPECT_TRUE(model) << outcome(model);
  return model ? *model : nullptr;
}

TEST_F(TorchKernels, ALoadTriesThemAndSaysWhatBecameOfThem) {
  const auto card = stream_card(tests::fixture("convolves.ts"));
  const auto forced = loaded(card, models::Form{false, true}, true);
  EXPECT_TRUE(forced->form().kernels);
  EXPECT_THAT(fact(*forced, "kernels"), HasSubstr("on: "));
  EXPECT_THAT(fact(*forced, "packed"), HasSubstr("4 convolutions, "));
  const auto chosen = loaded(card, {}, true);
  EXPECT_THAT(fact(*chosen, "kernels"), HasSubstr(chosen->form().kernels ? "on: " : "off: "));
  EXPECT_EQ(fact(*chosen, "packed").empty(), !chosen->form().kernels);
  for (const auto form : {std::optional<models::Form>(), std::optional(models::Form{false, true})}) {
    const auto off = loaded(card, form, false);
    EXPECT_FALSE(off->form().kernels);
    EXPECT_EQ(fact(*off, "kernels"), "");
  }
}

// Every weight of theirs is read again from a file as musicians have it, narrower. Random numbers are none.
class RaveKernels : public testing::TestWithParam<const char*> {};

TEST_P(RaveKernels, AnswerAsLibTorchForAHundredBlocks) {
  const auto folder = std::filesystem::path(OSCINE_RAVE_MODELS);
  if (!std::filesystem::exists(folder / "made")) {
    GTEST_SKIP() << "no RAVE models (scripts/setup.sh test fetches acids-rave)";
  }
  const auto card = stream_card(folder / GetParam() / (std::string(GetParam()) + ".ts"));
  const auto plain = loaded(card, {}, false), ours = loaded(card, models::Form{false, true}, true);
  ASSERT_TRUE(plain && ours);
  ASSERT_TRUE(ours->form().kernels) << fact(*ours, "kernels");
  EXPECT_THAT(fact(*ours, "packed"), Not(testing::IsEmpty()));
  const auto theirs = std::move(*plain->instance()), mine = std::move(*ours->instance());
  std::vector<float> wanted, got;
  for (std::uint32_t block = 0; block < 100; ++block) {
    const auto sound = noise(2048, block);
    ASSERT_TRUE(theirs->run(0, sound, wanted));
    ASSERT_TRUE(mine->run(0, sound, got));
    ASSERT_LE(error_of(got, wanted), kMostError) << block;
  }
}

INSTANTIATE_TEST_SUITE_P(Each, RaveKernels,
                         testing::Values("v1_quiet", "v2_quiet", "v2_small_quiet", "v3_quiet", "discrete_quiet",
                                         "causal_quiet"),
                         [](const auto& one) { return std::string(one.param); });

}  // namespace
