#include "server/core/client.hpp"

#include <algorithm>

namespace server {

bool FailLimiter::allow(std::uint64_t cause, base::Time now) {
  std::erase_if(told_, [now](const auto& told) { return now - told.second >= std::chrono::seconds(1); });
  const bool again = std::any_of(told_.begin(), told_.end(), [cause](const auto& told) { return told.first == cause; });
  if (again || told_.size() >= kCauses) return false;
  told_.emplace_back(cause, now);
  return true;
}

std::string Client::text() const { return home.text() + (name.empty() ? "" : " " + name); }

std::shared_ptr<Client> Clients::at(const Peer& from) const {
  if (from.tcp()) {
    const auto it = by_connection_.find(from.connection);
    return it == by_connection_.end() ? nullptr : it->second;
  }
  const auto it = by_door_.find(key_of(from));
  return it == by_door_.end() ? nullptr : it->second;
}

std::shared_ptr<Client> Clients::at_reply_port(const Ip& ip, std::uint16_t port) const {
  const auto it = by_reply_port_.find({ip.identity(), port});
  return it == by_reply_port_.end() ? nullptr : it->second;
}

std::shared_ptr<Client> Clients::by_number(std::int32_t number) const {
  const auto it = by_number_.find(number);
  return it == by_number_.end() ? nullptr : it->second;
}

// Room is made by the implied client that was quiet longest and holds no session, then by whoever's lease ended first.
bool Clients::make_room(base::Time now) {
  if (by_number_.size() < most_) return true;
  std::shared_ptr<Client> oldest;
  for (const auto& [number, client] : by_number_) {
    const bool idle = client->implied && client->sessions.empty() && client->open_requests.empty();
    if (!idle && client->lease_until > now) continue;
    if (!oldest || client->lease_until < oldest->lease_until) oldest = client;
  }
  if (!oldest) return false;
  remove(oldest);
  return true;
}

std::shared_ptr<Client> Clients::add(const Peer& from, base::Time now) {
  if (!make_room(now)) return nullptr;
  auto client = std::make_shared<Client>();
  do {
    client->number = chance_.number();
  } while (by_number_.contains(client->number));
  client->key = chance_.number();
  client->ip = from.ip.identity();
  client->home = from;
  by_number_.emplace(client->number, client);
  add_door(client, from);
  return client;
}

std::shared_ptr<Client> Clients::restore(const KnownClient& known) {
  if (by_number_.size() >= most_ || by_number_.contains(known.number)) return nullptr;
  auto client = std::make_shared<Client>();
  client->number = known.number;
  client->key = known.key;
  client->name = known.name;
  client->implied = known.implied;
  client->ip = known.home.ip.identity();
  client->home = known.home;
  client->mtu = known.mtu;
  by_number_.emplace(client->number, client);
  if (known.door != 0) add_door(client, known.home.at(known.door));
  if (known.reply_port != 0) set_reply_port(client, known.reply_port);
  return client;
}

void Clients::set_reply_port(const std::shared_ptr<Client>& client, std::uint16_t port) {
  const auto before = by_reply_port_.find({client->ip, client->reply_port});
  if (before != by_reply_port_.end() && before->second == client) by_reply_port_.erase(before);
  client->reply_port = port;
  if (port == 0) return;
  client->home = client->home.at(port);
  by_reply_port_[{client->ip, port}] = client;
}

void Clients::drop_door(const Peer& from) {
  const auto owner = at(from);
  if (!owner) return;
  if (from.tcp()) {
    owner->connections.erase(from.connection);
    by_connection_.erase(from.connection);
  } else {
    std::erase(owner->doors, key_of(from));
    by_door_.erase(key_of(from));
  }
  // Nobody can reach an implied client that lost its only door.
  if (owner->implied && owner->doors.empty() && owner->connections.empty()) remove(owner);
}

void Clients::add_door(const std::shared_ptr<Client>& client, const Peer& from) {
  drop_door(from);
  if (from.tcp()) {
    client->connections.insert(from.connection);
    by_connection_[from.connection] = client;
    return;
  }
  if (client->doors.size() >= kDoors) {
    by_door_.erase(client->doors.front());
    client->doors.erase(client->doors.begin());
  }
  client->doors.push_back(key_of(from));
  by_door_[key_of(from)] = client;
}

std::shared_ptr<Client> Clients::lose(std::uint64_t connection) {
  const auto it = by_connection_.find(connection);
  if (it == by_connection_.end()) return nullptr;
  auto client = it->second;
  by_connection_.erase(it);
  client->connections.erase(connection);
  if (client->events && client->events->connection == connection) client->events.reset();
  if (client->home.connection == connection && !client->doors.empty()) {
    client->home = {client->doors.front().ip, client->doors.front().port, 0, 0};
  } else if (client->home.connection == connection && !client->connections.empty()) {
    client->home.connection = *client->connections.begin();
  }
  if (!client->connections.empty() || !client->doors.empty() || client->reply_port != 0) return nullptr;
  remove(client);
  return client;
}

void Clients::remove(const std::shared_ptr<Client>& client) {
  for (const auto& door : client->doors) by_door_.erase(door);
  for (const auto connection : client->connections) by_connection_.erase(connection);
  const auto it = by_reply_port_.find({client->ip, client->reply_port});
  if (it != by_reply_port_.end() && it->second == client) by_reply_port_.erase(it);
  by_number_.erase(client->number);
  removed_(*client);
}

}  // namespace server
