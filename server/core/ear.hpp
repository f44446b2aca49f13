#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/core/input_line.hpp"
#include "server/core/served_model.hpp"

namespace server {

/// What a session's stream was told, by name.
using Settings = std::map<std::string, std::vector<models::Value>, std::less<>>;

/// What a session's sound goes through: the model's stream, made anew where the sound begins anew, and where that began
/// on the session's axis. Thread: [any], one caller at a time: the job at work.
class Ear {
 public:
  /// @param rate      frames per second of what it hears
  /// @param settings  set before anything is heard; those that the model does not know are left out
  Ear(std::shared_ptr<const ServedModel> served, std::size_t method, double rate, Settings settings = {});

  /// Makes the stream where there is none for so many channels. Fails: as models::Model::stream.
  base::Status prepare(int channels);
  /// Positions in `out` are those of the session. What was heard before a failure is in it.
  base::Status hear(models::Instance& instance, std::span<const Input> inputs, models::StreamOutput& out);
  /// The sound has ended.
  base::Status finish(models::Instance& instance, models::StreamOutput& out);
  /// The next input begins anew.
  void forget();

  base::Status set(std::string_view setting, std::span<const models::Value> values);
  base::Result<std::vector<models::Value>> get(std::string_view setting);
  /// Frames; after prepare().
  std::int64_t lookahead() const { return stream_ ? stream_->lookahead() : 0; }

  const std::shared_ptr<const ServedModel>& served() const { return served_; }
  std::size_t method() const { return method_; }

 private:
  base::Status hear_one(models::Instance& instance, const Input& input, models::StreamOutput& out);
  base::Status push(models::Instance& instance, std::span<const float> frames, models::StreamOutput& out);
  void on_axis(models::StreamOutput& out, std::size_t events, std::size_t frames) const;

  std::shared_ptr<const ServedModel> served_;
  std::size_t method_;
  double rate_;
  int channels_ = 0;
  base::Position origin_;
  std::unique_ptr<models::Stream> stream_;
  Settings settings_;
};

}  // namespace server
