#pragma once
#include "base/time.hpp"

namespace server {

/// What has to be added to base::Clock to have the time since 1970, now: the one clock that scsynth shares with us.
/// Both are read within a microsecond or two, wherever the thread is stopped. Thread: [any].
base::Duration system_calendar();

}  // namespace server
