#!/usr/bin/env bash
# Puts a program and what it needs to run into a root file system that has nothing else.
#
#   collect_root.sh ROOT PROGRAM
#
# Beside the shared libraries: certificates of authorities, the configuration of name resolution, a user, and of each
# Debian package that something came from its licence and its entry in the list of packages, where scanners look.
set -euo pipefail
shopt -s inherit_errexit

root="$1"
program="$2"

fail() {
  printf 'collect_root: %s\n' "$*" >&2
  exit 1
}

# copy FILE: to the same path; a symbolic link becomes the file that it leads to.
copy() {
  install -D -m "$(stat -L -c %a "$1")" "$1" "$root$1"
}

# The package of a file. dpkg knows some under / and some under /usr, which are one folder now.
package_of() {
  local file="$1" candidate
  for candidate in "$file" "${file#/usr}" "/usr$file"; do
    dpkg-query -S "$candidate" 2>/dev/null | sed 's/: .*//' | head -n 1 | grep . && return
  done
  fail "no package has $file"
}

declare -A packages=([ca-certificates]=1)
mapfile -t libraries < <(ldd "$program" | awk '$2 == "=>" {print $3} $1 ~ /^\// {print $1}')
((${#libraries[@]} > 5)) || fail "ldd found too few libraries of $program"
for library in "${libraries[@]}"; do
  [[ -f "$library" ]] || fail "a library of $program is missing: $library"
  copy "$library"
  packages["$(package_of "$library")"]=1
done
install -D -m 755 "$program" "$root/usr/bin/${program##*/}"
strip "$root/usr/bin/${program##*/}"

copy /etc/ssl/certs/ca-certificates.crt
# libcurl reads that file; OpenSSL itself, as for clients' certificates, this name of it.
mkdir -p "$root/usr/lib/ssl"
ln -s /etc/ssl/certs/ca-certificates.crt "$root/usr/lib/ssl/cert.pem"

# Both are within libc since 2.34. Without this file it would ask DNS before /etc/hosts.
printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
printf 'session_exporter:x:65532:65532::/nonexistent:/nonexistent\n' >"$root/etc/passwd"
printf 'session_exporter:x:65532:\n' >"$root/etc/group"
# Where configuration and secrets are mounted.
mkdir -p "$root/etc/session_exporter"

for package in "${!packages[@]}"; do
  name="${package%%:*}"
  copy "/usr/share/doc/$name/copyright"
  mkdir -p "$root/var/lib/dpkg/status.d"
  dpkg-query -s "$package" >"$root/var/lib/dpkg/status.d/$name"
done
