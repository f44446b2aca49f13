#pragma once
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "cards.hpp"

namespace tests {

inline std::filesystem::path fixture(const std::string& name) {
  return std::filesystem::path(OSCINE_MODEL_FIXTURES) / name;
}

/// Tests of the LibTorch engine; skipped where no Python with torch could make their files.
class TorchTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(fixture("mlp.ts"))) {
      GTEST_SKIP() << "no model files: set OSCINE_PYTHON to a Python that can import torch";
    }
  }
};

/// A card of the torch engine for one of the files: two numbers in 0..1 in, two out.
inline models::Card torch_card(const std::string& name) {
  models::Card card = fake_card();
  card.name = name;
  card.engine = "torch";
  card.file = fixture(name + ".ts");
  return card;
}

inline models::Card mlp_card() {
  models::Card card = torch_card("mlp");
  card.methods = {method("forward", {"a", "b", "c", "d"}, {"pitch", "filter"})};
  return card;
}

inline std::shared_ptr<const models::Model> loaded(const models::Card& card) {
  auto model = models::load(card, quick());
  EXPECT_TRUE(model) << outcome(model);
  return model ? *model : nullptr;
}

inline std::unique_ptr<models::Instance> instance_of(const models::Card& card) {
  const auto model = loaded(card);
  if (model == nullptr) return nullptr;
  auto instance = model->instance();
  EXPECT_TRUE(instance) << outcome(instance);
  return instance ? std::move(*instance) : nullptr;
}

struct Answer {
  std::string outcome;
  std::vector<float> out;
};

inline Answer run(models::Instance& instance, std::vector<float> in, std::size_t method = 0) {
  Answer answer;
  answer.outcome = outcome(instance.run(method, in, answer.out));
  return answer;
}

/// One line of NAME.expected.
struct Expected {
  std::vector<float> in, out;
};

inline std::vector<Expected> expected(const std::string& name) {
  std::vector<Expected> all;
  std::ifstream file(fixture(name + ".expected"));
  for (std::string line; std::getline(file, line);) {
    Expected one;
    std::istringstream words(line);
    bool after_bar = false;
    for (std::string word; words >> word;) {
      if (word == "|") {
        after_bar = true;
      } else {
        (after_bar ? one.out : one.in).push_back(std::stof(word));
      }
    }
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace tests
