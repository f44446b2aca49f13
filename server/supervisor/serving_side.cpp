#include "server/supervisor/serving_side.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <thread>

namespace server {

namespace {

constexpr auto kBeat = std::chrono::milliseconds(200);
constexpr auto kLeaving = std::chrono::seconds(10);
constexpr auto kLastMoment = std::chrono::seconds(5);

// Who hangs cannot hear that the supervisor is gone; and nobody is left to end it.
void end_when_alone(int line) {
  std::thread([line] {
    pollfd watched{line, 0, 0};  // only that it hangs up
    while (poll(&watched, 1, -1) < 0 && errno == EINTR) {
    }
    std::this_thread::sleep_for(kLastMoment);
    _exit(1);
  }).detach();
}

}  // namespace

base::Result<std::unique_ptr<ServingSide>> ServingSide::open(const std::vector<int>& descriptors) {
  if (descriptors.size() != 3) {
    return base::Error{base::ErrorCode::kMalformed,
                       "--supervised is for oscine itself: a line, a board and a handover"};
  }
  for (const int one : descriptors) fcntl(one, F_SETFD, FD_CLOEXEC);
  auto board = SharedBoard::map(descriptors[1]);
  if (!board) return board.error();
  auto handover = unpack_handover(content_of(descriptors[2]));
  ::close(descriptors[2]);
  if (!handover) return handover.error();
  return std::unique_ptr<ServingSide>(new ServingSide(std::move(*board), std::move(*handover), descriptors[0]));
}

void ServingSide::start(asio::io_context& io, Events events) {
  events_ = std::move(events);
  end_when_alone(fcntl(descriptor_, F_DUPFD_CLOEXEC, 0));
  timer_ = std::make_unique<asio::steady_timer>(io);
  line_ = std::make_unique<Line>(
      io, descriptor_,
      Line::Events{[this](const auto& got, auto& with) { message(got, with); }, [this] { events_.alone(); }});
  beat();
}

// Who leaves beats no more; joining threads and freeing models may take its time.
void ServingSide::stop() {
  const auto until = (base::Clock::now() + kLeaving).time_since_epoch();
  board_->beat.store(std::chrono::duration_cast<std::chrono::nanoseconds>(until).count());
  line_.reset();
  timer_.reset();
}

void ServingSide::beat() {
  board_->beat.store(
      std::chrono::duration_cast<std::chrono::nanoseconds>(base::Clock::now().time_since_epoch()).count());
  timer_->expires_after(kBeat);
  timer_->async_wait([this](asio::error_code error) {
    if (!error) beat();
  });
}

void ServingSide::message(const protocol::MessageView& message, std::vector<int>& descriptors) {
  if (message.arguments.size() != 1) return;
  if (message.address == "/config") {
    const auto* text = std::get_if<protocol::Blob>(&message.arguments[0]);
    if (text != nullptr) events_.config({reinterpret_cast<const char*>(text->bytes.data()), text->bytes.size()});
  } else if (message.address == "/sockets") {
    sockets_.insert(sockets_.end(), descriptors.begin(), descriptors.end());
    descriptors.clear();
    const auto* left = std::get_if<std::int32_t>(&message.arguments[0]);
    if (left != nullptr && *left == 0) events_.sockets(std::exchange(sockets_, {}));
  }
}

void ServingSide::keep(const KnownClient& client) {
  if (!line_) return;
  write(client, writer_);
  line_->send(writer_);
}

void ServingSide::forget(std::int32_t client) {
  if (line_) line_->send(writer_.begin("/gone").integer(client));
}

void ServingSide::put_aside(const std::string& model, const std::string& why) {
  if (line_) line_->send(writer_.begin("/aside").text(model).text(why));
}

void ServingSide::knows(const std::string& key) {
  if (line_) line_->send(writer_.begin("/known").text(key));
}

void ServingSide::forgive(const std::string& model) {
  if (line_) line_->send(writer_.begin("/forgive").text(model));
}

}  // namespace server
