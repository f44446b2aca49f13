#include "server/core/answers.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace server {

using base::Error;
using base::ErrorCode;

namespace {
constexpr std::string_view kDone = "/oscine/v1/done";
constexpr std::string_view kFail = "/oscine/v1/fail";
constexpr std::size_t kTextMost = 900;  // a sentence
constexpr std::size_t kFailMost = 512;  // bytes of a failure that nobody asked about: fits every message size
constexpr std::size_t kTextNeeds = 8;   // its type tag and padding
// Short, so that it fits into three times any request.
constexpr const char* kShow = "say /hello with its key";
constexpr std::size_t kShowNeeds = 60;  // bytes of that failure, but for the address

protocol::Bytes write_fail(protocol::Writer& writer, std::int32_t id, std::string_view address, const Error& error,
                           std::size_t most) {
  writer.begin(kFail).integer(id).text(address.substr(0, 255)).integer(base::number(error.code));
  const auto left = most - std::min(most, writer.size() + kTextNeeds);
  return writer.text(std::string_view(error.message).substr(0, std::min(kTextMost, left))).end();
}
}  // namespace

struct Client::Sync {
  std::uint64_t order;
  std::function<void()> then;
};

void Answers::item(const Request& request, protocol::Bytes packet, base::Time now) {
  const auto end = kShowNeeds + request.address.size();
  if (short_of_ != request.order && pacer_.affords(request.to, packet.size() + end, now)) {
    pacer_.send(request.to, packet, now);
    return;
  }
  pacer_.withhold(request.to);
  short_of_ = request.order;
}

// A list that came in part has no good end.
void Answers::deliver(const Request& request, protocol::Bytes packet, base::Time now) {
  const bool part = request.order != 0 && request.order == std::exchange(short_of_, 0);
  if (!part && pacer_.send(request.to, packet, now, request.in_step)) return;
  const Error how{ErrorCode::kForbidden, kShow};
  protocol::Writer brief;
  const auto fail = write_fail(brief, request.id, request.address, how, kFailMost);
  if (pacer_.affords(request.to, fail.size(), now)) pacer_.send(request.to, fail, now, request.in_step);
}

void Answers::done(const Request& request, base::Time now) {
  if (request.id == 0) return end(request, {}, now, "done");
  writer_.begin(kDone).integer(request.id).text(request.address);
  end(request, writer_.end(), now, "done");
}

void Answers::done(const Request& request, std::size_t count, base::Time now) {
  if (request.id == 0) return end(request, {}, now, "done");
  writer_.begin(kDone).integer(request.id).text(request.address).integer(static_cast<std::int64_t>(count));
  end(request, writer_.end(), now, "done");
}

protocol::Bytes Answers::fail_packet(std::int32_t id, std::string_view address, const Error& error, std::size_t most) {
  return write_fail(writer_, id, address, error, most);
}

void Answers::count(Client* client, const Error& error, base::Time now) {
  const bool busy = error.code == ErrorCode::kBusy;
  ++(busy ? metrics_.refused : metrics_.failed);
  if (busy && client != nullptr) client->refused_at = now;
}

void Answers::fail(const Request& request, const Error& error, base::Time now) {
  count(request.client.lock().get(), error, now);
  const auto most = static_cast<std::size_t>(request.to.tcp() ? tcp_frame : request.mtu);
  end(request, fail_packet(request.id, request.address, error, most), now,
      std::to_string(base::number(error.code)) + " " + error.message);
}

void Answers::result(const Request& request, protocol::Bytes packet, base::Time now) {
  const auto most = static_cast<std::size_t>(request.to.tcp() ? tcp_frame : request.mtu);
  if (packet.size() > most) {
    return fail(
        request,
        {ErrorCode::kTooLarge, "the answer takes " + std::to_string(packet.size()) + " bytes; " + std::to_string(most) +
                                   " fit: raise /oscine/v1/mtu (8192 at most), " + "use TCP, or ask for fewer frames"},
        now);
  }
  end(request, packet, now, "answered");
}

void Answers::end(const Request& request, protocol::Bytes packet, base::Time now, std::string_view outcome) {
  if (!packet.empty()) deliver(request, packet, now);
  metrics_.count_answer(now - request.arrived, now);
  const auto client = request.client.lock();
  if (log_.wants(Level::kDebug)) {
    const auto who = client ? client->text() : request.from.text();
    log_.line(Level::kDebug, {request.address, who, request.id, now - request.arrived, outcome});
  }
  if (!client) return;
  if (request.kept != 0) client->kept.end(request.kept, packet, now);
  settled(client, request.order);
}

void Answers::settled(const std::shared_ptr<Client>& client, std::uint64_t order) {
  if (client->open_requests.erase(order) == 0 || client->syncs.empty()) return;
  auto waiting = std::exchange(client->syncs, {});
  for (auto& sync : waiting) {
    if (client->open_requests.empty() || *client->open_requests.begin() > sync->order) {
      sync->then();
    } else {
      client->syncs.push_back(std::move(sync));
    }
  }
  if (client->syncs.empty()) std::erase(leaving_, client);
}

void Answers::see_off(const std::shared_ptr<Client>& client) {
  if (!client->syncs.empty()) leaving_.push_back(client);
}

void Answers::defer(const Request& request) {
  if (const auto client = request.client.lock()) client->open_requests.insert(request.order);
}

void Answers::after_earlier(const Request& request, std::function<void()> then) {
  const auto client = request.client.lock();
  if (!client || client->open_requests.empty()) return then();
  client->syncs.push_back(std::make_shared<Client::Sync>(Client::Sync{request.order, std::move(then)}));
}

bool Answers::complain(Client& client, const Peer& to, std::string_view address, const Error& error, base::Time now,
                       const Ip& pays) {
  count(&client, error, now);
  const auto cause = std::hash<std::string_view>{}(address) ^ (std::hash<std::string>{}(error.message) * 31);
  if (!client.limiter.allow(cause, now)) return false;
  pacer_.send(to, fail_packet(0, address, error, kFailMost), now, false, pays);
  log_.line(Level::kWarn,
            {address, client.text(), {}, {}, std::to_string(base::number(error.code)) + " " + error.message});
  return true;
}

}  // namespace server
