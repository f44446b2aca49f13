#pragma once
#include <memory>
#include <vector>

#include "models/fate.hpp"
#include "server/record/recording.hpp"

namespace server {

/// Notes what became of the calls of one job or load. Thread: that which does it; read when it is done.
class NotedFates final : public models::Fates {
 public:
  std::optional<base::Error> next() override {
    ++calls_;
    return std::nullopt;
  }
  void failed(const base::Error& error) override {
    records.push_back({.kind = RecordKind::kFate,
                       .event = static_cast<std::uint64_t>(base::number(error.code)),
                       .index = calls_ - 1,
                       .text = error.message});
  }

  std::vector<Record> records;

 private:
  std::uint32_t calls_ = 0;
};

/// Gives it out again.
class GivenFates final : public models::Fates {
 public:
  explicit GivenFates(std::vector<Record> records) : records_(std::move(records)) {}
  std::optional<base::Error> next() override {
    const auto call = calls_++;
    for (const auto& one : records_) {
      if (one.index == call) return base::Error{static_cast<base::ErrorCode>(one.event), one.text};
    }
    return std::nullopt;
  }
  void failed(const base::Error& /*error*/) override {}

 private:
  std::vector<Record> records_;
  std::uint32_t calls_ = 0;
};

}  // namespace server
