#include "simulator/intersight_document.h"

#include <algorithm>

#include <fmt/format.h>

#include "simulator/json_text.h"

namespace simulator {
namespace {

std::string Envelope(std::string_view type, std::optional<std::size_t> count,
                     std::string_view members) {
  std::string text = fmt::format("{{\"ObjectType\": \"{}\"", type);
  if (count) fmt::format_to(std::back_inserter(text), ", \"Count\": {}", *count);
  if (!members.empty()) text += ", ";
  text += members;
  return text + "}";
}

std::optional<std::size_t> CountToTell(std::size_t right, const FaultSet& faults) {
  if (faults.Has("count_missing")) return std::nullopt;
  if (!faults.Has("count_wrong")) return right;
  return static_cast<std::size_t>(faults.Number("count_wrong", static_cast<double>(right) + 1));
}

}  // namespace

std::string IntersightDocument::Sessions(const IntersightQuery& query, Time now,
                                         const FaultSet& faults) {
  const auto selection = Select(query, now, faults);
  const std::size_t rows = selection->rows.size() * (faults.Has("duplicates") ? 2 : 1);
  const std::optional<std::size_t> count = CountToTell(rows, faults);
  if (query.count_alone) return Envelope("mo.DocumentCount", count, "");
  if (query.grouping) {
    return Envelope("mo.AggregateTransform", std::nullopt, ListMember("Results", faults, [&] {
                      return GroupIntersight(selection->rows, *query.grouping);
                    }));
  }
  return Envelope("iam.Session.List", query.count ? count : std::nullopt,
                  ListMember("Results", faults, [&] { return Page(*selection, query, faults); }));
}

std::string IntersightDocument::Page(const Selection& selection, const IntersightQuery& query,
                                     const FaultSet& faults) {
  const FieldFaults field_faults(kIntersightFields, faults);
  // Both copies of a session are rows of their own, so that paging and counting see them.
  const std::size_t copies = faults.Has("duplicates") ? 2 : 1;
  const std::size_t rows = selection.rows.size() * copies;
  std::size_t top = query.top;
  if (faults.Has("clamp_top")) {
    top = std::min(top, static_cast<std::size_t>(faults.Number("clamp_top", 10)));
  }
  const std::size_t begin = std::min(query.skip, rows);
  const std::size_t end = begin + std::min(top, rows - begin);
  const std::size_t shift =
      faults.Has("shuffle") && query.keys.empty() ? 7 * ++shuffles_ : std::size_t{0};
  std::string list = "[";
  list.reserve((end - begin) * (query.projection.select.empty() ? 2200 : 600));
  for (std::size_t row = begin; row < end; ++row) {
    if (list.size() > 1) list += ", ";
    const std::size_t number = row / copies;
    if (faults.Has("items") && number % 2 == 1) {
      list += SomethingElse(*faults.Find("items"));
    } else {
      WriteIntersight(selection.rows[(number + shift) % selection.rows.size()], query.projection,
                      field_faults, number, &list);
    }
  }
  return list + "]";
}

std::shared_ptr<const IntersightDocument::Selection> IntersightDocument::Select(
    const IntersightQuery& query, Time now, const FaultSet& faults) {
  const std::string key = fmt::format("{} {} {}{}\n{}\n{}", now.time_since_epoch().count(),
                                      population_.version(), faults.Has("no_sessions"),
                                      faults.Has("assigned_only"), query.filter, query.order);
  // Held while building, so that requests arriving together build once.
  const std::lock_guard lock(mutex_);
  if (!selected_ || selected_by_ != key) {
    selected_ = BuildSelection(query, now, faults);
    selected_by_ = key;
  }
  return selected_;
}

std::shared_ptr<const IntersightDocument::Selection> IntersightDocument::BuildSelection(
    const IntersightQuery& query, Time now, const FaultSet& faults) const {
  auto selection = std::make_shared<Selection>();
  if (faults.Has("no_sessions")) return selection;
  selection->sessions = population_.Sessions(now);
  for (const simulator::Session& session : selection->sessions) {
    if (session.staged && faults.Has("assigned_only")) continue;
    IntersightSession row = DescribeIntersight(population_, session);
    if (query.predicate(row)) selection->rows.push_back(std::move(row));
  }
  if (query.keys.empty()) return selection;
  std::stable_sort(selection->rows.begin(), selection->rows.end(),
                   [&](const IntersightSession& a, const IntersightSession& b) {
                     return InOrder(query.keys, a, b);
                   });
  return selection;
}

std::optional<std::string> IntersightDocument::Session(std::string_view moid,
                                                       const Projection& projection, Time now,
                                                       const FaultSet& faults) const {
  const auto id = FindId(moid, now);
  const auto session = id ? population_.Find(*id, now) : std::nullopt;
  if (!session) return std::nullopt;
  std::string text;
  WriteIntersight(DescribeIntersight(population_, *session), projection,
                  FieldFaults(kIntersightFields, faults), 0, &text);
  return text;
}

std::optional<std::string> IntersightDocument::FindId(std::string_view moid, Time now) const {
  for (const simulator::Session& session : population_.Sessions(now)) {
    if (IntersightMoid(session.id) == moid) return session.id;
  }
  return std::nullopt;
}

}  // namespace simulator
