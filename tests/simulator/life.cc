#include "simulator/life.h"

#include <algorithm>
#include <array>

namespace simulator {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

constexpr seconds kKeepaliveInterval{60};  // what a connected browser does
constexpr seconds kHour{3600};             // the default of Kasm's keepalive_expiration
constexpr seconds kDay{86400};

constexpr State kRunning = State::kRunning;

// clang-format off
constexpr std::array<Course, 16> kCourses{{
//  name             weight  period         launch          connected      rest             rest_from      delete_from     gone_from       expires_after
    {"active",           50, seconds{7800},  seconds{25},    seconds{7600}, kRunning,        seconds{25},   seconds{7600},  seconds{7620},  kHour},
    {"idle",             18, seconds{4800},  seconds{20},    seconds{900},  kRunning,        seconds{20},   seconds{4500},  seconds{4540},  kHour},
    {"stale",             6, seconds{43200}, seconds{30},    seconds{1800}, kRunning,        seconds{30},   seconds{42000}, seconds{42060}, kDay},
    {"paused",            4, seconds{21600}, seconds{20},    seconds{600},  State::kPaused,  seconds{900},  seconds{20000}, seconds{20030}, kDay},
    {"stopped",           4, seconds{43200}, seconds{20},    seconds{1200}, State::kStopped, seconds{1300}, seconds{40000}, seconds{40040}, kDay},
    {"launching",         2, seconds{480},   seconds{300},   seconds{440},  kRunning,        seconds{300},  seconds{450},   seconds{465},   kHour},
    {"stuck starting",    1, seconds{10800}, seconds{10500}, seconds{0},    State::kStarting, seconds{10500}, seconds{10500}, seconds{10540}, kHour},
    {"deleting",          2, seconds{600},   seconds{20},    seconds{200},  kRunning,        seconds{20},   seconds{210},   seconds{590},   kHour},
    {"stuck deleting",    1, seconds{36000}, seconds{20},    seconds{1500}, kRunning,        seconds{20},   seconds{1600},  seconds{35000}, kHour},
    {"expired",           2, seconds{36000}, seconds{25},    seconds{600},  kRunning,        seconds{25},   seconds{34000}, seconds{34030}, kHour},
    {"failed",            1, seconds{21600}, seconds{30},    seconds{0},    State::kError,   seconds{30},   seconds{20000}, seconds{20010}, kHour},
    {"staged",            2, seconds{14400}, seconds{60},    seconds{0},    kRunning,        seconds{60},   seconds{14380}, seconds{14390}, kDay,
     State::kDeleting, true},
    {"shared",            3, seconds{9000},  seconds{25},    seconds{8800}, kRunning,        seconds{25},   seconds{8800},  seconds{8830},  kHour,
     State::kDeleting, false, true},
    {"server pool",       4, seconds{10800}, seconds{8},     seconds{10600}, kRunning,       seconds{8},    seconds{10600}, seconds{10610}, kHour,
     State::kDeleting, false, false, true},
    {"pool idle",         1, seconds{14400}, seconds{8},     seconds{3000}, kRunning,        seconds{8},    seconds{14000}, seconds{14010}, kDay,
     State::kDeleting, false, false, true},
    {"delete pending",    1, seconds{7200},  seconds{8},     seconds{900},  kRunning,        seconds{8},    seconds{1000},  seconds{6800},  kHour,
     State::kDeletePending, false, false, true},
}};
// clang-format on

constexpr std::size_t TotalWeight() {
  std::size_t total = 0;
  for (const Course& course : kCourses) total += static_cast<std::size_t>(course.weight);
  return total;
}

State StateAt(const Course& course, microseconds age) {
  if (age >= course.delete_from) return course.delete_state;
  if (age < course.launch) return State::kStarting;
  return age >= course.rest_from ? course.rest : State::kRunning;
}

}  // namespace

std::size_t CourseCount() { return kCourses.size(); }

const Course& CourseAt(std::size_t index) { return kCourses.at(index); }

std::size_t DrawCourse(std::size_t random) {
  std::size_t left = random % TotalWeight();
  for (std::size_t i = 0; i < kCourses.size(); ++i) {
    const auto weight = static_cast<std::size_t>(kCourses[i].weight);
    if (left < weight) return i;
    left -= weight;
  }
  return 0;
}

std::optional<Moment> At(const Course& course, microseconds age) {
  if (age >= course.gone_from) return std::nullopt;
  Moment moment{StateAt(course, age), {}, {}, {}};
  if (age < course.launch || moment.state == State::kStarting) return moment;
  moment.started = course.launch;
  microseconds contact = course.launch;
  if (course.connected > course.launch) {
    const microseconds until = std::min<microseconds>(age, course.connected);
    contact += (until - course.launch) / kKeepaliveInterval * kKeepaliveInterval;
    moment.last_contact = contact;
  }
  moment.expires = contact + course.expires_after;
  return moment;
}

}  // namespace simulator
