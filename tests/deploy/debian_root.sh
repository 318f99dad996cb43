#!/usr/bin/env bash
# Makes a minimal Debian 12 root file system as a tar file, once: the package is installed in it, and it stands in for the
# base image of the container where no registry can be reached.
#
#   tests/deploy/debian_root.sh FILE.tar
#
# It comes from the archive that this machine's own apt uses. Exits with 77 when it cannot be made here.
set -euo pipefail
shopt -s inherit_errexit

skip() {
  printf 'debian_root: skipped: %s\n' "$*" >&2
  exit 77
}

[[ $# -eq 1 ]] || { printf 'usage: debian_root.sh FILE.tar\n' >&2; exit 2; }
tar_file="$1"
[[ ! -s "$tar_file" ]] || exit 0

[[ $EUID -eq 0 ]] || skip 'debootstrap needs root'
command -v debootstrap >/dev/null || skip 'debootstrap is missing: apt-get install debootstrap'

# shellcheck disable=SC2016  # the names are apt's
mirror="$(apt-get indextargets --format '$(CODENAME) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
  awk '$1 == "bookworm" && $2 == "main" {print $3; exit}')"
[[ -n "$mirror" ]] || skip "this machine's apt has no archive of Debian 12"

mkdir -p "$(dirname "$tar_file")"
folder="$(mktemp -d "${TMPDIR:-/tmp}/session_exporter_root.XXXXXX")"
trap 'rm -rf "$folder" "$tar_file.part"' EXIT

debootstrap --variant=minbase bookworm "$folder" "$mirror" >"$folder.log" 2>&1 || {
  tail -n 20 "$folder.log" >&2
  rm -f "$folder.log"
  skip 'debootstrap failed; its last lines are above'
}
rm -rf "$folder.log" "$folder"/var/cache/apt/archives/*.deb
chmod 755 "$folder"  # mktemp made it for root only, and tar keeps that
tar --numeric-owner --one-file-system -C "$folder" -cf "$tar_file.part" .
mv "$tar_file.part" "$tar_file"
