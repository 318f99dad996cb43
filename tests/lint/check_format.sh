#!/usr/bin/env bash
# Fails where src/ or tests/ is not in the layout of .clang-format; with --fix, rewrites it.
# The layout of other versions of clang-format differs in details: 14, of Debian 12, is the one that counts.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

program="$(command -v clang-format-14 || command -v clang-format)" || {
  echo 'check_format: clang-format is missing: scripts/install_dependencies.sh lint' >&2
  exit 1
}
mapfile -d '' files < <(find src tests \( -name '*.cc' -o -name '*.h' \) -print0 | sort -z)
if [[ "${1:-}" == --fix ]]; then
  exec "$program" -i "${files[@]}"
fi

# One line a file is enough: clang-format would show every place with its line of code, and --fix shows it better.
if ! findings="$("$program" --dry-run -Werror "${files[@]}" 2>&1)"; then
  # Its other errors, such as a broken .clang-format, name no place in a file.
  places="$(grep -E '^[^ :]+:[0-9]+:[0-9]+: error: ' <<<"$findings" || true)"
  [[ -n "$places" ]] || {
    printf '%s\n' "$findings" >&2
    exit 1
  }
  cut -d: -f1 <<<"$places" | uniq -c | awk '{print $2 ": " $1 " places not in the layout of .clang-format"}' >&2
  echo "check_format: 'make format' puts them in order" >&2
  exit 1
fi
echo "format: ${#files[@]} files in order"
