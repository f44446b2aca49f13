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

KeptAnswers::Order::iterator KeptAnswers::drop(Order::iterator one) {
  by_fingerprint_.erase(one->fingerprint);
  return kept_.erase(one);
}

void KeptAnswers::forget(base::Time now) {
  while (!kept_.empty() && kept_.front().answered && now - kept_.front().since >= kFor) drop(kept_.begin());
  while (kept_.size() > kMost) {
    const auto oldest = std::find_if(kept_.begin(), kept_.end(), [](const Kept& kept) { return kept.answered; });
    if (oldest == kept_.end()) return;  // all at work: the queue bounds them
    drop(oldest);
  }
}

const KeptAnswers::Kept* KeptAnswers::find(std::uint64_t fingerprint, base::Time now) {
  forget(now);
  const auto it = by_fingerprint_.find(fingerprint);
  if (it == by_fingerprint_.end()) return nullptr;
  const auto& kept = *it->second;
  return kept.answered && now - kept.since >= kFor ? nullptr : &kept;
}

void KeptAnswers::begin(std::uint64_t fingerprint, base::Time now) {
  if (const auto old = by_fingerprint_.find(fingerprint); old != by_fingerprint_.end()) drop(old->second);
  by_fingerprint_[fingerprint] = kept_.insert(kept_.end(), {fingerprint, false, now, {}});
  forget(now);
}

void KeptAnswers::end(std::uint64_t fingerprint, protocol::Bytes packet, base::Time now) {
  const auto it = by_fingerprint_.find(fingerprint);
  if (it == by_fingerprint_.end() || it->second->answered) return;
  if (packet.size() > kBytes) {
    drop(it->second);
    return;
  }
  it->second->answered = true;
  it->second->since = now;
  it->second->packet.assign(packet.begin(), packet.end());
}

}  // namespace server
