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

class Ear;

/// One session's part of a job: its ear, the input that waited, and what that came to.
struct Hearing {
  std::shared_ptr<Ear> ear;
  std::vector<Input> inputs;
  models::StreamOutput out = {};  ///< positions are those of the session; what was heard beside a failure is in it
  base::Status status = {};       ///< the first failure
  std::size_t input = 0;          ///< which is next
  std::size_t taken = 0;          ///< numbers of it
};

/// Hears all of the inputs, of ears that ask the same method of the same model. With several, windows that wait at the
/// same time are asked about together (models::Instance::ask). Thread: [infer].
void hear(models::Instance& instance, std::span<Hearing> parts);

/// What a session's sound goes through: the model's stream, made anew where the sound begins anew, and where that began
/// on the session's axis. Thread: [any], one caller at a time: the job at work.
class Ear {
 public:
  /// @param rate      frames per second of what it hears
  /// @param settings  set before anything is heard; those that the model does not know are left out
  Ear(std::shared_ptr<const ServedModel> served, std::size_t method, double rate, Settings settings = {});

  /// Makes the stream where there is none for so many channels. Fails: as models::Model::stream.
  base::Status prepare(int channels);
  /// The two steps of hear(): takes input until windows wait for the script, or all is taken; says what those came to.
  void take(Hearing& part, models::Windows& windows);
  void tell(Hearing& part, std::span<const models::Heard> heard, std::span<const models::WindowAnswer> answers);
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
  base::Status begin(const Input& input);
  base::Status take_some(Hearing& part, models::Windows& windows);
  std::span<const float> rest_of(const Input& input, std::size_t taken);

  std::shared_ptr<const ServedModel> served_;
  std::size_t method_;
  double rate_;
  int channels_ = 0;
  base::Position origin_;
  std::vector<float> silence_;
  std::unique_ptr<models::Stream> stream_;
  Settings settings_;
};

}  // namespace server
