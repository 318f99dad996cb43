#include "simulator/population.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace simulator {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

constexpr seconds kLaunchOfRequested{5};
constexpr seconds kDeletionOfDestroyed{5};
constexpr seconds kExpiration{3600};

constexpr std::array<std::string_view, 20> kNames{
    "alice", "bob",   "carol", "dave", "erin",  "frank", "grace", "heidi",  "ivan",  "judy",
    "kevin", "laura", "mike",  "nina", "oscar", "peggy", "quinn", "rupert", "sybil", "trent"};

std::string HexId(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
  return fmt::format("{:016x}{:016x}", Mix(a, b, c), Mix(a + 1, b, c));
}

}  // namespace

std::uint64_t Mix(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
  std::uint64_t state = 0;
  for (const std::uint64_t value : {a, b, c}) {
    state = (state ^ value) + 0x9e3779b97f4a7c15ULL;
    state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9ULL;
    state = (state ^ (state >> 27)) * 0x94d049bb133111ebULL;
    state ^= state >> 31;
  }
  return state;
}

std::string WithDashes(std::string_view id) {
  if (id.size() != 32) return std::string(id);
  return fmt::format("{}-{}-{}-{}-{}", id.substr(0, 8), id.substr(8, 4), id.substr(12, 4),
                     id.substr(16, 4), id.substr(20));
}

std::string WithoutDashes(std::string_view id) {
  std::string plain(id);
  std::erase(plain, '-');
  return plain;
}

Population::Population(PopulationOptions options) : options_(options) {
  MakePeople();
  MakePlaces();
  MakeImages();
}

void Population::MakePeople() {
  for (std::size_t i = 0; i < std::max<std::size_t>(options_.people, 1); ++i) {
    const std::string first(kNames[i % kNames.size()]);
    const std::size_t round = i / kNames.size();
    Person person;
    person.id = HexId(options_.seed, 1, i);
    person.name =
        round == 0 ? first + "@example.com" : fmt::format("{}{}@example.com", first, round);
    person.first_name = first;
    person.last_name = fmt::format("Example{}", i);
    person.locked = i % 13 == 11;
    person.disabled = i % 14 == 13;
    people_.push_back(std::move(person));
  }
}

void Population::MakePlaces() {
  for (const std::string_view name : {"default", "emea", "lab"}) {
    zones_.push_back({HexId(options_.seed, 2, zones_.size()), std::string(name)});
  }
  // As many machines as such a population would need, and never so few that grouping by host is
  // trivial.
  const std::size_t count = 6 + options_.sessions / 500;
  for (std::size_t i = 0; i < count; ++i) {
    hosts_.push_back({HexId(options_.seed, 3, i), fmt::format("agent{}", i + 1),
                      fmt::format("10.{}.{}.{}", i % zones_.size(), i / 250, i % 250 + 5),
                      i % zones_.size()});
  }
}

void Population::MakeImages() {
  // Decimal megabytes, as Kasm's own default workspaces have them; half a core happens too.
  images_ = {
      {{}, "kasmweb/chrome:1.18.0", "Chrome", "chrome.png", 2.0, 2'768'000'000, 0, false},
      {{}, "kasmweb/firefox:1.18.0", "Firefox", "firefox.png", 2.0, 2'768'000'000, 0, false},
      {{}, "kasmweb/terminal:1.18.0", "Terminal", "terminal.png", 0.5, 512'000'000, 0, false},
      {{},
       "kasmweb/ubuntu-jammy-desktop:1.18.0",
       "Ubuntu Jammy",
       "ubuntu.png",
       4.0,
       8'192'000'000,
       0,
       false},
      {{},
       "kasmweb/vs-code:1.18.0",
       "Visual Studio Code",
       "vs-code.png",
       1.5,
       4'096'000'000,
       0,
       false},
      {{}, "kasmweb/blender:1.18.0", "Blender", "blender.png", 8.0, 17'179'869'184, 1, false},
      {{}, "", "Windows Desktop", "windows.png", 0.0, 0, 0, true},
  };
  for (std::size_t i = 0; i < images_.size(); ++i) images_[i].id = HexId(options_.seed, 4, i);
}

std::optional<Session> Population::InSlot(std::size_t slot, Time now) const {
  const std::uint64_t own = Mix(options_.seed, 5, slot);
  const bool paired = slot < 2 * CourseCount();
  const std::size_t index = paired ? slot / 2 : DrawCourse(own >> 8);
  const Course& course = CourseAt(index);

  const std::int64_t period = microseconds(course.period).count();
  const std::uint64_t phase_source = paired ? Mix(options_.seed, 6, slot / 2) : own;
  std::int64_t phase = static_cast<std::int64_t>(phase_source % static_cast<std::uint64_t>(period));
  if (slot % 8 == 3) phase -= phase % 1'000'000;  // dates without a fraction must happen
  if (paired && slot % 2 == 1) phase += period / 2;

  const std::int64_t since = now.time_since_epoch().count() + period - phase % period;
  const std::int64_t age = ((since % period) + period) % period;
  const Time created = now - microseconds(age);
  const std::optional<Moment> moment = At(course, microseconds(age));
  if (!moment) return std::nullopt;

  const auto birth = static_cast<std::uint64_t>(created.time_since_epoch().count());
  Session session;
  session.random = Mix(own, birth, 7);
  session.id = HexId(own, birth, 8);
  session.slot = slot;
  session.state = moment->state;
  session.staged = course.staged;
  session.shared = course.shared;
  session.server_pool = course.server_pool;
  if (!course.staged) session.person = Mix(session.random, 1) % people_.size();
  session.image =
      course.server_pool ? images_.size() - 1 : Mix(session.random, 2) % (images_.size() - 1);
  session.host = Mix(session.random, 3) % hosts_.size();
  session.created = created;
  if (moment->started) session.started = created + *moment->started;
  if (moment->last_contact) session.last_contact = created + *moment->last_contact;
  if (moment->expires) session.expires = created + *moment->expires;
  return session;
}

Session Population::FromRequest(const std::string& id, const Requested& requested, Time now) const {
  Session session;
  session.id = id;
  session.random = Mix(options_.seed, std::hash<std::string>{}(id));
  session.slot = options_.sessions;
  session.person = requested.person;
  session.image = requested.image;
  session.server_pool = images_[requested.image].server_pool;
  session.host = session.random % hosts_.size();
  session.created = requested.created;
  if (now >= requested.created + kLaunchOfRequested) {
    session.state = State::kRunning;
    session.started = session.last_contact = requested.created + kLaunchOfRequested;
    session.expires = *session.started + kExpiration;
  }
  return session;
}

bool Population::ApplyWishes(Session& session, Time now) const {
  if (const auto kept = kept_.find(session.id); kept != kept_.end() && session.last_contact) {
    session.last_contact = std::max(*session.last_contact, kept->second);
    session.expires = std::max(*session.expires, kept->second + kExpiration);
  }
  const auto ended = ended_.find(session.id);
  if (ended == ended_.end()) return true;
  session.state = State::kDeleting;
  return now < ended->second + kDeletionOfDestroyed;
}

std::vector<Session> Population::Sessions(Time now) const {
  std::vector<Session> sessions;
  sessions.reserve(options_.sessions);
  for (std::size_t slot = 0; slot < options_.sessions; ++slot) {
    if (auto session = InSlot(slot, now)) sessions.push_back(std::move(*session));
  }
  const std::lock_guard lock(mutex_);
  for (const auto& [id, requested] : requested_) {
    sessions.push_back(FromRequest(id, requested, now));
  }
  if (kept_.empty() && ended_.empty()) return sessions;
  std::vector<Session> left;
  for (Session& session : sessions) {
    if (ApplyWishes(session, now)) left.push_back(std::move(session));
  }
  return left;
}

std::optional<Session> Population::Find(std::string_view id, Time now) const {
  const std::string plain = WithoutDashes(id);
  for (Session& session : Sessions(now)) {
    if (session.id == plain) return std::move(session);
  }
  return std::nullopt;
}

std::string Population::Request(std::size_t person, std::size_t image, Time now) {
  const std::lock_guard lock(mutex_);
  ++version_;
  std::string id = HexId(options_.seed, 9, version_);
  requested_.emplace(id, Requested{person, image, now});
  return id;
}

bool Population::Keepalive(std::string_view id, Time now) {
  if (!Find(id, now)) return false;
  const std::lock_guard lock(mutex_);
  ++version_;
  kept_[WithoutDashes(id)] = now;
  return true;
}

bool Population::Destroy(std::string_view id, Time now) {
  if (!Find(id, now)) return false;
  const std::lock_guard lock(mutex_);
  ++version_;
  ended_.emplace(WithoutDashes(id), now);
  return true;
}

std::uint64_t Population::version() const {
  const std::lock_guard lock(mutex_);
  return version_;
}

}  // namespace simulator
