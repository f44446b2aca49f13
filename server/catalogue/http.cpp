// The part of transfers that opens its library late.
#include "models/late_library.hpp"
#include "server/catalogue/web.hpp"

namespace server::http {

namespace {

base::Error without(const std::string& url, const std::string& why) {
  return {base::ErrorCode::kNotYet, url + " cannot be fetched: " + why};
}

#if defined(OSCINE_WEB)
base::Result<const Web*> web() {
  static const auto entry = models::open_late("liboscine_web.so", kWebEntry);
  if (!entry) return entry.error();
  return reinterpret_cast<WebEntry>(*entry)();
}
#else
base::Result<const Web*> web() {
  return base::Error{base::ErrorCode::kNotYet, "this build has no libcurl (scripts/setup.sh installs it)"};
}
#endif

}  // namespace

base::Result<std::string> resolve(const std::string& url, const std::string& relative) {
  const auto library = web();
  if (!library) return without(url, library.error().message);
  return (*library)->resolve(url, relative);
}

base::Result<Transferred> transfer(const std::string& url, std::uint64_t from, std::uint64_t most, const Sink& sink) {
  const auto library = web();
  if (!library) return without(url, library.error().message);
  return (*library)->transfer(url, from, most, sink);
}

}  // namespace server::http
