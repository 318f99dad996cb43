#!/usr/bin/env bash
# A release is the same bytes wherever and whenever it is made: makes it twice, with nothing in common that could differ
# between two machines but the Debian, and compares.
#
#   tests/deploy/release_test.sh
#
# Compiles the program twice, without ccache. Exits with 77 when it cannot run here.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=checks.sh
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

need git cmake ninja cpack dpkg-deb python3
[[ -z "$(git status --porcelain)" ]] || skip 'the tree has changes that are not committed, of which no release is made'

folder="$(mktemp -d "${TMPDIR:-/tmp}/session_exporter_release_test.XXXXXX")"
trap 'rm -rf "$folder"' EXIT
# ccache would give the second the objects of the first.
export CCACHE_DISABLE=1

# Folders of different lengths, umasks, languages, time zones and numbers of compilers.
(umask 022 && RELEASE_WORK="$folder/one" JOBS="${JOBS:-2}" scripts/release.sh "$folder/first") >"$folder/log" 2>&1 ||
  fail "the first release: $(tail -n 30 "$folder/log")"
passed "built in $SECONDS s"
sleep 2 # a time stamp of whole seconds would otherwise be the same by chance
(umask 077 && TZ=Asia/Tokyo LC_ALL=C.UTF-8 RELEASE_WORK="$folder/another-place-with-a-longer-name" JOBS=1 \
  scripts/release.sh "$folder/second") >"$folder/log" 2>&1 || fail "the second release: $(tail -n 30 "$folder/log")"

mapfile -t files < <(cd "$folder/first" && find . -type f -printf '%P\n' | LC_ALL=C sort)
[[ ${#files[@]} == 4 ]] || fail "not four files but ${files[*]}"
for file in "${files[@]}"; do
  cmp "$folder/first/$file" "$folder/second/$file" || fail "$file differs between the two"
done
passed "the same bytes twice: ${files[*]}"

(cd "$folder/first" && sha256sum --check --strict --quiet SHA256SUMS) || fail 'SHA256SUMS'
[[ "$(wc -l <"$folder/first/SHA256SUMS")" == 3 ]] || fail 'SHA256SUMS does not have every file'
dpkg-deb -x "$folder"/first/*.deb "$folder/unpacked"
program="$folder/unpacked/usr/bin/session_exporter"
! grep -qF "$folder" "$program" || fail 'the program tells where it was built'
expect_exit 0 "$program" --version
expect_text "revision $(git rev-parse --short=12 HEAD)"
mkdir "$folder/source"
tar -C "$folder/source" --strip-components=1 -xzf "$folder"/first/*.tar.gz
diff <(cd "$folder/source" && find . -type f -printf '%P\n' | LC_ALL=C sort) <(git ls-files | LC_ALL=C sort) ||
  fail 'the archive has not what is committed'
python3 -c 'import json, sys; json.load(open(sys.argv[1]))' "$folder"/first/*.spdx.json || fail 'the SBOM'
passed 'checksums, revision, source and no path of the build'
