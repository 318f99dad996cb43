// The backend simulator: the vendors' APIs over real HTTP or HTTPS, from one population that lives
// by its own clock, with faults on request. Listens when constructed, stops when destroyed. All of
// it may be used from many threads at once.
//
//   Simulator simulator({.population = {.seed = 7}, .start_time = ..., .speed = 0});
//   simulator.SetFault("get_kasms", "status=500", 3);  // the next three requests
//   Scrape(simulator.url("delay=2"));                  // every answer under this URL is late
//   simulator.AdvanceClock(std::chrono::hours(1));
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/aws_options.h"
#include "simulator/clock.h"
#include "simulator/http_message.h"
#include "simulator/http_server.h"
#include "simulator/intersight_routes.h"
#include "simulator/kasm_routes.h"
#include "simulator/population.h"

namespace simulator {

struct SimulatorOptions {
  ListenOptions listen;
  PopulationOptions population;
  KasmOptions kasm;
  IntersightOptions intersight;
  AwsOptions aws;
  // Nothing: the real time.
  std::optional<Time> start_time;
  // Simulated seconds per real second; zero holds the clock, and so the answers, still.
  double speed = 1;
  // Added before every answer of a vendor's API.
  std::chrono::milliseconds latency{0};
};

struct Stats {
  std::map<std::string, std::uint64_t>
      requests;                      // by path, without a fault's prefix (AWS: by operation)
  std::uint64_t requests_total = 0;  // of the vendors' APIs
  // From arrival until the answer starts to go out, so through a delay and a hang.
  std::uint64_t requests_in_flight = 0;
  std::uint64_t requests_in_flight_peak = 0;
  std::uint64_t connections_accepted = 0;
  std::uint64_t connections_open = 0;
  std::uint64_t honeypot_requests = 0;
  std::uint64_t honeypot_body_bytes = 0;
  std::uint64_t honeypot_secrets = 0;  // requests there that carried a vendor's secret
};

class Simulator {
 public:
  // Throws std::runtime_error when it cannot listen, std::invalid_argument for a key it cannot
  // read.
  explicit Simulator(SimulatorOptions options = {});
  ~Simulator();
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  std::uint16_t port() const;
  // `http://127.0.0.1:PORT`, with `fault` given a base under which every answer has it:
  // `http://127.0.0.1:PORT/fault/FAULT`.
  std::string url(std::string_view fault = {}) const;

  // From now on answers to paths (of AWS: `/AmazonSSM.DescribeSessions/ACCOUNT/REGION`,
  // `/sts.ACTION/ACCOUNT`) containing `path` (empty: all) have these faults; `times`: so many
  // answers, else until removed. Throws std::invalid_argument for an unknown fault. Returns an id
  // for RemoveFault.
  std::uint64_t SetFault(std::string path, std::string_view fault,
                         std::optional<std::uint64_t> times = std::nullopt);
  void RemoveFault(std::uint64_t id);
  void ClearFaults();

  Stats stats() const;
  // Requests to the vendors' APIs, oldest first, the last 1000, bodies cut at 64 KiB.
  std::vector<Request> requests() const;
  // How many requests had this path, or all of them.
  std::uint64_t CountRequests(std::string_view path_part = {}) const;
  void ForgetRequests();

  Time now() const;
  void AdvanceClock(std::chrono::microseconds by);
  // What is there now, to compare with what a client says is there.
  std::vector<Session> sessions() const;
  const Population& population() const;

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace simulator
