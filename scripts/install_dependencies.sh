#!/usr/bin/env bash
# Installs the Debian packages of the named groups of dependencies.txt that are missing.
# Usage: install_dependencies.sh [--list] GROUP...
#   --list   print the packages of the groups and install nothing
# SESSION_EXPORTER_SKIP_INSTALL=1 skips everything, for systems where the libraries come from elsewhere.
set -euo pipefail

list="$(dirname "${BASH_SOURCE[0]}")/dependencies.txt"

fail() {
  printf 'install_dependencies: %s\n' "$*" >&2
  exit 1
}

# Prints the packages of the groups, each once.
packages_of() {
  local wanted=" $* " section='' word
  local -A seen=()
  while read -r word _; do
    case "$word" in
      '' | '#'*) ;;
      '['*) word="${word#[}" section="${word%]}" ;;
      *)
        if [[ "$wanted" == *" $section "* && -z "${seen[$word]:-}" ]]; then
          seen[$word]=1
          printf '%s\n' "$word"
        fi
        ;;
    esac
  done <"$list"
}

# A group that is not there would otherwise install nothing and look like success.
check_groups() {
  local group
  for group in "$@"; do
    grep -qxF "[$group]" "$list" ||
      fail "no group '$group'; the groups are: $(sed -n 's/^\[\(.*\)\]$/\1/p' "$list" | tr '\n' ' ')"
  done
}

missing_of() {
  local package
  local -A installed=()
  # dpkg-query exits 1 when it does not know one of the packages; the others are printed all the same.
  while read -r package; do
    installed[$package]=1
  done < <(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null |
    sed -n 's/^installed //p')
  for package in "$@"; do
    [[ -n "${installed[$package]:-}" ]] || printf '%s\n' "$package"
  done
}

# Debian starts a packaged server when it is installed. Only the programs of these are wanted here, and their ports may
# be in use, so their units are masked first; without systemd, RUNLEVEL=1 keeps invoke-rc.d from starting them.
keep_services_stopped() {
  local package
  [[ -d /run/systemd/system ]] || return 0
  for package in "$@"; do
    case "$package" in
      prometheus | prometheus-alertmanager)
        echo "Masking $package.service, so that the installation does not start it" \
          "(to use it later: systemctl unmask $package)."
        "${as_root[@]}" systemctl mask --quiet "$package.service"
        ;;
    esac
  done
}

[[ $# -gt 0 ]] || fail 'name at least one group: build, demo, test, lint'
if [[ "$1" == --list ]]; then
  shift
  check_groups "$@"
  packages_of "$@"
  exit
fi
check_groups "$@"
[[ "${SESSION_EXPORTER_SKIP_INSTALL:-}" != 1 ]] || exit 0

mapfile -t packages < <(packages_of "$@")
command -v dpkg-query >/dev/null || fail \
  "this is not Debian or a relative of it. Install the counterparts of these packages, then set" \
  "SESSION_EXPORTER_SKIP_INSTALL=1: ${packages[*]}"
mapfile -t missing < <(missing_of "${packages[@]}")
[[ ${#missing[@]} -gt 0 ]] || exit 0

as_root=()
if [[ $EUID -ne 0 ]]; then
  command -v sudo >/dev/null || fail \
    "packages are missing and there is no sudo. Run this as root:" \
    "apt-get update && apt-get install --no-install-recommends ${missing[*]}"
  as_root=(sudo)
fi

echo "Installing Debian packages that are missing ($*): ${missing[*]}"
keep_services_stopped "${missing[@]}"
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
  apt-get --quiet=2 -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300)
# Hundreds of lines of unpacking would hide what matters, so they are shown only when something fails. An update that
# reached no server is only a warning to apt, and shown here too: it is usually why a package is then not found.
log="$(mktemp)"
trap 'rm -f "$log"' EXIT

run_apt() {
  # Standard input stays closed so that nothing can wait for an answer.
  "${apt[@]}" "$@" </dev/null >>"$log" 2>&1 || {
    tail -n 40 "$log" >&2
    return 1
  }
}

run_apt update || fail 'apt-get update failed: is the network there, and are the apt sources in order?'
run_apt install --yes --no-install-recommends "${missing[@]}" ||
  fail 'apt-get could not install them; its message is above. The packages are those of Debian 12.'
