#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "models/model.hpp"
#include "resampler.hpp"

namespace models {

/// A stream of kind stream: frames in, frames out, the script called with blocks of always the same length. Where the
/// session's rate is not the model's, sound is resampled on its way in and on its way out; frames of another ratio than
/// 1 come and go at the model's own pace.
class BlockStream final : public Stream {
 public:
  /// @param rate    that the model runs at, in samples per second
  /// @param format  as many channels as the method takes: who makes it has looked
  /// Fails: kMalformed for rates that cannot be brought together.
  static base::Result<std::unique_ptr<Stream>> make(std::shared_ptr<const Model> model, std::size_t method, double rate,
                                                    const StreamFormat& format);

  base::Status push(Instance& instance, std::span<const float> frames, StreamOutput& out) override;
  void rest(std::span<const float> frames, StreamOutput& out) override;
  base::Result<std::size_t> take(std::span<const float> frames, Windows& windows, StreamOutput& out) override;
  base::Status tell(std::span<const Heard> heard, std::span<const WindowAnswer> answers, StreamOutput& out) override;
  base::Status finish(Instance& instance, StreamOutput& out) override;
  void reset() override;
  base::Status set(std::string_view setting, std::span<const Value> values) override;
  base::Result<std::vector<Value>> get(std::string_view setting) const override;
  base::Result<bool> set_at(Change change) override;
  std::vector<Change> take_changes() override { return std::exchange(changes_, {}); }
  void hand_over(std::shared_ptr<const Model> model, std::size_t method, std::unique_ptr<Instance> next) override;
  Instance* next() override { return next_ && !next_->over ? next_->instance.get() : nullptr; }
  std::unique_ptr<Instance> taken_over() override;
  std::int64_t latency() const override;
  std::string warning() const override;
  std::int64_t lookahead() const override;

 private:
  BlockStream(std::shared_ptr<const Model> model, std::size_t method, double rate, const StreamFormat& format);
  base::Status make_resamplers();

  using Resamplers = std::vector<std::unique_ptr<Resampler>>;
  const Method& method() const { return model_->methods()[index_]; }
  std::size_t in_channels() const { return static_cast<std::size_t>(method().in_channels); }
  std::size_t out_channels() const { return static_cast<std::size_t>(method().out_channels); }
  void use_block(int samples);

  base::Status feed(Instance* instance, std::span<const float> frames, StreamOutput& out);
  base::Status feed_resampled(Instance* instance, std::span<const float> frames, StreamOutput& out);
  base::Status run_block(Instance* instance, StreamOutput& out);
  base::Status call_next(bool& silent);
  void fade(bool& silent);
  void end_hand_over();
  base::Status change(Instance& instance);
  base::Status call(Instance& instance, std::size_t method, TensorOut& tensor);
  std::int64_t block_begins() const;
  std::int64_t samples_of_block() const { return static_cast<std::int64_t>(block_) * method().in_ratio; }
  void emit(std::span<const float> planar, std::size_t frames, StreamOutput& out);
  void emit_resampled(std::span<const float> planar, std::size_t frames, StreamOutput& out);
  void add_stretch(std::int64_t frames, StreamOutput& out);

  /// Another version of the model, on its way.
  struct Next {
    std::shared_ptr<const Model> model;
    std::size_t method = 0;
    std::unique_ptr<Instance> instance;
    TensorOut tensor;
    std::int64_t heard = 0;  ///< samples at the model's rate
    bool over = false;       ///< it serves alone
  };

  std::shared_ptr<const Model> model_;
  std::size_t index_;
  std::optional<Next> next_;
  double rate_;  ///< the model's
  StreamFormat format_;
  int samples_ = 0;              ///< of a block, at the model's rate, as asked for
  std::size_t block_ = 0;        ///< frames in of one call
  std::size_t answer_ = 0;       ///< frames out of one call
  std::size_t filled_ = 0;       ///< frames of the block that are there
  std::int64_t taken_ = 0;       ///< frames of input since the beginning
  std::int64_t told_ = 0;        ///< frames of output since then
  std::int64_t run_ = 0;         ///< frames that blocks took since then
  std::int64_t last_ = -1;       ///< where the last block that was run began
  std::vector<Change> changes_;  ///< by position
  bool rate_told_ = false;
  std::optional<std::int32_t> seed_;  ///< that was set
  bool seed_told_ = true;
  std::vector<float> block_in_;  ///< [in_channels, block_]
  TensorIn in_;
  TensorOut tensor_;
  Resamplers in_resamplers_, out_resamplers_;     ///< one for each channel; none where the rates are one
  std::vector<std::vector<float>> in_resampled_;  ///< [in_channels]: waits for a block
  std::vector<std::vector<float>> out_resampled_;
  std::vector<float> channel_;
};

}  // namespace models
