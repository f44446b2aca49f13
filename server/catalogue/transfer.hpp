#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "base/result.hpp"

namespace server {

/// Takes the next bytes; false: enough, the transfer ends.
using Sink = std::function<bool(std::span<const char> bytes)>;

/// Where `address` leads, seen from the index at `index`: both are a URL or a path. A URL never leads to a file of
/// this machine, nor an encrypted one to one that is not. Fails: kForbidden, kMalformed.
base::Result<std::string> address_from(const std::string& index, const std::string& address);

enum class Transferred {
  kWhole,     ///< everything from `from` on went into the sink
  kNoResume,  ///< nothing did: this place cannot give the rest of a file; begin anew
};

/// Brings the bytes of a file, from byte `from` on, at most `most`. Follows five redirections, waits 10 s for a
/// connection and 30 s for bytes. Fails: kUnknown (not there, not reached, broken off), kTooLarge, in a sentence that
/// names the address. Thread: [any]; blocks.
base::Result<Transferred> transfer(const std::string& address, std::uint64_t from, std::uint64_t most,
                                   const Sink& sink);

/// The whole of a small file. Fails as transfer() does.
base::Result<std::string> small_text(const std::string& address, std::uint64_t most);

namespace http {
// The part that needs libcurl; a build without it says so.
base::Result<std::string> resolve(const std::string& url, const std::string& relative);
base::Result<Transferred> transfer(const std::string& url, std::uint64_t from, std::uint64_t most, const Sink& sink);
}  // namespace http

}  // namespace server
