#include "server/metrics/exposer.hpp"

#include <prometheus/collectable.h>
#include <prometheus/exposer.h>

#include <exception>

#include "server/metrics/families.hpp"

namespace server {

namespace {

class AskedFigures : public prometheus::Collectable {
 public:
  explicit AskedFigures(MetricsExposer::Ask ask) : ask_(std::move(ask)) {}
  std::vector<prometheus::MetricFamily> Collect() const override { return families_of(ask_()); }

 private:
  MetricsExposer::Ask ask_;
};

class HttpExposer : public MetricsExposer {
 public:
  HttpExposer(const std::string& host, std::uint16_t port, Ask ask)
      : host_(host),
        figures_(std::make_shared<AskedFigures>(std::move(ask))),
        exposer_(
            {"listening_ports", host + ":" + std::to_string(port), "num_threads", "2", "request_timeout_ms", "5000"}) {
    exposer_.RegisterCollectable(figures_);
  }
  std::string url() const override {
    return "http://" + host_ + ":" + std::to_string(exposer_.GetListeningPorts().front()) + "/metrics";
  }

 private:
  std::string host_;
  std::shared_ptr<AskedFigures> figures_;
  prometheus::Exposer exposer_;
};

}  // namespace

base::Result<std::unique_ptr<MetricsExposer>> MetricsExposer::open(const Endpoint& endpoint, Ask ask) {
  const auto host = endpoint.host.empty()                          ? "127.0.0.1"
                    : endpoint.host.find(':') != std::string::npos ? "[" + endpoint.host + "]"
                                                                   : endpoint.host;
  try {
    return std::unique_ptr<MetricsExposer>(std::make_unique<HttpExposer>(host, endpoint.port, std::move(ask)));
  } catch (const std::exception&) {  // its text says no more than that
    return base::Error{base::ErrorCode::kForbidden, "the metrics are not served: port " +
                                                        std::to_string(endpoint.port) + " cannot be opened on " + host +
                                                        "; choose another with `metrics: {listen: PORT}`"};
  }
}

}  // namespace server
