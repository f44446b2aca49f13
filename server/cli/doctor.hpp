#pragma once
#include <string>
#include <vector>

#include "server/config/config.hpp"

namespace server {

/// One thing that was looked at.
struct Finding {
  enum class Verdict { kOk, kWarn, kFail };  ///< as it should be; it serves, not as well as it could; it will not serve
  Verdict verdict = Verdict::kOk;
  std::string topic;   ///< "ports", "engine", "models" …
  std::string text;    ///< what is so
  std::string advice;  ///< what to do; empty where all is well
};
using Findings = std::vector<Finding>;

/// Whether the ports are free, or oscine answers there already; else who holds them.
void look_at_ports(const Config& config, Findings& out);
/// LibTorch where a model needs it, and each model's file.
void look_at_models(const Config& config, Findings& out);
/// Max, Pure Data and SuperCollider on this machine.
void look_at_hosts(Findings& out);
/// What the system lets us do: buffers, priorities, memory, descriptors, processor, clock.
void look_at_system(const Config& config, Findings& out);

/// The programs of this machine that hold this port, "python3 (pid 71)"; empty where the system does not say.
std::string holder_of(std::uint16_t port);

}  // namespace server
