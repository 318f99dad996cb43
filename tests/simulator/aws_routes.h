// AWS on one listener: Systems Manager's DescribeSessions and STS at POST /, the metadata service
// and container credentials at their paths. The account follows from the access key, the region and
// the service from the signature.
#pragma once

#include <memory>

#include "simulator/aws_options.h"
#include "simulator/population.h"
#include "simulator/routes.h"

namespace simulator {

// `population`, made from `shape`, must outlive it. Throws std::invalid_argument without a region.
std::unique_ptr<Routes> MakeAwsRoutes(AwsOptions options, const Population& population,
                                      PopulationOptions shape);

}  // namespace simulator
