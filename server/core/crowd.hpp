#pragma once
#include <compare>
#include <cstddef>
#include <deque>
#include <memory>

#include "server/core/session.hpp"

namespace server {

/// What sessions ask that can be answered together.
struct Asked {
  std::shared_ptr<const ServedModel> served;
  std::size_t method = 0;
  bool fits(const Session& session) const { return session.served == served && session.method == method; }
  auto operator<=>(const Asked&) const = default;
};

/// Sessions that ask the same, and whose sound waits for a worker. Thread: [net].
struct Crowd {
  struct One {
    std::shared_ptr<Session> session;
    std::shared_ptr<Flow> flow;  ///< as it was when it joined; at work since then
  };
  std::deque<One> waiting;
  std::size_t jobs = 0;  ///< in the queue or at work: as many as there are workers at most
};

}  // namespace server
