#pragma once
#include <span>
#include <vector>

#include "base/result.hpp"
#include "models/card.hpp"
#include "protocol/schema.hpp"

namespace server {

/// What came as the values of an attribute. Fails: kMalformed (a blob).
base::Result<std::vector<models::Value>> values_of(std::span<const protocol::Value> values);

}  // namespace server
