// Systems Manager's DescribeSessions over HTTP (AWS JSON 1.1), for any account whose keys are known
// and any region of the options. Thread-safe.
#pragma once

#include <optional>

#include "simulator/aws_keys.h"
#include "simulator/aws_options.h"
#include "simulator/delivery.h"
#include "simulator/faults.h"
#include "simulator/http_message.h"
#include "simulator/ssm_document.h"

namespace simulator {

class SsmRoutes {
 public:
  // All three must outlive it; `population` is made from `shape`.
  SsmRoutes(const AwsOptions& options, const AwsKeyRing& keys, const Population& population,
            PopulationOptions shape)
      : options_(options), keys_(keys), document_(options, population, shape) {}

  // Whether the request is one of this service's.
  static bool Takes(const Request& request);
  // `aws_now` is AWS's clock, `now` the population's.
  Response Handle(const Request& request, const FaultSet& faults, Time aws_now, Time now);
  EndlessList Endless(Time now);

 private:
  const AwsOptions& options_;
  const AwsKeyRing& keys_;
  SsmDocument document_;
};

}  // namespace simulator
