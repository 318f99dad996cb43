// A simulated backend whose clock stands still, so that all its answers are the same.
#pragma once

#include "simulator/simulator.h"

namespace session_exporter::test {

class StillSimulator : public simulator::Simulator {
 public:
  explicit StillSimulator(const simulator::PopulationOptions& population = {})
      : Simulator(Options(population)) {}

 private:
  static simulator::SimulatorOptions Options(const simulator::PopulationOptions& population) {
    simulator::SimulatorOptions options;
    options.population = population;
    options.speed = 0;
    return options;
  }
};

}  // namespace session_exporter::test
