#pragma once
#include <string>

namespace models {

/// Waits while the FakeGate of that name is closed; passes when there is none.
void wait_at_gate(const std::string& name);

}  // namespace models
