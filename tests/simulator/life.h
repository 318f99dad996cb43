// The courses a session's life can take, vendor-neutral: how long it launches, how long somebody is
// connected, what it rests in, when it is deleted, whether it lingers. Pure functions of a
// session's age, so the state at any time needs no history.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

namespace simulator {

enum class State { kStarting, kRunning, kPaused, kStopped, kDeleting, kDeletePending, kError };

struct Course {
  std::string_view name;
  int weight;  // share among the sessions beyond the first pairs
  std::chrono::seconds period;
  std::chrono::seconds launch;     // starting until this age
  std::chrono::seconds connected;  // keepalives arrive until this age; zero: nobody ever connects
  State rest;                      // what it is from `rest_from` until it is deleted
  std::chrono::seconds rest_from;
  std::chrono::seconds delete_from;
  std::chrono::seconds gone_from;      // not listed from here until the period ends
  std::chrono::seconds expires_after;  // last keepalive to expiration
  State delete_state = State::kDeleting;
  bool staged = false;       // launched ahead of need, belongs to nobody yet
  bool shared = false;       // others may watch
  bool server_pool = false;  // RDP on a fixed server instead of a container
};

struct Moment {
  State state;
  // Ages; missing where the thing has not happened.
  std::optional<std::chrono::microseconds> started;
  std::optional<std::chrono::microseconds> last_contact;
  std::optional<std::chrono::microseconds> expires;
};

// All courses. The first 2 * CourseCount() sessions of a population take two of each, half a period
// apart, and every course holds the state it is named for during more than half of its period: so
// something of each is always there.
std::size_t CourseCount();
const Course& CourseAt(std::size_t index);
// A course drawn by weight; `random` is any number.
std::size_t DrawCourse(std::size_t random);

// What a session on this course is at this age (in [0, period)); nothing when it is not listed.
std::optional<Moment> At(const Course& course, std::chrono::microseconds age);

}  // namespace simulator
