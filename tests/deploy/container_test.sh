#!/usr/bin/env bash
# The container image: builds it as its Dockerfile says, on a Debian made here instead of one from a registry, looks into it
# and runs it: names, TLS, the health check.
#
#   tests/deploy/container_test.sh [BUILD_FOLDER]    default build/release, whose simulator plays the backend
#
# Needs root, and as long as the program takes to compile. Exits with 77 when it cannot run here.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=checks.sh
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

build="${1:-build/release}"
port=18470
dns_address=127.0.0.253
name=kasm.test

[[ $EUID -eq 0 ]] || skip 'buildah needs root here'
need debootstrap buildah openssl python3
[[ -x "$build/bin/backend_simulator" ]] || fail "$build/bin/backend_simulator is not there; 'make build' builds it"
root_tar="${DEBIAN_ROOT_TAR:-build/deploy/bookworm.tar}"
tests/deploy/debian_root.sh "$root_tar"

folder="$(mktemp -d "${TMPDIR:-/tmp}/session_exporter_container.XXXXXX")"
pids=()
clean_up() {
  local pid
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  buildah "${storage[@]}" umount --all >/dev/null 2>&1 || true
  rm -rf --one-file-system "$folder"
}
trap clean_up EXIT
# A store of its own, so that nothing of this machine's is used or changed.
storage=(--root "$folder/storage" --runroot "$folder/run" --storage-driver vfs)

# --- build
# A stand-in for debian:bookworm-slim, which comes from a registry.
base="$(buildah "${storage[@]}" from scratch)"
buildah "${storage[@]}" add --quiet "$base" "$root_tar" / >/dev/null
buildah "${storage[@]}" commit --quiet "$base" localhost/debian-base >/dev/null
buildah "${storage[@]}" rm "$base" >/dev/null

version="$("$build/bin/session_exporter" --version | awk '{print $2}')"
options=(--isolation chroot --format docker --pull-never --layers=false --file deploy/container/Dockerfile
  --build-arg BASE=localhost/debian-base --build-arg VERSION="$version" --build-arg REVISION=0123456789ab)
# What this machine compiled already need not be compiled again.
if command -v ccache >/dev/null; then
  options+=(--volume "$(ccache -k cache_dir):/root/.cache/ccache" --env CCACHE_BASEDIR=/src --env CCACHE_NOHASHDIR=1)
fi
build_image() {
  buildah "${storage[@]}" bud "${options[@]}" "$@" . >"$folder/build.log" 2>&1 ||
    fail "buildah bud $*: $(tail -n 30 "$folder/build.log")"
}
build_image --tag session_exporter
passed "built in $SECONDS s"

# --- its configuration
# Not skopeo, which turns it into OCI's form, where there is no health check.
buildah "${storage[@]}" inspect --type image localhost/session_exporter >"$folder/config.json"
python3 - "$folder/config.json" "$version" <<'PYTHON' || fail 'the configuration of the image, above'
import json
import sys

image = json.load(open(sys.argv[1]))["Docker"]["config"]
labels = {key.removeprefix("org.opencontainers.image."): value for key, value in image["Labels"].items()}
found = (image["User"], image["Entrypoint"], image["Cmd"], list(image["ExposedPorts"]))
wanted = ("65532:65532", ["/usr/bin/session_exporter"],
          ["--config.file=/etc/session_exporter/session_exporter.yaml"], ["10470/tcp"])
assert found == wanted, found
assert image["Healthcheck"]["Test"] == ["CMD", "/usr/bin/session_exporter", "healthcheck"], image
assert (labels["licenses"], labels["version"], labels["revision"]) == ("Apache-2.0", sys.argv[2], "0123456789ab"), labels
assert labels["title"] and labels["description"], labels
PYTHON
passed 'user, entry point, port, health check and labels'

# --- what is inside
container="$(buildah "${storage[@]}" from --pull-never --dns "$dns_address" localhost/session_exporter)"
mounted="$(buildah "${storage[@]}" mount "$container")"
programs="$(find "$mounted" -type f -perm /111 ! -name '*.so*' -printf '/%P\n')"
[[ "$programs" == /usr/bin/session_exporter ]] || fail "programs in the image: $programs"
writable="$(find "$mounted" \( -type f -o -type d \) \( -perm /002 -o -uid 65532 -o -gid 65532 \) -printf '/%P\n')"
[[ -z "$writable" ]] || fail "the user may write $writable"
privileged="$(find "$mounted" -perm /6000)"
[[ -z "$privileged" ]] || fail "set-user-id: $privileged"
for package in libc6 libssl3 ca-certificates; do
  grep -q "^Package: $package$" "$mounted/var/lib/dpkg/status.d/$package" || fail "$package is not listed"
  [[ -s "$mounted/usr/share/doc/$package/copyright" ]] || fail "the licence of $package is missing"
done
passed "the program and its libraries, no shell: $(du -sk --apparent-size "$mounted" | cut -f1) KiB," \
  "$(find "$mounted" -type f | wc -l) files"

# --- a backend behind TLS, whose name only our name server knows
mkdir "$folder/mount"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj '/CN=test' \
  -addext "subjectAltName=DNS:$name,DNS:localhost" -keyout "$folder/key.pem" -out "$folder/mount/ca.pem" 2>/dev/null
"$build/bin/backend_simulator" --listen-address=127.0.0.1:0 --ready-file="$folder/url" \
  --tls-cert-file="$folder/mount/ca.pem" --tls-key-file="$folder/key.pem" >"$folder/simulator.log" 2>&1 &
pids+=($!)
wait_until 'the simulator listened' test -s "$folder/url"
backend_port="$(sed 's/.*:\([0-9]*\).*/\1/' "$folder/url")"
python3 -B tests/deploy/one_name_dns.py "$dns_address" "$name" "$folder/dns" &
pids+=($!)
wait_until 'the name server listened' test -e "$folder/dns"
printf 'demo-secret\n' >"$folder/mount/secret"

# write_config HOST: with or without a file of authorities of its own.
write_config() {
  cat >"$folder/mount/session_exporter.yaml" <<YAML
targets:
  - name: kasm
    backend: kasm
    url: https://$1:$backend_port
    api_key: demo-key
    api_key_secret_file: /etc/session_exporter/secret
YAML
}
write_config "$name"
chmod -R a+rX "$folder/mount"
chown 65532 "$folder/mount/secret"
chmod 400 "$folder/mount/secret"
mounts=(--volume "$folder/mount:/etc/session_exporter:ro")
# The test's authority in place of all that the image trusts.
trusting=(--volume "$folder/mount/ca.pem:/etc/ssl/certs/ca-certificates.crt:ro")
# run [OPTION...] -- FLAG...: as an engine would: by the user and the entry point of the image.
run() {
  local run_options=()
  while [[ "$1" != -- ]]; do
    run_options+=("$1")
    shift
  done
  shift
  buildah "${storage[@]}" run --isolation chroot "${mounts[@]}" "${run_options[@]}" "$container" -- \
    /usr/bin/session_exporter "$@"
}
config_flag=--config.file=/etc/session_exporter/session_exporter.yaml

expect_exit 0 run -- --version
expect_text "session_exporter $version (revision 0123456789ab"
expect_exit 0 run -- "$config_flag" --config.check
expect_text '1 target(s)'
expect_exit 0 run "${trusting[@]}" -- "$config_flag" --once
expect_text 'session_up{target="kasm",backend="kasm"} 1'
passed "--once over TLS to $name, found by DNS, trusted by the system's certificates"
write_config localhost
expect_exit 0 run "${trusting[@]}" -- "$config_flag" --once
passed 'localhost is found'
expect_exit 1 run -- "$config_flag" --once
expect_text 'session_collection_error{target="kasm",reason="tls"} 1'
write_config unknown.test
expect_exit 1 run -- "$config_flag" --once
expect_text 'session_collection_error{target="kasm",reason="dns"} 1'
passed 'an unknown authority is tls, an unknown name dns'
if buildah "${storage[@]}" run --isolation chroot "$container" -- /bin/sh -c true 2>/dev/null; then
  fail 'there is a shell in the image'
fi

# --- the server and its health check
health_url="http://127.0.0.1:$port/-/healthy"
expect_exit 1 run -- healthcheck "$health_url"
run -- "$config_flag" --web.listen-address="127.0.0.1:$port" >"$folder/exporter.log" 2>&1 &
wait_until 'it is healthy' run -- healthcheck "$health_url"
server="$(pgrep -f -- "^/usr/bin/session_exporter .*--web.listen-address=127.0.0.1:$port")"
pids+=("$server")
[[ "$(stat -c %u "/proc/$server")" == 65532 ]] || fail 'it does not run as user 65532'
passed 'healthy, as user 65532'
kill "$server"
wait_until 'it stopped' eval "! kill -0 $server"
grep -q 'msg=stopping signal=SIGTERM' "$folder/exporter.log" || fail "its log: $(<"$folder/exporter.log")"
passed 'stopped by SIGTERM'

# --- the other target
build_image --target simulator --tag session_exporter_simulator
simulator="$(buildah "${storage[@]}" from --pull-never localhost/session_exporter_simulator)"
expect_exit 0 buildah "${storage[@]}" run --isolation chroot "$simulator" -- /usr/bin/backend_simulator --list-faults
passed 'the image of the simulator runs'
