// liboscine_web.so: alone in seeing libcurl.
#include <curl/curl.h>

#include <memory>

#include "server/catalogue/web.hpp"

namespace server::http {

extern "C" const Web* oscine_web();

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr long kConnectSeconds = 10, kStalledSeconds = 30, kRedirections = 5;
constexpr long kOk = 200, kRangeNotSatisfiable = 416;

struct Receiving {
  const Sink& sink;
  std::uint64_t left;
  bool too_large = false, ended = false;
};

/// Called by libcurl; fewer bytes than it has end the transfer.
std::size_t receive(char* bytes, std::size_t, std::size_t count, void* context) {
  auto& receiving = *static_cast<Receiving*>(context);
  receiving.too_large = count > receiving.left;
  if (receiving.too_large) return 0;
  receiving.left -= count;
  receiving.ended = !receiving.sink({bytes, count});
  return receiving.ended ? 0 : count;
}

CURL* handle() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  return started == CURLE_OK ? curl_easy_init() : nullptr;
}

void set_up(CURL* curl, const std::string& url, std::uint64_t from, Receiving& receiving) {
  const char* protocols = url.starts_with("https://") ? "https" : "http,https";
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, protocols);
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, kRedirections);
  curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, kStalledSeconds);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "oscine");
  curl_easy_setopt(curl, CURLOPT_RESUME_FROM_LARGE, static_cast<curl_off_t>(from));
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &receiving);
}

Error reason(CURLcode code, long status, const std::string& url, const Receiving& receiving) {
  if (receiving.too_large) return {ErrorCode::kTooLarge, url + " is larger than announced"};
  if (code == CURLE_HTTP_RETURNED_ERROR) {
    return {ErrorCode::kUnknown, url + ": the server says " + std::to_string(status)};
  }
  if (code == CURLE_PARTIAL_FILE || code == CURLE_RECV_ERROR) {
    return {ErrorCode::kUnknown, url + ": the connection broke off; ask again, and it goes on from there"};
  }
  return {ErrorCode::kUnknown, url + ": " + curl_easy_strerror(code)};
}

Result<std::string> resolve(const std::string& url, const std::string& relative) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parts(curl_url(), curl_url_cleanup);
  char* whole = nullptr;
  if (curl_url_set(parts.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK ||
      curl_url_set(parts.get(), CURLUPART_URL, relative.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK ||
      curl_url_get(parts.get(), CURLUPART_URL, &whole, 0) != CURLUE_OK) {
    return Error{ErrorCode::kMalformed, "'" + relative + "' is no address"};
  }
  std::string text(whole);
  curl_free(whole);
  return text;
}

Result<Transferred> transfer(const std::string& url, std::uint64_t from, std::uint64_t most, const Sink& sink) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(handle(), curl_easy_cleanup);
  if (!curl) return Error{ErrorCode::kUnknown, "libcurl does not start"};
  Receiving receiving{sink, most};
  set_up(curl.get(), url, from, receiving);
  const CURLcode code = curl_easy_perform(curl.get());
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  const bool refused = code == CURLE_RANGE_ERROR || status == kRangeNotSatisfiable || (from > 0 && status == kOk);
  if (from > 0 && refused && receiving.left == most) return Transferred::kNoResume;
  if (code == CURLE_OK || receiving.ended) return Transferred::kWhole;
  return reason(code, status, url, receiving);
}

constexpr Web kWeb{resolve, transfer};

}  // namespace

extern "C" __attribute__((visibility("default"))) const Web* oscine_web() { return &kWeb; }

}  // namespace server::http
