#include "server/supervisor/supervisor.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "server/core/falls.hpp"
#include "server/supervisor/handover.hpp"

namespace server {

namespace {

constexpr auto kStopping = std::chrono::seconds(5);  // the serving process drains for two
constexpr std::size_t kMostClients = 65536;
constexpr std::size_t kMostKnown = 16384;

std::string name_of_signal(int signal) {
  const char* text = strsignal(signal);
  return text == nullptr ? "signal " + std::to_string(signal) : text;
}

std::string comma_list(const std::vector<int>& numbers) {
  std::string out;
  for (const int number : numbers) out += (out.empty() ? "" : ",") + std::to_string(number);
  return out;
}

template <class T>
T argument(const protocol::MessageView& message, std::size_t n) {
  const T* value = n < message.arguments.size() ? std::get_if<T>(&message.arguments[n]) : nullptr;
  return value == nullptr ? T{} : *value;
}

}  // namespace

Supervisor::Supervisor(Setup setup, Log& log) : setup_(std::move(setup)), log_(log), network_(sockets_, log) {}

base::Status Supervisor::open() {
  return setup_.descriptors.empty() ? network_.listen(setup_.config.listen) : network_.adopt(setup_.descriptors);
}

int Supervisor::run() {
  signals_.add(SIGCHLD);
  wait_for_signal();
  start_process();
  look();
  io_.run();
  return code_;
}

std::vector<std::byte> Supervisor::handover() const {
  Handover out;
  out.config = setup_.config.text;
  out.inherited.aside = aside_;
  out.inherited.known = known_;
  out.inherited.restarts = starts_ - 1;
  for (const auto& [number, client] : clients_) out.inherited.clients.push_back(client);
  return pack(out);
}

void Supervisor::start_process() {
  if (stopping_) return;
  ++starts_;
  ready_ = false;
  hang_.reset();
  auto ends = line_ends();
  auto board = SharedBoard::make();
  auto file = nameless_file(handover());
  base::Result<pid_t> started = base::Error{base::ErrorCode::kBusy, ""};
  if (!ends || !board || !file) {
    started = !ends ? ends.error() : !board ? board.error() : file.error();
  } else {
    started = start_with(ends->second, board->descriptor(), *file);
  }
  if (file) ::close(*file);
  if (ends) ::close(ends->second);
  if (!started) {
    if (ends) ::close(ends->first);
    const auto next = restarts_.after({Ending::Kind::kNoStart, false, ""}, base::Clock::now());
    const auto pause = std::max<base::Duration>(next.pause, Restarts::kFirstPause);
    log_.line(Level::kError, {"supervisor",
                              {},
                              {},
                              {},
                              started.error().message + "; the next try is in " +
                                  std::to_string(pause / std::chrono::milliseconds(1)) + " ms"});
    start_.expires_after(pause);
    start_.async_wait([this](asio::error_code error) {
      if (!error) start_process();
    });
    return;
  }
  process_ = *started;
  board_ = std::make_unique<SharedBoard>(std::move(*board));
  line_ = std::make_unique<Line>(io_, ends->first, Line::Events{[this](const auto& got, auto&) { message(got); }, {}});
  watch_.began(base::Clock::now());
  log_.line(Level::kDebug, {"supervisor", {}, {}, {}, "serving process " + std::to_string(process_) + " started"});
}

base::Result<pid_t> Supervisor::start_with(int line, int board, int handover) {
  auto arguments = setup_.arguments;
  const auto sockets = network_.descriptors();
  arguments.insert(arguments.end(),
                   {"--fds", comma_list(sockets), "--supervised", comma_list({line, board, handover})});
  std::vector<int> descriptors{line, board, handover};
  descriptors.insert(descriptors.end(), sockets.begin(), sockets.end());
  return start_again(arguments, descriptors);
}

void Supervisor::look() {
  look_.expires_after(HangWatch::kEvery);
  look_.async_wait([this](asio::error_code error) {
    if (error) return;
    if (process_ > 0 && !hang_ && !stopping_) {
      if (!ready_ && (**board_).beat.load() != 0) {
        ready_ = true;
        came_to_serve();
      }
      if (const auto hang = watch_.look(**board_, base::Clock::now())) hung(*hang);
    }
    if (manager_.watchdog()) manager_.tell("WATCHDOG=1");
    look();
  });
}

void Supervisor::came_to_serve() {
  if (!std::exchange(served_, true)) manager_.tell("READY=1");
}

void Supervisor::hung(const Hang& hang) {
  hang_ = hang;
  log_.line(Level::kError, {"supervisor", {}, {}, {}, hang.text + ": the serving process is ended"});
  ::kill(process_, SIGKILL);
}

void Supervisor::reap() {
  int status = 0;
  while (process_ > 0) {
    const pid_t gone = waitpid(process_, &status, WNOHANG);
    if (gone < 0 && errno == EINTR) continue;
    if (gone != process_) return;
    process_ = -1;
    ended(status);
    return;
  }
}

Ending Supervisor::ending_of(int status) const {
  Ending ending;
  ending.served = ready_ || (**board_).beat.load() != 0;
  if (hang_) {
    ending.kind = Ending::Kind::kHang;
    ending.model = hang_->model;
  } else if ((**board_).fault_signal.load() != 0) {  // also where a crash reporter makes an exit of it
    ending.kind = Ending::Kind::kFault;
    const auto slot = (**board_).fault_slot.load();
    if (slot >= 0 && slot < static_cast<int>(CallBoard::kSlots))
      ending.model = (**board_).slots[static_cast<std::size_t>(slot)].name();
  } else if (WIFEXITED(status)) {
    ending.kind = Ending::Kind::kGaveUp;
  }
  return ending;
}

void Supervisor::ended(int status) {
  const auto ending = ending_of(status);
  line_->read_rest();
  line_.reset();
  if (ending.served) came_to_serve();  // also where it fell before it was looked at
  const bool peaceful = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  if (stopping_ || (peaceful && !hang_)) return leave(0);
  if (WIFEXITED(status) && !ending.served && !served_) return leave(WEXITSTATUS(status));  // it has said why
  const auto next = restarts_.after(ending, base::Clock::now());
  tell_ending(ending, status, next);
  if (next.aside) put_aside(*next.aside);
  if (next.pause == base::Duration{0}) return start_process();
  start_.expires_after(next.pause);
  start_.async_wait([this](asio::error_code error) {
    if (!error) start_process();
  });
}

void Supervisor::tell_ending(const Ending& ending, int status, const Restarts::Next& next) {
  std::string text = "the serving process ";
  if (ending.kind == Ending::Kind::kHang) {
    text += "was ended for not coming back";
  } else if (ending.kind == Ending::Kind::kFault) {
    text += "crashed (" + name_of_signal((**board_).fault_signal.load()) + ")";
  } else if (WIFEXITED(status)) {
    text += "gave up with code " + std::to_string(WEXITSTATUS(status));
  } else {
    text += "was killed from outside (" + name_of_signal(WTERMSIG(status)) + ")";
  }
  if (!ending.model.empty()) {
    text += " in a call of " + ending.model + " (" + std::to_string(restarts_.faults_of(ending.model)) + " of " +
            std::to_string(Restarts::kFaultsOfModel) + ")";
  }
  log_.line(Level::kError, {"supervisor", {}, {}, {}, text + "; " + again_text(next.pause)});
}

void Supervisor::put_aside(const std::string& model) {
  const auto why = aside_text(model);
  aside_[model] = why;
  log_.line(Level::kError, {"supervisor", {}, {}, {}, why});
}

void Supervisor::message(const protocol::MessageView& message) {
  if (message.address == "/client") {
    auto client = read_client(message);
    if (client && (clients_.size() < kMostClients || clients_.contains(client->number))) {
      clients_[client->number] = std::move(*client);
    }
  } else if (message.address == "/gone") {
    clients_.erase(argument<std::int32_t>(message, 0));
  } else if (message.address == "/forgive") {
    const std::string model(argument<std::string_view>(message, 0));
    restarts_.forgive(model);
    aside_.erase(model);
  } else if (message.address == "/aside") {
    const std::string model(argument<std::string_view>(message, 0));
    if (aside_.size() < kMostClients) aside_[model] = std::string(argument<std::string_view>(message, 1));
  } else if (message.address == "/known") {
    if (known_.size() < kMostKnown) known_.emplace(argument<std::string_view>(message, 0));
  }
}

void Supervisor::wait_for_signal() {
  signals_.async_wait([this](asio::error_code error, int signal) {
    if (error) return;
    if (signal == SIGCHLD) {
      reap();
    } else if (signal == SIGHUP) {
      reload();
    } else {
      stop(signal);
    }
    if (!left_) wait_for_signal();
  });
}

// The serving process reads the cards; the sockets are opened here, and those that came are sent after it.
void Supervisor::reload() {
  auto config = setup_.configuration();
  auto status = config ? base::Status() : base::Status(config.error());
  if (status && setup_.descriptors.empty()) status = network_.listen(config->listen);
  if (!status) {
    log_.line(Level::kError, {"config", {}, {}, {}, status.error().message + "; the old one stays"});
    return;
  }
  setup_.config = std::move(*config);
  log_.set_level(level_of(setup_.config.log.level));
  if (!line_) return;  // the next process gets it as it starts
  line_->send(writer_.begin("/config").blob(std::as_bytes(std::span(setup_.config.text))));
  if (setup_.descriptors.empty()) send_sockets();
}

void Supervisor::send_sockets() {
  const auto all = network_.descriptors();
  for (std::size_t at = 0; at < all.size(); at += Line::kMostDescriptors) {
    const auto end = std::min(at + Line::kMostDescriptors, all.size());
    writer_.begin("/sockets").integer(static_cast<std::int64_t>(all.size() - end));
    line_->send(writer_,
                {all.begin() + static_cast<std::ptrdiff_t>(at), all.begin() + static_cast<std::ptrdiff_t>(end)});
  }
}

void Supervisor::stop(int signal) {
  if (process_ <= 0) return leave(0);
  if (std::exchange(stopping_, true)) {  // asked twice: do not wait for anything
    ::kill(process_, SIGKILL);
    code_ = 130;
    return;
  }
  manager_.tell("STOPPING=1");
  ::kill(process_, signal);
  deadline_.expires_after(kStopping);
  deadline_.async_wait([this](asio::error_code error) {
    if (!error && process_ > 0) ::kill(process_, SIGKILL);
  });
}

void Supervisor::leave(int code) {
  stopping_ = left_ = true;
  if (code_ == 0) code_ = code;
  signals_.cancel();
  look_.cancel();
  start_.cancel();
  deadline_.cancel();
  line_.reset();
}

}  // namespace server
