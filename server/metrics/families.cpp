#include "server/metrics/families.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>

#include "version.hpp"

namespace server {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Families = std::vector<MetricFamily>;
using Labels = std::vector<ClientMetric::Label>;

MetricFamily& family(Families& out, const std::string& name, const std::string& help, MetricType type) {
  return out.emplace_back(MetricFamily{name, help, type, {}});
}

ClientMetric& metric(MetricFamily& family, Labels labels = {}) {
  auto& one = family.metric.emplace_back();
  one.label = std::move(labels);
  return one;
}

template <class Number>
void counter(Families& out, const std::string& name, const std::string& help, Number value) {
  metric(family(out, name, help, MetricType::Counter)).counter.value = static_cast<double>(value);
}

template <class Number>
void gauge(Families& out, const std::string& name, const std::string& help, Number value) {
  metric(family(out, name, help, MetricType::Gauge)).gauge.value = static_cast<double>(value);
}

void fill(ClientMetric::Histogram& out, const Latencies& latencies) {
  std::uint64_t so_far = 0;
  for (std::size_t i = 0; i < Latencies::kBounds.size(); ++i) {
    so_far += latencies.within[i];
    auto& bucket = out.bucket.emplace_back();
    bucket.cumulative_count = so_far;
    bucket.upper_bound = Latencies::kBounds[i];
  }
  auto& all = out.bucket.emplace_back();
  all.cumulative_count = latencies.count;
  all.upper_bound = std::numeric_limits<double>::infinity();
  out.sample_count = latencies.count;
  out.sample_sum = latencies.sum_s;
}

/// Bytes in RAM of a process; 0 where the system does not say.
std::size_t resident(const std::string& process) {
  std::size_t all = 0, pages = 0;
#ifdef __linux__
  std::ifstream("/proc/" + process + "/statm") >> all >> pages;
#endif
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

void add_process(Families& out) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  counter(out, "process_cpu_seconds_total", "Processor time of the serving process.",
          seconds(usage.ru_utime) + seconds(usage.ru_stime));
#ifdef __linux__
  gauge(out, "process_resident_memory_bytes", "Memory of the serving process that is in RAM.", resident("self"));
  std::error_code error;
  std::size_t open = 0;
  for (std::filesystem::directory_iterator it("/proc/self/fd", error), end; !error && it != end; it.increment(error))
    ++open;
  gauge(out, "process_open_fds", "File descriptors that the serving process has open.", open);
#endif
}

void add_traffic(Families& out, const Figures& figures) {
  counter(out, "oscine_packets_total", "OSC packets that came.", figures.packets);
  counter(out, "oscine_packets_malformed_total", "Packets that were no OSC.", figures.malformed);
  counter(out, "oscine_packets_strangers_total", "Packets of senders that `allow` does not name.", figures.strangers);
  counter(out, "oscine_packets_dropped_total", "Packets of ours dropped: their receiver was sent too many.",
          figures.dropped);
  auto& answers =
      family(out, "oscine_request_seconds", "From a request's arrival to its answer.", MetricType::Histogram);
  fill(metric(answers).histogram, figures.answers);
  counter(out, "oscine_requests_total", "Requests that were answered, whatever the answer was.", figures.answers.count);
  counter(out, "oscine_requests_refused_total", "Requests answered with 429: too much at once.", figures.refused);
  counter(out, "oscine_requests_failed_total", "Requests answered with any other failure.", figures.failed);
  counter(out, "oscine_requests_late_total", "Work that expired before its turn.", figures.late);
}

void add_processes(Families& out, const Figures& figures) {
  constexpr std::array kCauses{"outside", "crash", "hang"};  // as models::Fall::Kind
  auto& memory = family(out, "oscine_model_resident_memory_bytes", "Memory in RAM of the process of an isolated model.",
                        MetricType::Gauge);
  for (const auto& [name, model] : figures.models) {
    if (model.process == 0) continue;
    metric(memory, {{"model", name}}).gauge.value = static_cast<double>(resident(std::to_string(model.process)));
  }
  auto& falls = family(out, "oscine_model_falls_total", "How often the process of an isolated model fell, and by what.",
                       MetricType::Counter);
  for (const auto& [name, model] : figures.models) {
    if (model.process == 0 && model.counts.all_falls() == 0) continue;
    for (std::size_t i = 0; i < kCauses.size(); ++i) {
      metric(falls, {{"model", name}, {"cause", kCauses[i]}}).counter.value =
          static_cast<double>(model.counts.falls[i]);
    }
  }
}

void add_models(Families& out, const Figures& figures) {
  auto& ready = family(out, "oscine_model_ready", "1 while the model is served.", MetricType::Gauge);
  for (const auto& [name, model] : figures.models) {
    metric(ready, {{"model", name}, {"kind", model.kind}}).gauge.value = model.state == "ready" ? 1 : 0;
  }
  auto& calls = family(out, "oscine_model_calls_total", "Calls of the model.", MetricType::Counter);
  for (const auto& [name, model] : figures.models) {
    metric(calls, {{"model", name}}).counter.value = static_cast<double>(model.counts.calls.count);
  }
  auto& failures = family(out, "oscine_model_failures_total", "Calls of the model that failed.", MetricType::Counter);
  for (const auto& [name, model] : figures.models) {
    metric(failures, {{"model", name}}).counter.value = static_cast<double>(model.counts.failures);
  }
  add_processes(out, figures);
  auto& took = family(out, "oscine_model_call_seconds", "How long a call of the model took.", MetricType::Histogram);
  for (const auto& [name, model] : figures.models) fill(metric(took, {{"model", name}}).histogram, model.counts.calls);
}

}  // namespace

Families families_of(const std::optional<Figures>& figures) {
  Families out;
  gauge(out, "oscine_up", "1 when the network thread said its figures in time.", figures ? 1 : 0);
  auto& build = family(out, "oscine_build_info", "Which oscine this is.", MetricType::Gauge);
  metric(build, {{"version", kVersion}, {"commit", kCommit}}).gauge.value = 1;
  add_process(out);
  if (!figures) return out;
  gauge(out, "oscine_uptime_seconds", "Since the serving process began.", figures->uptime_s);
  counter(out, "oscine_restarts_total", "Serving processes that fell since the supervisor began.", figures->restarts);
  gauge(out, "oscine_clients", "Clients that are remembered.", figures->clients);
  gauge(out, "oscine_sessions", "Sessions that are open.", figures->sessions);
  gauge(out, "oscine_queue_jobs", "Jobs that wait for a worker.", figures->queued);
  add_traffic(out, *figures);
  add_models(out, *figures);
  return out;
}

}  // namespace server
