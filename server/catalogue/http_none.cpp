// A build without libcurl.
#include "server/catalogue/transfer.hpp"

namespace server::http {

namespace {

base::Error absent(const std::string& url) {
  return {base::ErrorCode::kNotYet,
          url + " cannot be fetched: this build has no libcurl (scripts/setup.sh installs it)"};
}

}  // namespace

base::Result<std::string> resolve(const std::string& url, const std::string&) { return absent(url); }

base::Result<Transferred> transfer(const std::string& url, std::uint64_t, std::uint64_t, const Sink&) {
  return absent(url);
}

}  // namespace server::http
