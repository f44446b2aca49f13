#include "server/net/proxy.hpp"

#include <algorithm>

namespace server {

namespace {

using base::Error;
using base::ErrorCode;

constexpr int kBuffer = 4 << 20;

void add(ImpairedLine::Counts& sum, const ImpairedLine::Counts& one) {
  sum.came += one.came;
  sum.went += one.went;
  sum.lost += one.lost;
  sum.doubled += one.doubled;
  sum.reordered += one.reordered;
  sum.longest = std::max(sum.longest, one.longest);
}

}  // namespace

base::Status Proxy::open(Udp::socket& socket, const Udp::endpoint& at) {
  asio::error_code error, ignored;
  socket.open(at.protocol(), error);
  if (!error) socket.bind(at, error);
  if (error == asio::error::address_in_use) {
    return Error{ErrorCode::kWrongState, "port " + std::to_string(at.port()) + " is in use: name another"};
  }
  if (error) return Error{ErrorCode::kForbidden, "no UDP port could be opened: " + error.message()};
  socket.set_option(asio::socket_base::receive_buffer_size(kBuffer), ignored);  // as much as the system gives
  socket.non_blocking(true, ignored);  // a packet that finds no room to leave is lost, as on any network
  return {};
}

base::Status Proxy::start() {
  if (auto opened = open(front_, settings_.listen); !opened) return opened;
  if (settings_.answers) {
    const auto [in, out] = *settings_.answers;
    const auto here = settings_.listen.address();
    answers_ =
        std::make_shared<Conversation>(io_, Udp::endpoint(here, out), settings_.up, settings_.down, settings_.seed);
    if (auto opened = open(answers_->socket, {here, in}); !opened) return opened;
    read_back(answers_);
  }
  read_front();
  return {};
}

std::uint16_t Proxy::port() const {
  asio::error_code error;
  return front_.local_endpoint(error).port();
}

void Proxy::read_front() {
  front_.async_receive_from(asio::buffer(datagram_), from_, [this](const asio::error_code& error, std::size_t size) {
    if (error == asio::error::operation_aborted) return;
    if (!error) {
      if (const auto conversation = conversation_of(from_)) {
        conversation->up.take({datagram_.data(), datagram_.data() + size}, base::Clock::now());
      }
      move_on();
    }
    read_front();  // other errors are those of packets that did not arrive elsewhere
  });
}

void Proxy::read_back(const std::shared_ptr<Conversation>& conversation) {
  auto& socket = conversation->socket;
  socket.async_receive(asio::buffer(conversation->datagram),
                       [this, conversation](const asio::error_code& error, std::size_t size) {
                         if (error == asio::error::operation_aborted) return;
                         if (!error) {
                           const auto* bytes = conversation->datagram.data();
                           conversation->down.take({bytes, bytes + size}, base::Clock::now());
                           move_on();
                         }
                         read_back(conversation);
                       });
}

std::shared_ptr<Proxy::Conversation> Proxy::conversation_of(const Udp::endpoint& host) {
  if (const auto known = conversations_.find(host); known != conversations_.end()) return known->second;
  // The first host has the seed itself, so that one host meets the same weather run after run.
  auto fresh = std::make_shared<Conversation>(io_, host, settings_.up, settings_.down, settings_.seed + opened_);
  const auto any = settings_.to.address().is_v4() ? asio::ip::address(asio::ip::address_v4::any())
                                                  : asio::ip::address(asio::ip::address_v6::any());
  if (!open(fresh->socket, {any, 0})) return nullptr;
  asio::error_code error;
  fresh->socket.connect(settings_.to, error);
  if (error) return nullptr;
  if (in_order_.size() >= kMostHosts) {
    const auto oldest = conversations_.find(in_order_.front());
    add(up_, oldest->second->up.counts());
    add(down_, oldest->second->down.counts());
    oldest->second->socket.close(error);
    conversations_.erase(oldest);
    in_order_.pop_front();
  }
  ++opened_;
  conversations_.emplace(host, fresh);
  in_order_.push_back(host);
  read_back(fresh);
  return fresh;
}

// Sends what is due, and comes back for the rest.
void Proxy::move_on() {
  const auto now = base::Clock::now();
  auto next = base::Time::max();
  const auto serve = [&](Conversation& one) {
    asio::error_code ignored;
    one.up.run_due(now, [&](const auto& packet) { one.socket.send(asio::buffer(packet), 0, ignored); });
    one.down.run_due(now, [&](const auto& packet) { front_.send_to(asio::buffer(packet), one.host, 0, ignored); });
    next = std::min({next, one.up.next_due(), one.down.next_due()});
  };
  for (const auto& [host, conversation] : conversations_) serve(*conversation);
  if (answers_) serve(*answers_);
  if (next == base::Time::max()) return;
  timer_.expires_at(next);
  timer_.async_wait([this](const asio::error_code& error) {
    if (!error) move_on();
  });
}

ImpairedLine::Counts Proxy::up() const {
  auto sum = up_;
  for (const auto& [host, conversation] : conversations_) add(sum, conversation->up.counts());
  return sum;
}

ImpairedLine::Counts Proxy::down() const {
  auto sum = down_;
  for (const auto& [host, conversation] : conversations_) add(sum, conversation->down.counts());
  if (answers_) add(sum, answers_->down.counts());
  return sum;
}

}  // namespace server
