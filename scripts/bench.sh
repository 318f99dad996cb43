#!/usr/bin/env bash
# What one session costs: instructions (counted by callgrind, so that the figures repeat on any machine) of reading it
# and of writing its series, and how far it raises the peak of resident memory. `make bench` runs it with the release
# build. Then the wall time of whole scrapes of paged backends, compared with one page of the same run; and how scrapes
# fare among clients that mean no good, and many at once.
#
#   scripts/bench.sh [BUILD_FOLDER]    default build/release
#
# BENCH_STRICT=1 exits with 1 when a goal is missed.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "${BASH_SOURCE[0]}")/.."

program="${1:-build/release}/bin/kasm_pipeline_bench"
sessions=10000
missed=0

fail() {
  printf 'bench: %s\n' "$*" >&2
  exit 1
}

[[ -x "$program" ]] || fail "$program is not there; 'make bench' builds it."
command -v valgrind >/dev/null || fail 'valgrind is missing: apt-get install valgrind'

folder="$(mktemp -d "${TMPDIR:-/tmp}/session_exporter_bench.XXXXXX")"
trap 'rm -rf "$folder"' EXIT

# instructions MODE REPEATS
instructions() {
  valgrind --tool=callgrind --callgrind-out-file="$folder/$1.$2" "$program" "$1" "$sessions" "$2" \
    >"$folder/log" 2>&1 || { cat "$folder/log" >&2; fail "callgrind of $1 failed"; }
  awk '/^(summary|totals):/ {print $2; exit}' "$folder/$1.$2"
}

# report WHAT VALUE GOAL UNIT
report() {
  local verdict='met'
  if (($2 > $3)); then
    verdict='MISSED'
    missed=1
  fi
  printf '%-34s %7d %s, goal %d: %s\n' "$1" "$2" "$4" "$3" "$verdict"
}

# The difference of two counts of repeats leaves out what is done once: making the answer, start and end.
per_session() {
  local once thrice
  once="$(instructions "$1" 1)"
  thrice="$(instructions "$1" 3)"
  echo $(((thrice - once) / 2 / sessions))
}

"$program" both "$sessions" 1
read_cost="$(per_session read)"
prepare_cost="$(per_session prepare)"
write_cost="$(per_session write)"
report 'reading a session' "$read_cost" 25000 'instructions'
printf '%-34s %7d instructions\n' 'preparing its series' "$prepare_cost"
report 'writing six series of a session' "$write_cost" 8000 'instructions'
report 'writing and compressing them' "$(per_session compress)" $((3 * write_cost)) 'instructions'
memory="$("$program" memory 100000 | sed -n 's/.* \([0-9]*\) bytes a session/\1/p')"
report 'peak memory of a session' "$memory" 512 'bytes'
"${program%/*}/collection_bench"
python3 -B tests/bench/slow_clients_bench.py "${program%/*}/session_exporter" "${program%/*}/backend_simulator" ||
  missed=1
[[ "$missed" == 0 || "${BENCH_STRICT:-}" != 1 ]]
