#!/usr/bin/env bash
# Brings the rules and dashboards into the Helm chart, which can only read files of its own folder (and `helm package`
# follows no links). With --check it changes nothing and exits with 1 where the copies differ.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

chart=deploy/helm/session-exporter/files
check=''
[[ "${1:-}" != --check ]] || check=1

# Whole folders: what is gone at the source has to go here.
fresh="$(mktemp -d "${TMPDIR:-/tmp}/session_exporter_chart.XXXXXX")"
trap 'rm -rf "$fresh"' EXIT
mkdir "$fresh/rules" "$fresh/dashboards"
cp dashboards/rules/*.yaml deploy/prometheus/sharded.rules.yaml "$fresh/rules"
cp dashboards/*.json "$fresh/dashboards"

if [[ -n "$check" ]]; then
  diff -rq "$fresh" "$chart" || {
    echo "sync_chart: the chart's copies differ from their sources; scripts/sync_chart.sh brings them in." >&2
    exit 1
  }
else
  rm -rf "$chart"
  mkdir -p "$chart"
  cp -r "$fresh/." "$chart"
fi
