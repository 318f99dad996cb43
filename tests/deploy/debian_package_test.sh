#!/usr/bin/env bash
# The Debian package over its whole life, in a Debian 12 of its own: lintian, installation, upgrade, removal and purge; and,
# where systemd-nspawn can boot that Debian, the service itself with its credentials, watchdog and reload.
#
#   tests/deploy/debian_package_test.sh [BUILD_FOLDER]    default build/release; `make package-test` builds it
#
# Needs root and some minutes. Exits with 77 when it cannot run here.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=checks.sh
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

build="${1:-build/release}"
package=prometheus-session-exporter
config=/etc/session_exporter/session_exporter.yaml
secret=6b61736d2d736563726574

[[ $EUID -eq 0 ]] || skip 'chroot needs root'
need debootstrap cpack dpkg-deb lintian
[[ -x "$build/bin/session_exporter" ]] || fail "$build/bin/session_exporter is not there; 'make build' builds it"
root_tar="${DEBIAN_ROOT_TAR:-build/deploy/bookworm.tar}"
tests/deploy/debian_root.sh "$root_tar"

folder="$(mktemp -d "${TMPDIR:-/tmp}/session_exporter_package.XXXXXX")"
root="$folder/root"
machine_pid='' # of systemd-nspawn
leader=''      # of the systemd in it

stop_machine() {
  [[ -n "$machine_pid" ]] || return 0
  [[ -z "$leader" ]] || kill -s RTMIN+4 "$leader" 2>/dev/null || true # poweroff.target, by systemd(1)
  local tries
  for ((tries = 0; tries < 150; tries++)); do
    kill -0 "$machine_pid" 2>/dev/null || break
    sleep 0.1
  done
  kill -KILL "$machine_pid" 2>/dev/null || true
  wait "$machine_pid" 2>/dev/null || true
  machine_pid=''
}
clean_up() {
  stop_machine
  rm -rf --one-file-system "$folder"
}
trap clean_up EXIT

in_root() {
  DEBIAN_FRONTEND=noninteractive chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    DEBIAN_FRONTEND=noninteractive "$@"
}

# Every path of ours there could be; what dpkg and apt keep for themselves is left out.
paths_in_root() {
  in_root find / -xdev \( -path /proc -o -path /tmp -o -path /run -o -path /var/log -o -path /var/cache \
    -o -path /var/lib/dpkg -o -path /var/lib/apt -o -path /packages \) -prune -o -print | LC_ALL=C sort
}

# --- the package
cpack --config "$build/CPackConfig.cmake" -B "$folder/cpack" >"$folder/log" 2>&1 || fail "cpack: $(<"$folder/log")"
deb="$(find "$folder/cpack" -maxdepth 1 -name '*.deb')"
version="$(dpkg-deb -f "$deb" Version)"
[[ "$version" == "$("$build/bin/session_exporter" --version | awk '{print $2}')"-* ]] || fail "version $version"
lintian --allow-root --fail-on error,warning,info --display-info "$deb" || fail 'lintian, above'
passed "lintian has nothing to say about $(basename "$deb"), $(stat -c %s "$deb") bytes"
for library in libc6 libcurl4 libssl3 libyaml-cpp0.7; do
  [[ " $(dpkg-deb -f "$deb" Depends)" == *" $library "* ]] || fail "it does not depend on $library"
done
[[ "$(dpkg-deb --fsys-tarfile "$deb" | tar -t | grep -c '/session_exporter.service$')" == 1 ]] || fail 'one unit'

# A later version, in which one configuration file has changed too.
newer_version="$version+later"
dpkg-deb -R "$deb" "$folder/newer"
sed -i "s/^Version: .*/Version: $newer_version/" "$folder/newer/DEBIAN/control"
echo '# changed by the later version' | tee -a "$folder/newer$config" >>"$folder/newer/etc/default/session_exporter"
(cd "$folder/newer" && find . -type f ! -path './DEBIAN/*' -printf '%P\0' | xargs -0 md5sum >DEBIAN/md5sums)
dpkg-deb --root-owner-group -b "$folder/newer" "$folder/newer.deb" >/dev/null

# --- a Debian with the libraries and systemd, but without the package
mkdir "$root"
tar -C "$root" -xf "$root_tar"
mkdir "$root/packages"
cp "$deb" "$root/packages/first.deb"
cp "$folder/newer.deb" "$root/packages/newer.deb"
{
  in_root apt-get update -q
  in_root apt-get install -qy --no-install-recommends systemd systemd-sysv dbus
  in_root apt-get satisfy -qy --no-install-recommends "$(dpkg-deb -f "$deb" Depends)"
} >"$folder/log" 2>&1 || fail "apt-get: $(tail -n 20 "$folder/log")"
before="$(paths_in_root)"

# --- installation
in_root dpkg -i /packages/first.deb >"$folder/log" 2>&1 || fail "dpkg -i: $(<"$folder/log")"
expect_exit 0 in_root dpkg --verify "$package"
[[ -z "$output" ]] || fail "dpkg --verify: $output"
[[ "$(in_root stat -c '%a %U' /etc/session_exporter/secrets)" == '700 root' ]] || fail 'the folder of secrets'
expect_exit 0 in_root session_exporter --version
expect_text "session_exporter ${version%-*} "
expect_exit 2 in_root session_exporter --config.check --config.file="$config"
expect_text "$config:"
expect_text 'targets: missing'
for path in /usr/share/man/man1/session_exporter.1.gz /usr/share/bash-completion/completions/session_exporter \
  /usr/share/zsh/vendor-completions/_session_exporter /usr/share/fish/vendor_completions.d/session_exporter.fish \
  /lib/systemd/system/session_exporter.socket "/usr/share/doc/$package/examples/config.example.yaml" \
  "/usr/share/$package/rules/sessions.alerts.yaml" "/usr/share/doc/$package/runbooks/SessionStale.md"; do
  [[ -s "$root$path" ]] || fail "$path is not there"
done
grep -q '^ExecStart=/usr/bin/session_exporter ' "$root/lib/systemd/system/session_exporter.service" || fail 'ExecStart'
expect_exit 1 in_root systemctl is-enabled session_exporter.service
passed 'installed; not enabled, since there is no target yet'

# What the comment of the shipped configuration shows is valid once it is no comment.
sed -i 's/^  # /  /; s#https://kasm.example.com#http://127.0.0.1:9#' "$root$config"
(umask 077 && printf '%s\n' "$secret" >"$root/etc/session_exporter/secrets/kasm")
in_root mkdir /tmp/credentials
in_root cp /etc/session_exporter/secrets/kasm /tmp/credentials/secrets_kasm
expect_exit 1 in_root env CREDENTIALS_DIRECTORY=/tmp/credentials session_exporter --once --config.file="$config"
expect_text 'session_up{target="kasm-prod",backend="kasm"} 0'
expect_text 'session_collection_error{target="kasm-prod",reason="connect"} 1'
passed '--once against nothing says so'
in_root systemctl enable session_exporter.service 2>/dev/null

# --- upgrade: a file that the administrator changed stays, one that nobody changed follows the package
in_root dpkg --force-confdef --force-confold -i /packages/newer.deb >"$folder/log" 2>&1 ||
  fail "upgrade: $(<"$folder/log")"
[[ "$(in_root dpkg-query -W -f="\${Version}" "$package")" == "$newer_version" ]] || fail 'the version did not change'
grep -q 'url: http://127.0.0.1:9$' "$root$config" || fail 'the changed configuration was replaced'
grep -q 'changed by the later version' "$root$config.dpkg-dist" || fail 'the new configuration is not beside it'
grep -q 'changed by the later version' "$root/etc/default/session_exporter" || fail 'the unchanged one was not replaced'
expect_exit 0 in_root systemctl is-enabled session_exporter.service
[[ -s "$root/etc/session_exporter/secrets/kasm" ]] || fail 'the upgrade lost a secret'
passed 'upgraded; the changed configuration, the secret and the enabled unit stay'

# --- removal keeps the configuration, purge nothing
in_root dpkg -r "$package" >"$folder/log" 2>&1 || fail "remove: $(<"$folder/log")"
[[ ! -e "$root/usr/bin/session_exporter" && -s "$root$config" ]] || fail 'removal'
[[ "$(readlink "$root/etc/systemd/system/session_exporter.service")" == /dev/null ]] || fail 'the removed unit is not masked'
in_root dpkg -i /packages/newer.deb >"$folder/log" 2>&1 || fail "installation after removal: $(<"$folder/log")"
expect_exit 0 in_root systemctl is-enabled session_exporter.service
in_root dpkg -P "$package" >"$folder/log" 2>&1 || fail "purge: $(<"$folder/log")"
! grep -q 'not empty' "$folder/log" || fail "purge: $(<"$folder/log")"
left="$(diff <(printf '%s\n' "$before") <(paths_in_root) || true)"
[[ -z "$left" ]] || fail "purge left or took: $left"
passed 'removed, installed again and purged; nothing is left'

# --- the service under a systemd
command -v systemd-nspawn >/dev/null || {
  echo 'not run: the service itself, for want of systemd-nspawn (package systemd-container)'
  exit 0
}
need curl nsenter
in_root dpkg -i /packages/first.deb >"$folder/log" 2>&1 || fail "dpkg -i: $(<"$folder/log")"
cp "$build/bin/backend_simulator" "$root/usr/local/bin/"
sed -i 's/^  # /  /; s#https://kasm.example.com#http://127.0.0.1:8080#' "$root$config"
(umask 077 && printf '%s\n' "$secret" >"$root/etc/session_exporter/secrets/kasm")
# The watchdog of the unit takes 30 seconds, and it is not its patience that is tested.
mkdir -p "$root/etc/systemd/system/session_exporter.service.d"
printf '[Service]\nWatchdogSec=2\nRestartSec=100ms\n' >"$root/etc/systemd/system/session_exporter.service.d/test.conf"
: >"$root/etc/machine-id"

systemd-nspawn --quiet --register=no --keep-unit --private-network --directory="$root" --machine=session-exporter-test \
  --boot --console=pipe </dev/null >"$folder/boot.log" 2>&1 &
machine_pid=$!
in_machine() {
  nsenter -t "$leader" -a "$@"
}
booted() {
  kill -0 "$machine_pid" 2>/dev/null || return 0
  leader="$(pgrep -P "$machine_pid" -x systemd)" && in_machine systemctl list-units
}
wait_until 'the machine booted' booted
if [[ -z "$leader" ]]; then
  echo "not run: the service itself, as systemd-nspawn cannot boot here: $(tail -n 3 "$folder/boot.log")"
  exit 0
fi
unit_shows() {
  in_machine systemctl show -P "$1" session_exporter.service
}
journal() {
  in_machine journalctl --no-pager -u session_exporter.service
}
was_restarted() {
  [[ "$(unit_shows NRestarts)" == 1 && "$(unit_shows ActiveState)" == active ]]
}
was_reloaded() {
  journal | grep -q 'configuration reloaded'
}
scrape() {
  nsenter -t "$leader" -n curl --silent --show-error --fail-with-body --max-time 10 --noproxy '*' http://127.0.0.1:10470/metrics
}

in_machine systemd-run --quiet --unit=simulator /usr/local/bin/backend_simulator --listen-address=127.0.0.1:8080 \
  --kasm.api-key=KEY --kasm.api-key-secret="$secret"
wait_until 'the simulator listens' nsenter -t "$leader" -n curl --silent http://127.0.0.1:8080/
in_machine systemctl enable --quiet --now session_exporter.service || fail "it does not start: $(journal)"
[[ "$(unit_shows StatusText)" == 'listening on '* ]] || fail "status: $(unit_shows StatusText)"
expect_exit 0 scrape
expect_text 'session_up{target="kasm-prod",backend="kasm"} 1'
expect_text 'process_start_time_seconds 1'
expect_exit 0 in_machine session_exporter healthcheck
[[ "$(in_machine stat -c %U "/proc/$(unit_shows MainPID)")" != root ]] || fail 'it runs as root'
passed 'started; told systemd so; lists with the secret that systemd handed it, not as root'

in_machine systemctl reload session_exporter.service || fail "reload: $(journal)"
wait_until 'the configuration was reloaded' was_reloaded
passed 'reloaded'

pid="$(unit_shows MainPID)"
in_machine systemctl kill --signal=STOP session_exporter.service
wait_until 'the watchdog restarted it' was_restarted
[[ "$(unit_shows MainPID)" != "$pid" ]] || fail 'the same process'
passed 'restarted by the watchdog when it hung'

pid="$(unit_shows MainPID)"
in_machine dpkg --force-confold -i /packages/newer.deb >"$folder/log" 2>&1 || fail "upgrade: $(<"$folder/log")"
[[ "$(unit_shows ActiveState)" == active && "$(unit_shows MainPID)" != "$pid" ]] || fail 'the upgrade did not restart it'
passed 'restarted by an upgrade'

in_machine systemctl stop session_exporter.service
echo 'ARGS="--web.systemd-socket"' >"$root/etc/default/session_exporter"
in_machine systemctl start session_exporter.socket
expect_exit 0 scrape # what starts the service
expect_text 'session_up{target="kasm-prod",backend="kasm"} 1'
passed 'started by its socket'

in_machine dpkg -P "$package" >"$folder/log" 2>&1 || fail "purge: $(<"$folder/log")"
[[ "$(unit_shows ActiveState)" != active ]] || fail 'it runs on after the purge'
passed 'stopped and purged'
