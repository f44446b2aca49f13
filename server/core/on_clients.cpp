// hello, attach, bye, sync, ping, mtu, quit: who is there, and where its answers go.
#include "server/core/daemon.hpp"
#include "version.hpp"

namespace server {

using base::Error;
using base::ErrorCode;
using protocol::Arguments;

void Daemon::on_hello(Request& request, const Arguments& arguments) {
  const std::string name(arguments.text(2).substr(0, 128));
  const auto reply_port = static_cast<std::uint16_t>(arguments.integer(1));
  const auto client = greet(request, reply_port, name, arguments.has(3) ? arguments.integer(3) : 0);
  if (!client) return;
  renew(client);
  request.client = client;
  request.to = route(client.get(), request.from);
  request.mtu = mtu_of(client.get());
  auto& writer = answers_.writer().begin("/oscine/v1/hello.reply");
  writer.integer(request.id).integer(client->number).integer(boot_).integer(protocol::kMinor).text(kVersion);
  writer.integer(config_.lease.count()).integer(client->key);
  keep(*client);  // before anybody is told: whoever heard this answer will hear of a restart
  answers_.result(request, writer.end(), now());
}

// Whoever can be reached by UDP is told of a restart; a connection ends with the process.
void Daemon::keep(const Client& client) {
  if (client.home.tcp() || (client.doors.empty() && client.reply_port == 0)) return;
  parts_.keeper->keep({client.number, client.key, client.name, client.implied, client.home, client.reply_port,
                       client.doors.empty() ? std::uint16_t{0} : client.doors.back().port, client.mtu,
                       guard_.knows(client.home.ip, now())});
}

void Daemon::inherit(const Inheritance& inherited) {
  restarts_ = inherited.restarts;
  for (const auto& [model, why] : inherited.aside) catalog_.put_aside(model, why);
  for (const auto& known : inherited.clients) {
    if (const auto client = clients_.restore(known)) renew(client);
    if (known.shown) guard_.prove(known.home.ip, now());
  }
}

void Daemon::tell_restarted() {
  for (const auto& [number, client] : clients_.all()) {
    auto& writer = answers_.writer().begin("/oscine/v1/restarted").integer(boot_);
    pacer_.send(route(client.get(), client->home), writer.end(), now());
  }
}

// Whoever has shown that it hears us need not do so again after a restart.
void Daemon::named(const Ip& ip, std::int32_t number, bool right) {
  const bool knew = guard_.knows(ip, now());
  guard_.named(ip, number, right, now());
  if (knew || !guard_.knows(ip, now())) return;
  for (const auto& [client_number, client] : clients_.all()) {
    if (client->ip == ip.identity() && !client->implied) keep(*client);
  }
}

// Who says the client's key hears what we send there.
bool Daemon::says_key(const Client& client, const Request& request, std::int32_t key) {
  if (key == 0) return false;
  named(request.from.ip, key, client.key == key);
  return client.key == key;
}

// The same address, reply port and name, or the same address and sending port, is the same client, with its sessions;
// with the key also under another name, or from the same sending port with another reply port.
std::shared_ptr<Client> Daemon::greet(Request& request, std::uint16_t reply_port, const std::string& name,
                                      std::int32_t key) {
  const auto& from = request.from;
  auto here = clients_.at(from);
  if (from.tcp()) reply_port = 0;
  if (reply_port != 0) {
    if (auto there = clients_.at_reply_port(from.ip, reply_port)) {
      if (says_key(*there, request, key) || there->name == name) {
        there->name = name;
        clients_.add_door(there, from);
        return there;
      }
      if (there->lease_until > now()) {
        request.to = from;
        answers_.fail(request,
                      {ErrorCode::kWrongState, "reply port " + std::to_string(reply_port) + " belongs to the client '" +
                                                   there->name + "'; choose another, or let it say /oscine/v1/bye"},
                      now());
        return nullptr;
      }
      clients_.remove(there);
    }
  }
  const bool same = here && (says_key(*here, request, key) || here->implied || here->reply_port == reply_port);
  if (!same) here = clients_.add(from, now());
  if (!here) {
    answers_.fail(request, {ErrorCode::kBusy, "too many clients are here already; try later"}, now());
    return nullptr;
  }
  const bool fresh = here->implied;
  here->implied = false;
  here->name = name;
  if (!from.tcp()) here->home = from;
  if (reply_port != here->reply_port) clients_.set_reply_port(here, reply_port);
  if (fresh) parts_.log.line(Level::kInfo, {"hello", here->text(), {}, {}, "client " + std::to_string(here->number)});
  return here;
}

void Daemon::on_attach(Request& request, const Arguments& arguments) {
  const auto target = clients_.by_number(arguments.integer(1));
  const bool right = target && target->key == arguments.integer(2) && target->ip == request.from.ip.identity();
  named(request.from.ip, arguments.integer(2), right);
  if (!right) {
    return answers_.fail(request,
                         {ErrorCode::kForbidden, "no client " + std::to_string(arguments.integer(1)) +
                                                     " with that key is known at this address"},
                         now());
  }
  clients_.add_door(target, request.from);
  renew(target);
  if (arguments.integer(3) == 1) target->events = request.from;
  if (target->kept.find(request.kept, now()) == nullptr && request.kept != 0) target->kept.begin(request.kept, now());
  request.client = target;
  request.to = route(target.get(), request.from);
  keep(*target);
  answers_.done(request, now());
}

void Daemon::on_bye(Request& request, const Arguments&) {
  const auto client = request.client.lock();
  answers_.done(request, now());
  parts_.log.line(Level::kInfo, {"bye", client->text(), {}, {}, "client " + std::to_string(client->number)});
  answers_.see_off(client);
  clients_.remove(client);
}

// Everything that a client leaves behind, for whatever reason it leaves.
void Daemon::leave(Client& client) {
  for (const auto& [number, session] : client.sessions) sessions_.erase(number);
  client.sessions.clear();
  client.asks.clear();
  client.topics.clear();
  count_subscribers();
}

void Daemon::lease_ended(const std::weak_ptr<Client>& weak) {
  const auto client = weak.lock();
  if (!client || !clients_.by_number(client->number)) return;
  if (client->lease_until > now()) {
    timers_.add(client->lease_until, [this, weak](base::Time) { lease_ended(weak); });
    return;
  }
  if (!client->sessions.empty() || !client->implied) {
    parts_.log.line(
        Level::kInfo,
        {"lease", client->text(), {}, {}, "ended; " + std::to_string(client->sessions.size()) + " sessions closed"});
  }
  leave(*client);
  client->lease_until = {};
  if (client->implied && client->connections.empty()) clients_.remove(client);
}

void Daemon::on_sync(Request& request, const Arguments&) {
  answers_.after_earlier(request, [this, request] { answers_.done(request, now()); });
}

void Daemon::on_ping(Request& request, const Arguments& arguments) {
  const auto since = std::chrono::duration_cast<std::chrono::microseconds>(now() - began_).count();
  auto& writer = answers_.writer().begin("/oscine/v1/pong");
  writer.integer(request.id).integer(arguments.integer(1)).integer(arguments.integer(2));
  writer.integer(since / 1000000).integer(since % 1000000);
  answers_.result(request, writer.end(), now());
}

void Daemon::on_mtu(Request& request, const Arguments& arguments) {
  const auto bytes = arguments.integer(2);
  if (arguments.integer(1) == 0) {
    const auto client = request.client.lock();
    client->mtu = bytes;
    if (!client->implied) keep(*client);
    return answers_.done(request, now());
  }
  if (const auto session = session_of(request, arguments.integer(1))) {
    session->mtu = bytes;
    answers_.done(request, now());
  }
}

void Daemon::on_quit(Request& request, const Arguments&) {
  if (!request.from.ip.is_loopback() || !config_.allow_quit) {
    const std::string why = config_.allow_quit ? "only this machine may stop the daemon"
                                               : "the configuration does not allow it (allow_quit: true)";
    return answers_.fail(request, {ErrorCode::kForbidden, why}, now());
  }
  parts_.log.line(Level::kInfo, {"quit", request.from.text(), request.id, {}, "asked to stop"});
  answers_.done(request, now());
  parts_.quit();
}

void Daemon::connected(const Peer& peer) {
  net_.check();
  const Happening connected(parts_.tap, [&](Tap& tap) { tap.connected(peer); });
}

void Daemon::disconnected(const Peer& peer) {
  net_.check();
  const Happening disconnected(parts_.tap, [&](Tap& tap) { tap.disconnected(peer); });
  clients_.lose(peer.connection);
}

}  // namespace server
