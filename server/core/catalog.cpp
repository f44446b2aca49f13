#include "server/core/catalog.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include "protocol/schema.hpp"
#include "server/core/card_path.hpp"

namespace server {

using base::Error;
using base::ErrorCode;

namespace {
constexpr std::chrono::milliseconds kMeasureAgain{10};
}  // namespace

std::string_view name_of(Catalog::State state) {
  constexpr std::array<std::string_view, 4> kNames{"loading", "ready", "failed", "unloaded"};
  return kNames[static_cast<std::size_t>(state)];
}

Catalog::Catalog(Background& background, Timers& timers, Workers& workers, Options options, Trials* trials, Told told)
    : background_(background),
      timers_(timers),
      workers_(workers),
      options_(std::move(options)),
      trials_(trials),
      told_(std::move(told)) {}

Error Catalog::unknown(std::string_view name) const {
  std::vector<std::string_view> names;
  for (const auto& [known, item] : items_) names.push_back(known);
  const auto near = protocol::nearest(name, names);
  std::string text = "no model is called '" + std::string(name) + "'";
  if (!near.empty()) {
    text += "; did you mean '" + std::string(near) + "'?";
  } else if (names.empty()) {
    text += "; the configuration names none, and /oscine/v1/load brings some";
  } else {
    text += "; /oscine/v1/models lists those there are, and /oscine/v1/load brings others";
  }
  return {ErrorCode::kUnknown, text};
}

std::size_t Catalog::count_ready() const {
  return static_cast<std::size_t>(
      std::count_if(items_.begin(), items_.end(), [](const auto& item) { return item.second.served != nullptr; }));
}

// The old model is freed on the loading thread: that can take a while, and [net] never waits.
void Catalog::retire(std::shared_ptr<const ServedModel> old) {
  if (!old) return;
  background_.submit([old = std::move(old)]() mutable {
    old.reset();
    return std::function<void()>{};
  });
}

void Catalog::start(const std::string& name, std::function<base::Result<ModelConfig>()> read, Done done,
                    std::optional<models::Form> again) {
  aside_.erase(name);
  const auto began = base::Clock::now();
  ++at_work_;
  background_.submit([this, name, read = std::move(read), done = std::move(done), &workers = workers_,
                      options = options_, trials = trials_, longest = longest_load_, kernels = kernels_, again, began] {
    auto config = read();
    auto now = options();
    now.longest = longest;
    if (again) now.measure = kMeasureAgain;
    if (again && !now.form) now.form = again;
    now.kernels = kernels;
    auto served = config ? serve_model(*config, workers, std::move(now), trials)
                         : base::Result<std::shared_ptr<ServedModel>>(config.error());
    return std::function<void()>([this, name, done, began, served = std::move(served)]() mutable {
      finished(name, std::move(served), base::Clock::now() - began, done);
      if (--at_work_ == 0) rest();
    });
  });
}

void Catalog::rest() {
  if (trials_ == nullptr) return;
  background_.submit([trials = trials_] {
    trials->rest();
    return std::function<void()>{};
  });
}

void Catalog::load(ModelConfig config, Done done) {
  const std::string name = config.card.name;
  auto& item = items_[name];
  if (const auto aside = aside_.find(name); aside != aside_.end()) {
    item.config = std::move(config);
    item.state = State::kFailed;
    item.error = {ErrorCode::kLoading, aside->second};
    told_(name, item, {});
    if (done) done(item.error);
    return;
  }
  item.busy = true;
  if (!item.served) {  // what is served goes by its own card until the new one is there
    item.config = config;
    item.state = State::kLoading;
  }
  start(
      name, [config = std::move(config)] { return base::Result<ModelConfig>(config); }, std::move(done));
}

void Catalog::load_known(const std::string& name, Done done) {
  const auto it = items_.find(name);
  if (it == items_.end()) return done(unknown(name));
  auto& item = it->second;
  if (item.served) return done({});
  if (item.busy) {
    return when_ready(name, base::Time::max(),
                      [done](const auto& ready) { done(ready ? base::Status() : base::Status(ready.error())); });
  }
  item.state = State::kLoading;
  item.busy = true;
  start(
      name, [config = item.config] { return read_again(config); }, std::move(done));
}

void Catalog::load_path(const std::string& name, const std::string& path, std::vector<std::filesystem::path> folders,
                        Done done) {
  auto it = items_.find(name);
  if (it != items_.end() && it->second.busy) {
    return done(Error{ErrorCode::kWrongState, name + " is being loaded; wait for its done"});
  }
  const bool fresh = it == items_.end();
  auto& item = items_[name];
  const auto was = std::pair(item.state, item.error);
  item.busy = true;
  if (!item.served) item.state = State::kLoading;
  start(
      name, [name, path, folders = std::move(folders)] { return card_below(name, path, folders); },
      [this, name, fresh, was, done = std::move(done)](const base::Status& status) {
        const auto mine = items_.find(name);
        if (!status && mine != items_.end()) {  // a failed load leaves everything as it was
          const bool fell = was.first == State::kReady && !mine->second.served;  // meanwhile
          if (!mine->second.served && !fell) std::tie(mine->second.state, mine->second.error) = was;
          if (fresh) items_.erase(mine);
        }
        done(status);
      });
}

void Catalog::reload(const std::string& name, Done done) {
  const auto it = items_.find(name);
  if (it == items_.end()) return done(unknown(name));
  if (it->second.busy) return done(Error{ErrorCode::kWrongState, name + " is being loaded; wait for its done"});
  it->second.busy = true;
  if (!it->second.served) it->second.state = State::kLoading;
  start(
      name, [config = it->second.config] { return read_again(config); }, std::move(done));
}

void Catalog::finished(const std::string& name, base::Result<std::shared_ptr<ServedModel>> result,
                       std::chrono::nanoseconds took, const Done& done) {
  const auto it = items_.find(name);
  if (it == items_.end()) {  // removed meanwhile
    if (done) done(Error{ErrorCode::kWrongState, name + " was taken out of the configuration while it loaded"});
    return;
  }
  auto& item = it->second;
  item.busy = false;
  if (result) {
    (*result)->number = ++served_;
    retire(std::exchange(item.served, *result));
    item.config = item.served->config;
    item.state = State::kReady;
    item.error.message.clear();
  } else {
    item.error = result.error();
    if (!item.served) item.state = State::kFailed;
  }
  told_(name, item, took);
  wake(name);
  if (done) done(result ? base::Status() : base::Status(result.error()));
}

base::Status Catalog::unload(const std::string& name) {
  const auto it = items_.find(name);
  if (it == items_.end()) return unknown(name);
  auto& item = it->second;
  if (item.busy) return Error{ErrorCode::kWrongState, name + " is being loaded; wait for its done"};
  if (!item.served) return Error{ErrorCode::kWrongState, name + " is not loaded"};
  retire(std::move(item.served));
  item.served = nullptr;
  item.state = State::kUnloaded;
  item.error = {ErrorCode::kWrongState, name + " is unloaded; send /oscine/v1/load first"};
  told_(name, item, {});
  return {};
}

void Catalog::restart(const std::string& name, const Error& why, base::Time when, Done done) {
  const auto it = items_.find(name);
  if (it == items_.end()) return;
  auto& item = it->second;
  const auto served = item.served ? std::optional(item.served->model->form()) : std::nullopt;
  retire(std::exchange(item.served, nullptr));
  item.state = State::kLoading;
  item.error = why;
  told_(name, item, {});
  if (std::exchange(item.busy, true)) return;  // a reload is on its way already
  const auto turn = ++count_;
  restarting_[name] = turn;
  timers_.add(when, [this, name, turn, served, done = std::move(done)](base::Time) {
    const auto again = items_.find(name);
    if (again == items_.end() || restarting_[name] != turn) return;  // taken out of the configuration meanwhile
    start(
        name, [config = again->second.config] { return base::Result<ModelConfig>(config); }, done, served);
  });
}

void Catalog::give_up(const std::string& name, const std::string& why) {
  const auto it = items_.find(name);
  if (it == items_.end()) return;
  put_aside(name, why);
  auto& item = it->second;
  retire(std::exchange(item.served, nullptr));
  item.state = State::kFailed;
  item.error = {ErrorCode::kLoading, why};
  told_(name, item, {});
  wake(name);
}

void Catalog::remove(const std::string& name) {
  const auto it = items_.find(name);
  if (it == items_.end()) return;
  retire(std::move(it->second.served));
  it->second.served = nullptr;
  it->second.state = State::kUnloaded;
  it->second.error = unknown(name);
  it->second.error.message = name + " was taken out of the configuration";
  told_(name, it->second, {});
  wake(name);
  restarting_.erase(name);
  items_.erase(it);
}

const std::shared_ptr<const ServedModel>* Catalog::ready(std::string_view name) const {
  const auto it = items_.find(name);
  return it == items_.end() || !it->second.served ? nullptr : &it->second.served;
}

void Catalog::when_ready(std::string_view name, base::Time deadline, Ready ready) {
  const auto it = items_.find(name);
  if (it == items_.end()) return ready(unknown(name));
  const auto& item = it->second;
  if (item.served) return ready(item.served);
  if (item.state != State::kLoading) return ready(item.error);
  const auto number = ++count_;
  Timers::Id timer{};
  if (deadline != base::Time::max()) {
    timer = timers_.add(deadline, [this, number](base::Time) {
      const auto waiting =
          std::find_if(waiting_.begin(), waiting_.end(), [number](const Waiting& one) { return one.number == number; });
      if (waiting == waiting_.end()) return;
      auto late = std::move(*waiting);
      waiting_.erase(waiting);
      late.ready(Error{ErrorCode::kLoading, late.model + " is still loading; try again soon"});
    });
  }
  waiting_.push_back({number, std::string(name), std::move(ready), timer});
}

void Catalog::wake(const std::string& name) {
  const auto it = items_.find(name);
  std::vector<Waiting> mine;
  std::erase_if(waiting_, [&](Waiting& one) {
    if (one.model != name) return false;
    mine.push_back(std::move(one));
    return true;
  });
  for (auto& one : mine) {
    timers_.cancel(one.timer);
    if (it != items_.end() && it->second.served) {
      one.ready(it->second.served);
    } else {
      one.ready(it->second.error);
    }
  }
}

}  // namespace server
