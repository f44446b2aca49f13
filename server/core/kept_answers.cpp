#include "server/core/kept_answers.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace server {

std::uint64_t fingerprint(protocol::Bytes bytes) {
  static const auto key = [] {
    std::array<unsigned char, crypto_shorthash_KEYBYTES> fresh{};
    if (sodium_init() >= 0) randombytes_buf(fresh.data(), fresh.size());
    return fresh;
  }();
  static_assert(crypto_shorthash_BYTES == sizeof(std::uint64_t));
  std::array<unsigned char, crypto_shorthash_BYTES> hash{};
  crypto_shorthash(hash.data(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), key.data());
  std::uint64_t out = 0;
  std::memcpy(&out, hash.data(), sizeof out);
  return out;
}

void KeptAnswers::forget(base::Time now) {
  while (!kept_.empty() && kept_.front().answered && now - kept_.front().since >= kFor) kept_.pop_front();
  while (kept_.size() > kMost) {
    const auto oldest = std::find_if(kept_.begin(), kept_.end(), [](const Kept& kept) { return kept.answered; });
    if (oldest == kept_.end()) return;  // all at work: the queue bounds them
    kept_.erase(oldest);
  }
}

const KeptAnswers::Kept* KeptAnswers::find(std::uint64_t fingerprint, base::Time now) {
  forget(now);
  const auto it = std::find_if(kept_.rbegin(), kept_.rend(),
                               [fingerprint](const Kept& kept) { return kept.fingerprint == fingerprint; });
  if (it == kept_.rend() || (it->answered && now - it->since >= kFor)) return nullptr;
  return &*it;
}

void KeptAnswers::begin(std::uint64_t fingerprint, base::Time now) {
  kept_.push_back({fingerprint, false, now, {}});
  forget(now);
}

void KeptAnswers::end(std::uint64_t fingerprint, protocol::Bytes packet, base::Time now) {
  const auto it = std::find_if(kept_.rbegin(), kept_.rend(), [fingerprint](const Kept& kept) {
    return kept.fingerprint == fingerprint && !kept.answered;
  });
  if (it == kept_.rend()) return;
  if (packet.size() > kBytes) {
    kept_.erase(std::next(it).base());
    return;
  }
  it->answered = true;
  it->since = now;
  it->packet.assign(packet.begin(), packet.end());
}

}  // namespace server
