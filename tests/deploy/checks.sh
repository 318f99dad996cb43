# shellcheck shell=bash
# What the scripts of this folder share; sourced, not run. Every check stops the script when it fails.
set -euo pipefail
shopt -s inherit_errexit

skip() {
  printf '%s: skipped: %s\n' "${0##*/}" "$*" >&2
  exit 77
}

fail() {
  printf '%s: FAILED: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

passed() {
  printf 'ok: %s\n' "$*"
}

need() {
  local tool
  for tool in "$@"; do
    command -v "$tool" >/dev/null || skip "$tool is missing; 'make package-test' and its like install it"
  done
}

# expect_exit CODE COMMAND...: what it printed is in $output.
expect_exit() {
  local wanted="$1" code=0
  shift
  output="$("$@" 2>&1)" || code=$?
  [[ "$code" == "$wanted" ]] || fail "'$*' exited with $code instead of $wanted: ${output:0:1500}"
}

# expect_text TEXT: as a part of $output.
expect_text() {
  [[ "$output" == *"$1"* ]] || fail "expected '$1' in: ${output:0:2000}"
}

# wait_until WHAT COMMAND...
wait_until() {
  local what="$1" end=$((SECONDS + 30))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || fail "waited 30 s in vain until $what"
    sleep 0.1
  done
}
