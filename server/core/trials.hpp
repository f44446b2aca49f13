#pragma once
#include <string>

#include "models/model.hpp"
#include "server/config/config.hpp"

namespace server {

/// Lets a model that is not known be loaded where it can do no harm, before it is loaded here. Thread: [load].
class Trials {
 public:
  virtual ~Trials() = default;
  /// Fails: kModelFailed, naming the model: it crashed or hung there, or its load failed.
  virtual base::Status admit(const ModelConfig& config, const models::LoadOptions& options) = 0;
  /// It was loaded here. @return the key by which it is known from now on; empty: it is known already, or has none
  virtual std::string loaded(const ModelConfig& config) = 0;
  /// Nothing more is to be loaded for now.
  virtual void rest() = 0;
};

}  // namespace server
