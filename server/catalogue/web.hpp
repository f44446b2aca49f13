#pragma once
#include "server/catalogue/transfer.hpp"

namespace server::http {

/// What liboscine_web.so holds: libcurl and the twenty libraries behind it, 6 MB that a program which fetches nothing
/// does without.
struct Web {
  base::Result<std::string> (*resolve)(const std::string& url, const std::string& relative);
  base::Result<Transferred> (*transfer)(const std::string& url, std::uint64_t from, std::uint64_t most,
                                        const Sink& sink);
};

/// The one entry of the library, a WebEntry.
constexpr char kWebEntry[] = "oscine_web";
using WebEntry = const Web* (*)();

}  // namespace server::http
