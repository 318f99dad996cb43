#!/usr/bin/env bash
# Checks the dashboards: their form, every query against a real Prometheus, and how they look, which leaves pictures in
# docs/pictures. Pictures are skipped, with a message, where node, chromium and the rest are not installed.
# Usage: dashboards.sh [PROGRAMS_FOLDER]    default: build/release/bin
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

programs="${1:-build/release/bin}"
tests=tests/dashboards

for program in backend_simulator session_exporter; do
  [[ -x "$programs/$program" ]] || {
    printf 'dashboards: %s is not there; make build builds it.\n' "$programs/$program" >&2
    exit 1
  }
done

python3 -B "$tests/check_dashboards_test.py"
python3 -B "$tests/check_dashboards.py" dashboards
python3 -B "$tests/dashboards_test.py" "$programs/session_exporter" "$programs/backend_simulator" .

status=0
python3 -B "$tests/pictures.py" "$programs" build/dashboards docs/pictures || status=$?
# 77 is how our scripts say that they were skipped, and have said why.
[[ $status -eq 0 || $status -eq 77 ]]
