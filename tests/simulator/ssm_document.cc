#include "simulator/ssm_document.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "simulator/aws_signature.h"
#include "simulator/base64.h"
#include "simulator/field_faults.h"
#include "simulator/json_text.h"

namespace simulator {
namespace {

using std::chrono::hours;

constexpr std::size_t kMostRows = 100'000;
constexpr std::size_t kMostPages = 5'000;
constexpr hours kHistory{30 * 24};

std::uint64_t Number(std::string_view text) {
  std::uint64_t number = 0;
  for (const char c : text) number = Mix(number, static_cast<unsigned char>(c));
  return number;
}

void SortNewestFirst(std::vector<SsmSession>* sessions) {
  std::sort(sessions->begin(), sessions->end(), [](const SsmSession& a, const SsmSession& b) {
    return std::tie(b.start, a.id) < std::tie(a.start, b.id);
  });
}

}  // namespace

std::string SsmList(const std::vector<SsmSession>& rows, std::size_t first_number,
                    const FaultSet& faults) {
  const SsmSessionWriter writer(faults);
  const bool twice = faults.Has("duplicates");
  const std::string* items = faults.Find("items");
  std::string list = "[";
  list.reserve(rows.size() * 500);
  std::size_t number = first_number;
  const auto separate = [&] {
    if (list.size() > 1) list += ", ";
  };
  for (const SsmSession& row : rows) {
    separate();
    if (items != nullptr && number++ % 2 == 1) {
      list += SomethingElse(*items);
      continue;
    }
    const std::size_t start = list.size();
    writer.Write(row, items != nullptr ? number - 1 : number++, &list);
    if (!twice) continue;
    const std::string copy = list.substr(start);
    separate();
    list += copy;
  }
  return list + "]";
}

SsmDocument::SsmDocument(const AwsOptions& options, const Population& population,
                         PopulationOptions shape)
    : options_(options), population_(population), shape_(shape) {}

// Call with mutex_ held.
const Population& SsmDocument::PopulationOf(const SsmPlace& place) {
  if (place.account == options_.account && place.region == options_.regions.front()) {
    return population_;
  }
  auto& made = populations_[place.account + "/" + place.region];
  if (!made) {
    PopulationOptions shape = shape_;
    shape.seed = Mix(shape_.seed, Number(place.account), Number(place.region));
    // Between a quarter and all of the slots.
    shape.sessions = options_.sessions_per_pair.value_or(
        std::max<std::size_t>(1, shape_.sessions * (25 + Mix(shape.seed) % 76) / 100));
    made = std::make_unique<Population>(shape);
  }
  return *made;
}

std::vector<SsmSession> SsmDocument::Active(const SsmPlace& place, Time now) {
  const Population& population = PopulationOf(place);
  std::vector<SsmSession> rows;
  for (const Session& session : population.Sessions(now)) {
    rows.push_back(ActiveSsmSession(population, session, place, now));
  }
  return rows;
}

// Ended sessions are drawn hour by hour, so that the list is the same whenever one looks, but for
// what has ended or fallen out of the thirty days since.
std::vector<SsmSession> SsmDocument::Ended(const SsmPlace& place, Time now) {
  const Population& population = PopulationOf(place);
  const bool first = &population == &population_;
  const std::size_t slots =
      first ? shape_.sessions : options_.sessions_per_pair.value_or(shape_.sessions / 2 + 1);
  const std::size_t total = slots * options_.history_factor;
  const std::uint64_t seed = Mix(shape_.seed, Number(place.account), Number(place.region) + 1);
  const auto hour_now = std::chrono::floor<hours>(now);
  std::vector<SsmSession> rows;
  for (auto hour = hour_now - kHistory; hour <= hour_now; hour += hours(1)) {
    const auto index = static_cast<std::uint64_t>(hour.time_since_epoch().count());
    const auto in_month = static_cast<std::uint64_t>(kHistory.count());
    // What is left of the division is spread by chance.
    const std::size_t count =
        total / in_month + (Mix(seed, index) % in_month < total % in_month ? 1 : 0);
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t random = Mix(seed, index, i + 1);
      const Time end = hour + std::chrono::milliseconds(Mix(random, 61) % 3'600'000);
      if (end > now || end < now - kHistory) continue;
      rows.push_back(EndedSsmSession(population, place, random, end));
    }
  }
  return rows;
}

std::shared_ptr<const std::vector<SsmSession>> SsmDocument::Rows(const SsmPlace& place,
                                                                 bool history, Time now) {
  const std::string key = fmt::format("{}/{}/{}/{}/{}", place.account, place.region, history,
                                      now.time_since_epoch().count(), population_.version());
  // Held while building, so that requests arriving together build once.
  const std::lock_guard lock(mutex_);
  if (const auto found = rows_.find(key); found != rows_.end()) return found->second;
  std::vector<SsmSession> rows = history ? Ended(place, now) : Active(place, now);
  SortNewestFirst(&rows);
  if (kept_rows_ > kMostRows) {
    rows_.clear();
    kept_rows_ = 0;
  }
  kept_rows_ += rows.size() + 1;
  return rows_[key] = std::make_shared<const std::vector<SsmSession>>(std::move(rows));
}

std::string SsmDocument::Token(const Cursor& cursor, const SsmPlace& place, const SsmQuery& query) {
  const std::string text = fmt::format("{}.{}.{}.{}", cursor.time.time_since_epoch().count(),
                                       cursor.offset, cursor.empty_pages, cursor.number);
  const std::string proof =
      Sha256Hex(text + "\n" + place.account + "\n" + place.region + "\n" + query.identity());
  return Base64(text + "." + proof.substr(0, 32));
}

std::optional<SsmDocument::Cursor> SsmDocument::ReadToken(const SsmPlace& place,
                                                          const SsmQuery& query) {
  const auto text = Base64Decode(query.token());
  long long time = 0;
  unsigned long long offset = 0, empty_pages = 0, number = 0;
  if (!text || std::sscanf(text->c_str(), "%lld.%llu.%llu.%llu", &time, &offset, &empty_pages,
                           &number) != 4) {
    return std::nullopt;
  }
  const Cursor cursor{Time(std::chrono::microseconds(time)), offset, empty_pages, number};
  if (Token(cursor, place, query) != query.token()) return std::nullopt;
  return cursor;
}

std::string SsmDocument::BuildPage(const SsmPlace& place, const SsmQuery& query,
                                   const FaultSet& faults, const Cursor& cursor) {
  const auto rows = Rows(place, query.history(), cursor.time);
  std::vector<const SsmSession*> matching;
  for (const SsmSession& row : *rows) {
    if (query.Matches(row) && !faults.Has("no_sessions")) matching.push_back(&row);
  }
  const bool endless = faults.Has("endless_pages");
  const bool empty = faults.Has("empty_pages") &&
                     static_cast<double>(cursor.empty_pages) < faults.Number("empty_pages", 2);
  const std::size_t start = endless ? 0 : std::min(cursor.offset, matching.size());
  const std::size_t size = empty ? 0 : std::min(query.page_size(), matching.size() - start);
  std::vector<SsmSession> page;
  for (std::size_t i = start; i < start + size; ++i) {
    page.push_back(*matching[i]);
    // New ids, or a client that drops duplicates would hold no more than one page.
    if (endless) page.back().id += fmt::format("{:x}", cursor.number);
  }
  std::string body =
      ListMember("Sessions", faults, [&] { return SsmList(page, cursor.offset, faults); });

  const Cursor next{cursor.time, cursor.offset + size, empty ? cursor.empty_pages + 1 : 0,
                    cursor.number + 1};
  std::string token;
  if (next.offset < matching.size() || endless || empty) token = Token(next, place, query);
  if (faults.Has("repeat_token")) {
    token = query.token().empty() ? Token(next, place, query) : query.token();
  }
  if (!token.empty()) {
    body += fmt::format("{}\"NextToken\": {}", body.empty() ? "" : ", ", Quoted(token));
  }
  return "{" + body + "}";
}

std::shared_ptr<const std::string> SsmDocument::Page(const SsmPlace& place, const SsmQuery& query,
                                                     const FaultSet& faults, Time now) {
  Cursor cursor{now};
  if (!query.token().empty()) {
    const auto read = ReadToken(place, query);
    if (!read) return nullptr;
    cursor = *read;
  }
  if (faults.HasScope(FaultScope::kDocument)) {
    return std::make_shared<const std::string>(BuildPage(place, query, faults, cursor));
  }
  const std::string key = fmt::format("{}\n{}\n{}\n{}\n{}", place.account, place.region,
                                      query.identity(), query.page_size(), query.token());
  const std::uint64_t version = population_.version();
  {
    const std::lock_guard lock(mutex_);
    if (pages_at_ != now || pages_version_ != version || pages_.size() > kMostPages) pages_.clear();
    pages_at_ = now;
    pages_version_ = version;
    if (const auto found = pages_.find(key); found != pages_.end()) return found->second;
  }
  auto page = std::make_shared<const std::string>(BuildPage(place, query, faults, cursor));
  const std::lock_guard lock(mutex_);
  if (pages_at_ == now && pages_version_ == version) pages_[key] = page;
  return page;
}

}  // namespace simulator
