#include "server/core/daemon.hpp"

#include <algorithm>

#include "server/config/endpoint.hpp"

namespace server {

using base::Error;
using base::ErrorCode;
using protocol::Role;

namespace {
constexpr std::size_t kFloatBytes = 5;  // with its tag: a large TCP packet may be full of them, but of nothing smaller
constexpr auto kHousekeeping = std::chrono::seconds(5);
constexpr auto kTellAgain = std::chrono::minutes(1);
}  // namespace

Daemon::Daemon(Config config, Parts parts)
    : config_(std::move(config)),
      parts_(std::move(parts)),
      began_(parts_.now()),
      chance_(parts_.seed),
      boot_(chance_.number()),
      guard_(config_.known, config_.lease),
      pacer_(parts_.link, timers_, &guard_),
      answers_(pacer_, metrics_, parts_.log),
      clients_(static_cast<std::size_t>(config_.limits.clients), chance_,
               [this](Client& client) {
                 parts_.keeper->forget(client.number);
                 leave(client);
               }),
      catalog_(parts_.background, timers_, parts_.workers, parts_.load_options, parts_.trials,
               [this](const auto& name, const auto& item, auto took) { model_changed(name, item, took); }),
      aliases_(config_.aliases) {
  answers_.tcp_frame = config_.limits.tcp_frame;
  catalog_.set_longest_load(config_.limits.longest_load);
  catalog_.set_kernels(config_.kernels == "auto");
  if (parts_.keeper == nullptr) parts_.keeper = &nothing_kept_;
  parts_.workers.set_limit(static_cast<std::size_t>(config_.limits.queue), config_.limits.queue_wait);
  for (const auto& entry : protocol::schema()) {
    full_addresses_.push_back(std::string(protocol::kPrefix) + std::string(entry.address));
    const auto all = rows();
    const auto row = std::find_if(all.begin(), all.end(), [&](const Row& one) { return one.address == entry.address; });
    handlers_.push_back(row == all.end() ? nullptr : row->handler);
  }
  configure_synths();
}

void Daemon::start() {
  const Happening now_on(parts_.tap, [](Tap& tap) { tap.started(); });
  tell_restarted();
  for (const auto& model : config_.models) catalog_.load(model, {});
  keep_house(now());
  autoplay();
  if (config_.watch_models) watch_files(now());
}

void Daemon::close_doors() {
  const Happening closing(parts_.tap, [](Tap& tap) { tap.closing(); });
  closing_ = true;
  for (const auto& [address, synth] : synths_.all()) stop_synth(*synth);
}

void Daemon::run_due() {
  const Happening due(parts_.tap, [](Tap& tap) { tap.due(); });
  timers_.run_due(now());
}

void Daemon::keep_house(base::Time at) {
  pacer_.forget(at);
  if (const auto dropped = pacer_.dropped(); dropped > dropped_told_) {
    parts_.log.line(Level::kWarn,
                    {"pace",
                     {},
                     {},
                     {},
                     std::to_string(dropped - dropped_told_) + " packets dropped: their receivers were sent too many"});
    dropped_told_ = dropped;
  }
  tell_withheld(at);
  std::erase_if(sessions_, [](const auto& item) { return item.second.expired(); });
  timers_.add(at + kHousekeeping, [this](base::Time next) { keep_house(next); });
}

void Daemon::tell_withheld(base::Time at) {
  const auto count = guard_.withheld() - withheld_told_;
  if (count == 0 || at - withheld_told_at_ < kTellAgain) return;
  withheld_told_ = guard_.withheld();
  withheld_told_at_ = at;
  parts_.log.line(
      Level::kWarn,
      {"withheld",
       guard_.last_withheld().text(),
       {},
       {},
       std::to_string(count) + " packets, more than three times what came from where they would have gone; let it "
                               "say /oscine/v1/hello with its key, or name it in `known:`"});
}

bool Daemon::welcomes(const Ip& ip) const { return ip.is_loopback() || is_allowed(ip.bytes, config_.allow); }

void Daemon::receive(const Peer& from, protocol::Bytes packet, bool alone) {
  net_.check();
  const Happening arrived(parts_.tap, [&](Tap& tap) { tap.arrived(from, packet, alone); });
  ++metrics_.packets;
  if (!welcomes(from.ip)) {
    ++metrics_.strangers;
    return;
  }
  if (from.tcp()) {
    guard_.prove(from.ip, now());
  } else {
    guard_.heard(from.ip, packet.size(), now());
  }
  protocol::Limits limits;
  limits.bytes = static_cast<std::size_t>(config_.limits.tcp_frame);
  limits.arguments = std::max(limits.arguments, packet.size() / kFloatBytes);
  protocol::Malformed why;
  if (!protocol::validate(packet, limits, why)) return malformed(from, why);
  reader_.read(packet, [&](const protocol::MessageView& message) {
    dispatch(from, message, alone);
    alone = false;  // the others of a bundle come all at once
  });
}

// Told only where it is clear what it was an answer to; everything else is counted, and silence.
void Daemon::malformed(const Peer& from, const protocol::Malformed& why) {
  ++metrics_.malformed;
  if (parts_.log.wants(Level::kDebug)) {
    parts_.log.line(Level::kDebug, {"malformed", from.text(), {}, {}, why.reason});
  }
  const Error error{ErrorCode::kMalformed, why.reason};
  if (const auto alias = aliases_.find(why.address, from.local_port))
    return alias_fail({from, alias, now(), false}, error);
  const auto* entry = protocol::find(why.address);
  if (entry == nullptr || (entry->role != Role::kRequest && entry->role != Role::kStream)) return;
  const bool request = entry->role == Role::kRequest;
  const bool id = why.has_id && why.id >= -base::kWireMax && why.id <= base::kWireMax;
  if (request && !id) return;
  const auto client = client_of(from);
  if (!client) return;
  const auto to = route(client.get(), from);
  const auto index = static_cast<std::size_t>(entry - protocol::schema().data());
  if (!request) {
    answers_.complain(*client, to, full_addresses_[index], error, now());
    return;
  }
  answers_.fail({client, from, to, full_addresses_[index], why.id, 0, 0, now(), false, mtu_of(client.get())}, error,
                now());
}

void Daemon::dispatch(const Peer& from, const protocol::MessageView& message, bool alone) {
  if (const auto played = synths_.played_by(from); !played.empty()) return heard_scsynth(played, message);
  if (protocol::is_pattern(message.address)) {
    client_of(from);  // nothing is answered to a pattern, but its sender is alive
    return;
  }
  if (const auto* entry = protocol::find(message.address)) {
    // Answers and pushes are ours to send: one that comes in is an echo, and answering it could go on for ever.
    if (entry->role == Role::kRequest || entry->role == Role::kStream) dispatch_entry(from, *entry, message, alone);
    return;
  }
  if (auto found = aliases_.find(message.address, from.local_port)) {
    return on_alias({from, std::move(found), now(), alone}, message);
  }
  if (const auto [synth, verb] = synths_.find(message.address); synth) return on_synth(from, synth, verb, message);
  unknown_address(from, message);
}

void Daemon::dispatch_entry(const Peer& from, const protocol::Entry& entry, const protocol::MessageView& message,
                            bool alone) {
  const auto client = client_of(from);
  const auto index = static_cast<std::size_t>(&entry - protocol::schema().data());
  Request request{client, from,  route(client.get(), from), full_addresses_[index], 0, 0, ++count_,
                  now(),  false, mtu_of(client.get())};
  const auto decoded = protocol::decode(entry, message, arguments_);
  if (entry.role == Role::kStream) {
    if (!client || closing_) return;
    if (decoded && handlers_[index] != nullptr) return (this->*handlers_[index])(request, arguments_);
    const auto error = decoded
                           ? Error{ErrorCode::kNotYet, full_addresses_[index] + " is not served by this version yet"}
                           : decoded.error();
    answers_.complain(*client, request.to, request.address, error, request.arrived);
    return;
  }
  const auto id = protocol::id_of(message);
  request.id = id.value_or(0);
  if (!client) {
    return answers_.fail(
        request, {ErrorCode::kBusy, std::to_string(config_.limits.clients) + " clients are here already; try later"},
        request.arrived);
  }
  request.in_step = alone && client->open_requests.empty();
  if (!decoded) {
    if (id) return answers_.fail(request, decoded.error(), request.arrived);
    answers_.complain(*client, request.to, request.address, decoded.error(), request.arrived);
    return;
  }
  if (entry.changes && request.id != 0 && repeated(request, message, *client)) return;
  if (handlers_[index] == nullptr) {
    return answers_.fail(request, {ErrorCode::kNotYet, full_addresses_[index] + " is not served by this version yet"},
                         request.arrived);
  }
  if (closing_) return answers_.fail(request, {ErrorCode::kLoading, "the daemon is stopping"}, request.arrived);
  (this->*handlers_[index])(request, arguments_);
}

bool Daemon::repeated(Request& request, const protocol::MessageView& message, Client& client) {
  request.kept = fingerprint(message.bytes);
  const auto* kept = client.kept.find(request.kept, request.arrived);
  if (kept == nullptr) {
    client.kept.begin(request.kept, request.arrived);
    return false;
  }
  if (kept->answered && !kept->packet.empty()) pacer_.send(request.to, kept->packet, request.arrived, request.in_step);
  return true;
}

namespace {
// "/oscine/v1/open", "/oscine/v2/open" and "/oscine/open" are all after "/open".
std::string_view without_prefix(std::string_view address) {
  constexpr std::string_view kName = "/oscine";
  if (!address.starts_with(kName) || address.substr(kName.size()).substr(0, 1) != "/") return address;
  address.remove_prefix(kName.size());
  const auto end = address.find_first_not_of("0123456789", 2);
  const bool version = address.starts_with("/v") && end != 2 && end != std::string_view::npos && address[end] == '/';
  return version ? address.substr(end) : address;
}
}  // namespace

// Without the prefix that all of ours share, which would make far ones look near; "/hello" finds /oscine/v1/hello.
std::string Daemon::nearest_address(std::string_view address) const {
  std::vector<std::string_view> candidates;
  for (const auto request : protocol::requests()) candidates.push_back(request.substr(protocol::kPrefix.size()));
  const auto requests = candidates.size();
  for (const auto alias : aliases_.addresses()) candidates.push_back(alias);
  const auto synths = synths_.addresses();
  candidates.insert(candidates.end(), synths.begin(), synths.end());
  address = without_prefix(address);
  const auto near = protocol::nearest(address, candidates);
  const auto found = std::find(candidates.begin(), candidates.end(), near);
  const bool request = static_cast<std::size_t>(found - candidates.begin()) < requests;
  return request ? std::string(protocol::kPrefix) + std::string(near) : std::string(near);
}

void Daemon::unknown_address(const Peer& from, const protocol::MessageView& message) {
  const auto client = client_of(from);
  if (!client) return;
  const auto near = nearest_address(message.address);
  const Error error{ErrorCode::kUnknown, "unknown address" + (near.empty() ? std::string("; docs/protocol.md lists all")
                                                                           : "; the nearest is " + near)};
  const auto id = message.address.starts_with("/oscine/") ? protocol::id_of(message) : std::nullopt;
  if (!id) {
    answers_.complain(*client, route(client.get(), from), message.address, error, now());
    return;
  }
  answers_.fail(
      {client, from, route(client.get(), from), message.address, *id, 0, ++count_, now(), false, mtu_of(client.get())},
      error, now());
}

std::shared_ptr<Client> Daemon::client_of(const Peer& from) {
  auto client = clients_.at(from);
  if (!client) client = clients_.add(from, now());
  if (client) renew(client);
  return client;
}

void Daemon::renew(const std::shared_ptr<Client>& client) {
  const bool armed = client->lease_until != base::Time{};
  client->lease_until = now() + config_.lease;
  if (armed) return;
  timers_.add(client->lease_until, [this, weak = std::weak_ptr(client)](base::Time) { lease_ended(weak); });
}

Peer Daemon::route(const Client* client, const Peer& from) const {
  if (from.tcp()) return from;
  if (client != nullptr && client->reply_port != 0) return from.at(client->reply_port);
  const bool implied = client == nullptr || client->implied;
  if (implied && from.ip.is_loopback() && config_.reply_port != 0) return from.at(config_.reply_port);
  return from;
}

int Daemon::mtu_of(const Client* client, const Session* session) const {
  if (session != nullptr && session->mtu != 0) return session->mtu;
  return client != nullptr && client->mtu != 0 ? client->mtu : config_.limits.mtu;
}

}  // namespace server
