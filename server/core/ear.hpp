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

/// What a session's input goes through: the model's stream, made anew where the sound begins anew, and where that began
/// on the session's axis. Thread: [any], one caller at a time: the job at work.
class Ear {
 public:
  /// @param rate      frames per second of what it hears
  /// @param settings  set before anything is heard; those that the model does not know are left out
  Ear(std::shared_ptr<const ServedModel> served, std::size_t method, double rate, Settings settings = {});

  /// Makes the stream where there is none for so many channels. Fails: as models::Model::stream.
  base::Status prepare(int channels);
  /// The same for as many as it heard last, or the method takes.
  base::Status prepare();
  /// The two steps of hear(): takes input until windows wait for the script, or all is taken; says what those came to.
  void take(Hearing& part, models::Windows& windows);
  void tell(Hearing& part, std::span<const models::Heard> heard, std::span<const models::WindowAnswer> answers);
  /// All of the part's input, block by block, for a method that streams.
  void stream(models::Instance& instance, Hearing& part);
  /// Sets an attribute at a position of the session's axis; as models::Stream::set_at.
  base::Result<bool> set_at(models::Change change);
  /// The sound has ended.
  base::Status finish(models::Instance& instance, models::StreamOutput& out);
  /// A piece of a buffer of the model, of sound at the session's rate. It is filled before the model next runs: pieces
  /// of one buffer are filled at once. Fails: kTooLarge.
  base::Status keep_piece(const std::string& buffer, std::int64_t offset, std::span<const float> samples);
  /// Fills what is kept.
  base::Status fill_buffers(models::Instance& instance);
  /// Pieces of this buffer are forgotten.
  void forget_pieces(const std::string& buffer) { pieces_.erase(buffer); }
  /// Another version of the model takes over; as models::Stream::hand_over.
  void hand_over(std::shared_ptr<const ServedModel> served, std::size_t method, std::unique_ptr<models::Instance> next);
  /// The instance that listens for that; null: none.
  models::Instance* next() { return stream_ ? stream_->next() : nullptr; }
  /// The instance that has taken over, once; served() and method() are its own from then on.
  std::unique_ptr<models::Instance> taken_over();
  /// The next input begins anew.
  void forget();

  base::Status set(std::string_view setting, std::span<const models::Value> values);
  base::Result<std::vector<models::Value>> get(std::string_view setting);
  /// The method gives frames for frames; false: it answers windows.
  bool streams() const { return served_->model->methods()[method_].answer == models::Answer::kStream; }
  /// Units; after prepare().
  std::int64_t lookahead() const { return stream_ ? stream_->lookahead() : 0; }

  std::int64_t latency() const { return stream_ ? stream_->latency() : 0; }
  std::string warning() const { return stream_ ? stream_->warning() : std::string(); }

  const std::shared_ptr<const ServedModel>& served() const { return served_; }
  std::size_t method() const { return method_; }

 private:
  base::Status begin(const Input& input);
  base::Status take_some(Hearing& part, models::Windows& windows);
  std::span<const float> rest_of(const Input& input, std::size_t taken);
  base::Status push(models::Instance& instance, const Input& input, models::StreamOutput& out);
  void to_axis(models::StreamOutput& out, std::size_t events, std::size_t frames, std::size_t stretches) const;

  std::shared_ptr<const ServedModel> served_;
  std::size_t method_;
  double rate_;
  int channels_ = 0;
  base::Position origin_;
  std::vector<float> silence_;
  std::unique_ptr<models::Stream> stream_;
  Settings settings_;
  std::shared_ptr<const ServedModel> coming_;  ///< the version that takes over
  std::size_t coming_method_ = 0;
  struct Pieces {
    std::vector<float> samples;
    bool filled = false;
  };
  std::map<std::string, Pieces> pieces_;  ///< by buffer
};

}  // namespace server
