// oscine doctor: what the system lets us do.
#include <sys/resource.h>

#include <fstream>
#include <set>

#include "server/cli/doctor.hpp"
#include "server/cli/text.hpp"
#include "server/net/listening.hpp"
#include "server/net/tuning.hpp"

namespace server {

namespace {

using Verdict = Finding::Verdict;

std::string first_word(const std::filesystem::path& file) {
  std::string word;
  std::ifstream(file) >> word;
  return word;
}

void look_at_buffers(Findings& out) {
  const auto text = first_word("/proc/sys/net/core/rmem_max");
  if (text.empty()) return;
  const auto most = static_cast<std::size_t>(std::strtoull(text.c_str(), nullptr, 10));
  const bool enough = most >= static_cast<std::size_t>(kReceiveBuffer);
  const auto wanted = std::to_string(kReceiveBuffer);
  out.push_back({enough ? Verdict::kOk : Verdict::kWarn, "buffers",
                 "receive buffers may take " + buffer_text(most) + " of the 4 MB wanted",
                 enough ? "" : "sysctl -w net.core.rmem_max=" + wanted + " (for good: a file in /etc/sysctl.d)"});
}

void look_at_priority(const Config& config, Findings& out) {
#ifdef __linux__
  if (config.priority != "auto") {
    out.push_back({Verdict::kOk, "priority", "the network thread stays as the others (priority: off)", ""});
  } else if (real_time_allowed()) {
    out.push_back({Verdict::kOk, "priority", "the network thread may be one of real time", ""});
  } else {
    out.push_back({Verdict::kWarn, "priority", "the network thread may not be one of real time",
                   "\"@audio - rtprio 20\" in /etc/security/limits.conf and this user in the group audio, then log in "
                   "anew; LimitRTPRIO=20 in a unit"});
  }
#else
  (void)config, (void)out;
#endif
}

void look_at_memory(const Config& config, Findings& out) {
  rlimit bound{};
  getrlimit(RLIMIT_MEMLOCK, &bound);
  const bool all = bound.rlim_max == RLIM_INFINITY;
  const auto text = "memory that may be locked: " + (all ? "all" : buffer_text(bound.rlim_max));
  const bool short_of = config.lock_memory && !all;
  out.push_back({short_of ? Verdict::kWarn : Verdict::kOk, "memory",
                 text + (config.lock_memory ? "" : ", none is asked for"),
                 short_of ? "LimitMEMLOCK=infinity in a unit, \"@audio - memlock unlimited\" in limits.conf, or "
                            "lock_memory: false"
                          : ""});
}

void look_at_descriptors(const Config& config, Findings& out) {
  constexpr rlim_t kOurs = 64;  // sockets, logs, libraries, models as they are read
  rlimit bound{};
  getrlimit(RLIMIT_NOFILE, &bound);
  const auto wanted = static_cast<rlim_t>(config.limits.tcp_connections) + kOurs;
  const bool enough = bound.rlim_max >= wanted;  // serve takes as many as it may
  out.push_back({enough ? Verdict::kOk : Verdict::kWarn, "descriptors",
                 std::to_string(bound.rlim_max) + " file descriptors; " + std::to_string(wanted) + " are enough",
                 enough ? "" : "ulimit -n " + std::to_string(wanted) + ", or fewer limits.tcp_connections"});
}

void look_at_processor(Findings& out) {
  std::set<std::string> governors;
  std::error_code error;
  for (int n = 0; n < 1024; ++n) {
    const std::filesystem::path cpu = "/sys/devices/system/cpu/cpu" + std::to_string(n);
    if (!std::filesystem::exists(cpu, error)) break;
    if (auto word = first_word(cpu / "cpufreq/scaling_governor"); !word.empty()) governors.insert(word);
  }
  if (governors.empty()) return;
  std::string list;
  for (const auto& one : governors) list += (list.empty() ? "" : ", ") + one;
  const bool saves = governors.contains("powersave") || governors.contains("conservative");
  out.push_back({saves ? Verdict::kWarn : Verdict::kOk, "processor", "processor governor: " + list,
                 saves ? "cpupower frequency-set -g performance: a clock that sleeps adds to the first answers after a "
                         "silence"
                       : ""});
}

void look_at_clock(Findings& out) {
  const auto source = first_word("/sys/devices/system/clocksource/clocksource0/current_clocksource");
  const bool slow = source == "hpet" || source == "acpi_pm" || source == "jiffies";
  if (source.empty()) return;
  out.push_back({slow ? Verdict::kWarn : Verdict::kOk, "clock",
                 "clock: " + source + (slow ? ", which takes a microsecond to read" : "") +
                     "; steps of the time of day move nothing",
                 slow ? "see why the system does not trust its faster one: dmesg | grep -i clocksource" : ""});
}

}  // namespace

void look_at_system(const Config& config, Findings& out) {
  look_at_buffers(out);
  look_at_priority(config, out);
  look_at_memory(config, out);
  look_at_descriptors(config, out);
  look_at_processor(out);
  look_at_clock(out);
}

}  // namespace server
