// The style sheet of the status page: a table where there is room for one, a card for each target
// on a phone, light or dark as the reader's system is.
#pragma once

#include <string_view>

namespace session_exporter {

inline constexpr std::string_view kStatusStyle = R"css(:root {
  color-scheme: light dark;
  --text: #1c2128;
  --muted: #57606a;
  --page: #f6f8fa;
  --card: #ffffff;
  --line: #d0d7de;
  --link: #0550ae;
  --up: #116329;
  --up-back: #dafbe1;
  --down: #a40e26;
  --down-back: #ffebe9;
  --idle-back: #eaeef2;
}

@media (prefers-color-scheme: dark) {
  :root {
    --text: #e6edf3;
    --muted: #9198a1;
    --page: #0d1117;
    --card: #151b23;
    --line: #3d444d;
    --link: #79b8ff;
    --up: #7ee787;
    --up-back: #12351f;
    --down: #ffa198;
    --down-back: #481a1d;
    --idle-back: #2a313c;
  }
}

* { box-sizing: border-box; }

body {
  margin: 0 auto;
  max-width: 90rem;
  padding: 1.5rem;
  background: var(--page);
  color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif;
}

h1 { margin: 0; font-size: 1.5rem; }
h2 { margin: 1.5rem 0 0.75rem; font-size: 1.15rem; }
h2 span { color: var(--muted); font-weight: normal; }
p { margin: 0.25rem 0 0.75rem; color: var(--muted); overflow-wrap: anywhere; }
a { color: var(--link); }
nav { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; }
footer { margin-top: 1.5rem; color: var(--muted); font-size: 0.875rem; }

table {
  width: 100%;
  border-collapse: collapse;
  background: var(--card);
  border: 1px solid var(--line);
}

th, td {
  padding: 0.6rem 0.75rem;
  border-bottom: 1px solid var(--line);
  text-align: left;
  vertical-align: top;
}

thead th { color: var(--muted); font-size: 0.875rem; }
tbody tr:last-child > * { border-bottom: 0; }
tbody th { font-weight: 600; min-width: 9rem; overflow-wrap: anywhere; }
td[data-label="Last error"] { min-width: 12rem; overflow-wrap: anywhere; }
.endpoint { display: block; color: var(--muted); font-size: 0.875rem; font-weight: normal; }
.age { display: block; color: var(--muted); font-size: 0.875rem; white-space: nowrap; }
.took { display: block; white-space: nowrap; }
meter { display: block; width: 6rem; }

.state { padding: 0.1rem 0.5rem; border-radius: 1rem; white-space: nowrap; }
.up { color: var(--up); background: var(--up-back); }
.down { color: var(--down); background: var(--down-back); }
.idle { color: var(--muted); background: var(--idle-back); }

td[data-label="Sessions"], td[data-label="Stale"] { font-variant-numeric: tabular-nums; }
td[data-label="More"] div { display: flex; gap: 0.75rem; }

@media (max-width: 72rem) {
  body { padding: 1rem; }
  table, tbody, tr, th, td { display: block; }
  table { border: 0; background: none; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tbody tr {
    margin-bottom: 1rem;
    padding: 0.75rem 1rem;
    background: var(--card);
    border: 1px solid var(--line);
    border-radius: 0.5rem;
  }
  tbody th, tbody td, tbody tr:last-child > * { padding: 0.25rem 0; border: 0; }
  tbody td { display: grid; grid-template-columns: 8.5rem minmax(0, 1fr); align-items: baseline; }
  tbody td::before { content: attr(data-label); color: var(--muted); }
  td[data-label="Last error"] { min-width: 0; }
  a { padding: 0.25rem 0; }
}

@media (max-width: 24rem) {
  tbody td { grid-template-columns: 6rem minmax(0, 1fr); }
  .took, .state { white-space: normal; }
}
)css";

}  // namespace session_exporter
