// The other side: a process that runs programs for another one, and leaves with it.
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/syscall.h>
#endif

#include <atomic>
#include <cerrno>
#include <map>
#include <mutex>
#include <thread>

#include "calls.hpp"
#include "card_pack.hpp"
#include "channel.hpp"
#include "models/engine.hpp"
#include "models/isolate.hpp"
#include "models/model.hpp"

namespace models {

namespace {

using base::Error;
using base::ErrorCode;

/// What is loaded here, and its runs by their names. Thread: [any]; each run is used by one at a time.
class Host {
 public:
  /// Answers what came through the channel.
  void answer(Channel& channel) {
    // Who asks knows the order: one of our threads takes over what another did before. Memory has to be told.
    (void)answered_.load(std::memory_order_acquire);
    auto asked = channel.said();
    auto out = channel.packer();
    switch (static_cast<Call>(channel.what())) {
      case Call::kLoad:
        load(asked, out);
        break;
      case Call::kTry:
        put(out, try_out(asked));
        break;
      case Call::kFresh:
        keep(out, program_->fresh());
        break;
      case Call::kShared:
        keep(out, program_->shared());
        break;
      case Call::kRewritten:
        keep(out, program_->rewritten());
        break;
      case Call::kChoose:
        choose(asked, out);
        break;
      case Call::kKernels:
        use_kernels(asked, out);
        break;
      case Call::kDiffers:
        differs(asked, out);
        break;
      case Call::kLeaveOut:
        leave_out(asked, out);
        break;
      case Call::kFill:
        fill(asked, out);
        break;
      case Call::kClear:
        clear(asked, out);
        break;
      case Call::kSeed:
        seed(asked, out);
        break;
      case Call::kFacts:
        put(out, base::Status());
        put(out, program_->facts());
        break;
      case Call::kRun:
        run(asked, out);
        break;
      case Call::kSet:
        set(asked, out);
        break;
      case Call::kGet:
        get_values(asked, out);
        break;
      default:
        put(out, base::Status(Error{ErrorCode::kModelFailed, "this is no call"}));
    }
    answered_.fetch_add(1, std::memory_order_release);
    (void)channel.send(channel.what(), out, base::Time::max());
  }

  void drop(RunId id) {
    (void)answered_.load(std::memory_order_acquire);
    std::unique_ptr<Run> run;
    const std::lock_guard lock(mutex_);
    const auto found = runs_.find(id);
    if (found == runs_.end()) return;
    run = std::move(found->second);
    runs_.erase(found);
  }

 private:
  void load(Unpacker& asked, Packer& out) {
    Card card;
    get(asked, card);
    auto engine = open_engine(card.engine);
    if (!engine) return put(out, base::Status(engine.error()));
    (*engine)->prepare_thread();
    auto program = (*engine)->load(card);
    if (!program) return put(out, base::Status(program.error()));
    {
      const std::lock_guard lock(mutex_);
      engine_ = *engine;
    }
    program_ = std::move(*program);
    put(out, base::Status());
    put_all(out, (*engine)->version(), program_->methods(), program_->facts(), program_->script());
  }

  static base::Status try_out(Unpacker& asked) {
    Card card;
    bool kernels = false;
    get_all(asked, card, kernels);
    card.isolate = false;
    const auto model = models::load(card, {.warmup = 3, .measure = std::chrono::milliseconds(1), .kernels = kernels});
    return model ? base::Status() : base::Status(model.error());
  }

  void keep(Packer& out, base::Result<std::unique_ptr<Run>> run) {
    if (!run) return put(out, base::Status(run.error()));
    put(out, base::Status());
    if (*run == nullptr) return put(out, RunId{0});
    const std::lock_guard lock(mutex_);
    runs_.emplace(++last_, std::move(*run));
    put(out, last_);
  }

  Run& run_of(Unpacker& asked) {
    RunId id = 0;
    get(asked, id);
    prepare();
    const std::lock_guard lock(mutex_);
    return *runs_.at(id);
  }

  void prepare() {
    thread_local Engine* prepared = nullptr;
    Engine* engine = nullptr;
    {
      const std::lock_guard lock(mutex_);
      engine = engine_;
    }
    if (std::exchange(prepared, engine) != engine) engine->prepare_thread();
  }

  void choose(Unpacker& asked, Packer& out) {
    bool chosen = false;
    get(asked, chosen);
    program_->choose_rewritten(chosen);
    put(out, base::Status());
  }

  void use_kernels(Unpacker& asked, Packer& out) {
    std::uint32_t use = 0;
    get(asked, use);
    const auto taken = program_->use_kernels(static_cast<KernelUse>(use));
    put(out, base::Status());
    put(out, std::uint64_t{taken});
  }

  void run(Unpacker& asked, Packer& out) {
    // Their memory is kept between calls. TensorIn is a view: shared memory need not lie as floats do.
    thread_local TensorIn in;
    thread_local TensorOut given;
    thread_local std::vector<float> numbers;
    Run& run = run_of(asked);
    std::uint64_t method = 0;
    get_all(asked, method, in.shape, numbers);
    in.data = numbers;
    auto status = run.run(static_cast<std::size_t>(method), in, given);
    put(out, status);
    if (status) put_all(out, given.shape, given.data);
  }

  void differs(Unpacker& asked, Packer& out) {
    Run& run = run_of(asked);
    bool thorough = false;
    get(asked, thorough);
    put(out, base::Status());
    put(out, program_->differs(run, thorough));
  }

  void leave_out(Unpacker& asked, Packer& out) {
    std::uint64_t method = 0;
    get(asked, method);
    program_->leave_out(static_cast<std::size_t>(method));
    put(out, base::Status());
  }

  void fill(Unpacker& asked, Packer& out) {
    Run& run = run_of(asked);
    std::string buffer;
    Sound sound;
    std::vector<float> planes;
    get_all(asked, buffer, sound.channels, sound.rate, planes);
    sound.planes = planes;
    put(out, run.fill(buffer, sound));
  }

  void clear(Unpacker& asked, Packer& out) {
    Run& run = run_of(asked);
    std::string buffer;
    get(asked, buffer);
    put(out, run.clear(buffer));
  }

  void seed(Unpacker& asked, Packer& out) {
    Run& run = run_of(asked);
    std::uint64_t seed = 0;
    get(asked, seed);
    run.seed(seed);
    put(out, base::Status());
  }

  void set(Unpacker& asked, Packer& out) {
    Run& run = run_of(asked);
    std::string attribute;
    std::vector<Value> values;
    get_all(asked, attribute, values);
    put(out, run.set(attribute, values));
  }

  void get_values(Unpacker& asked, Packer& out) {
    Run& run = run_of(asked);
    std::string attribute;
    get(asked, attribute);
    const auto values = run.get(attribute);
    if (!values) return put(out, base::Status(values.error()));
    put(out, base::Status());
    put(out, *values);
  }

  std::atomic<std::uint64_t> answered_ = 0;
  std::unique_ptr<Program> program_;
  std::mutex mutex_;  // guards all below
  Engine* engine_ = nullptr;
  std::map<RunId, std::unique_ptr<Run>> runs_;
  RunId last_ = 0;
};

/// What loads takes what is left by all that answers. Linux: a thread has its own.
void step_back() {
#if defined(__linux__)
  constexpr int kNicer = 10;
  const auto thread = static_cast<id_t>(syscall(SYS_gettid));
  (void)setpriority(PRIO_PROCESS, thread, getpriority(PRIO_PROCESS, thread) + kNicer);
#endif
}

/// Hears on the control line which runs are dropped, until it hangs up.
void listen(int control, Host& host) {
  for (;;) {
    RunId id = 0;
    const auto count = ::recv(control, &id, sizeof id, MSG_WAITALL);
    if (count < 0 && errno == EINTR) continue;
    if (count != sizeof id) return;
    host.drop(id);
  }
}

}  // namespace

base::Status work(std::span<const int> descriptors) {
  if (descriptors.size() < 3) return Error{ErrorCode::kMalformed, "a worker takes a file and two sockets at least"};
  for (const int one : descriptors) fcntl(one, F_SETFD, FD_CLOEXEC);
  const std::size_t channels = descriptors.size() - 2;
  auto region = Region::map(descriptors[0], channels);
  if (!region) return region.error();
  auto& host = *new Host;  // with its threads until the process ends, however it does
  for (std::size_t i = 0; i < channels; ++i) {
    auto* channel = new Channel(descriptors[i + 1], (*region)->half(i, 1), (*region)->half(i, 0));
    std::thread([channel, &host, loads = i == 0] {
      if (loads) step_back();
      while (channel->receive(base::Time::max()) == Channel::Came::kMessage) host.answer(*channel);
    }).detach();
  }
  listen(descriptors.back(), host);
  _exit(0);
}

}  // namespace models
