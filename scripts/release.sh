#!/usr/bin/env bash
# Makes the files of a release of the commit that is checked out: the source, the Debian package that is built from it, the
# list of what went into the program (SPDX) and the checksums. The same commit and the same Debian give the same bytes, wherever
# and whenever it is run; `make release-test` tries it.
#
#   scripts/release.sh [OUTPUT_FOLDER]    default build/release-files
#
#   RELEASE_WORK=FOLDER   where it is built; must not exist. Default: a temporary folder
#   JOBS=N                compilers at once
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
  printf 'release: %s\n' "$*" >&2
  exit 1
}

for tool in git cmake cpack dpkg-shlibdeps gzip python3 sha256sum; do
  command -v "$tool" >/dev/null || fail "$tool is missing"
done
# What is built is what is committed, so that the revision says what is in it.
[[ -z "$(git status --porcelain)" ]] || fail 'the tree has changes that are not committed'

output="$(realpath -m "${1:-build/release-files}")"
jobs="${JOBS:-$(nproc)}"
version="$(sed -n 's/^project(session_exporter VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)"
[[ -n "$version" ]] || fail 'CMakeLists.txt has no version'
revision="$(git rev-parse --short=12 HEAD)"
# Read by cmake, cpack and dpkg-deb instead of the clock.
SOURCE_DATE_EPOCH="$(git log -1 --format=%ct)"
export SOURCE_DATE_EPOCH LC_ALL=C TZ=UTC
umask 022

if [[ -n "${RELEASE_WORK:-}" ]]; then
  work="$RELEASE_WORK"
  mkdir "$work"
else
  work="$(mktemp -d "${TMPDIR:-/tmp}/session_exporter_release.XXXXXX")"
fi
work="$(realpath "$work")"
trap 'rm -rf "$work"' EXIT

name="session_exporter-$version"
rm -rf "$output"
mkdir -p "$output"
# Without the time and name that gzip would put in; times and modes of the files are those of the commit.
git -c tar.umask=0022 archive --format=tar --prefix="$name/" HEAD | gzip -9n >"$output/$name.tar.gz"

# From the archive and not from here, so that a file that is missing from it is noticed.
tar -C "$work" -xzf "$output/$name.tar.gz"
source="$work/$name"
build="$source/build/release"
(
  cd "$source"
  cmake --preset release -DSESSION_EXPORTER_TESTS=OFF -DSESSION_EXPORTER_REVISION="$revision"
  cmake --build build/release --target session_exporter --parallel "$jobs"
  cpack --config "$build/CPackConfig.cmake" -B "$work/packages"
) >"$work/log" 2>&1 || {
  tail -n 40 "$work/log" >&2
  fail 'the build failed, above'
}
cp "$work"/packages/*.deb "$output/"
python3 -B "$source/scripts/sbom.py" --program "$build/bin/session_exporter" --version "$version" \
  --revision "$revision" --epoch "$SOURCE_DATE_EPOCH" >"$output/$name.spdx.json"
(cd "$output" && sha256sum -- *.tar.gz *.deb *.spdx.json >SHA256SUMS)
printf 'In %s:\n' "$output"
cat "$output/SHA256SUMS"
