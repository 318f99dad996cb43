#!/usr/bin/env bash
# Shows the exporter at work without an account anywhere: starts the backend simulator and the exporter on loopback,
# waits until sessions are exported and tells what to open. `make demo` builds both first.
#
#   DEMO_PORT=10470   port of the exporter; the next free one when it is taken
#   DEMO_SPEED=1      how fast people log in and out in the simulation, as a multiple of real time; above 1 its clock, and
#                     so session_clock_skew_seconds, runs away from ours
#   DEMO_BUILD=build/release   where the programs are
#   DEMO_ONCE=1       stop as soon as everything answers
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

port="${DEMO_PORT:-10470}"
speed="${DEMO_SPEED:-1}"
bin="${DEMO_BUILD:-build/release}/bin"
deadline_seconds=30
targets=(kasm-demo kasm-lab intersight-key intersight-oauth2
  aws/demo/eu-west-1 aws/demo/us-east-1 aws/lab/eu-west-1 aws/lab/us-east-1)

folder=''
keep_folder=''
declare -A pids=()

fail() {
  printf 'demo: %s\n' "$*" >&2
  exit 1
}

# The programs have 5 seconds, which is what the exporter promises; after that something is wrong with them.
stop_all() {
  local pid tries
  for pid in "${pids[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do
    for ((tries = 0; tries < 50; tries++)); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  [[ -z "$folder" || -n "$keep_folder" ]] || rm -rf "$folder"
}
trap stop_all EXIT
# Ctrl-C is how the demo ends, so it is no error.
trap 'printf "\nStopping.\n"; exit 0' INT TERM HUP

# start NAME COMMAND...: its output goes to NAME.log.
start() {
  local name="$1"
  shift
  "$@" >"$folder/$name.log" 2>&1 &
  pids[$name]=$!
}

fail_with_log() {
  local name="$1"
  shift
  keep_folder=1
  tail -n 20 "$folder/$name.log" | sed "s/^/  $name: /" >&2
  fail "$* Its whole log is $folder/$name.log"
}

# wait_for NAME WHAT COMMAND...: until the command succeeds; NAME is the program it depends on.
wait_for() {
  local name="$1" what="$2" end=$((SECONDS + deadline_seconds))
  shift 2
  until "$@"; do
    kill -0 "${pids[$name]}" 2>/dev/null || fail_with_log "$name" "the $name stopped before $what."
    ((SECONDS < end)) || fail_with_log "$name" "waited ${deadline_seconds}s in vain until $what."
    sleep 0.1
  done
}

is_taken() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

scrape() {
  curl --silent --show-error --fail --max-time 10 --noproxy '*' "$url/metrics"
}

every_target_is_up() {
  local page target
  page="$(scrape 2>/dev/null)" || return 1
  for target in "${targets[@]}"; do
    grep -q "^session_up{.*target=\"$target\".*} 1\$" <<<"$page" || return 1
  done
}

for program in backend_simulator session_exporter; do
  [[ -x "$bin/$program" ]] || fail "$bin/$program is not there; 'make build' builds it."
done
command -v curl >/dev/null || fail "curl is missing; 'make demo' installs it."

wanted_port="$port"
while is_taken "$port"; do
  port=$((port + 1))
  ((port < wanted_port + 100)) || fail "no free port from $wanted_port on; set DEMO_PORT to one."
done
url="http://127.0.0.1:$port"

folder="$(mktemp -d "${TMPDIR:-/tmp}/session_exporter_demo.XXXXXX")"
random_word() {
  od -An -N16 -tx1 /dev/urandom | tr -d ' \n'
}
# The key comes from the environment and its secret from a file, to show both ways.
KASM_API_KEY="$(random_word)"
secret="$(random_word)"
(umask 077 && printf '%s\n' "$secret" >"$folder/kasm_secret")

# A test key, whose public half the simulator knows; it opens nothing anywhere. A copy, since the exporter warns of a key that
# others may read, which those of a checkout are.
intersight_key="$folder/intersight_key.pem"
(umask 077 && cat tests/fixtures/intersight/v3_ec_mislabelled.pem >"$intersight_key")
INTERSIGHT_CLIENT_ID="$(random_word)"
client_secret="$(random_word)"
(umask 077 && printf '%s\n' "$client_secret" >"$folder/intersight_secret")

aws_secret="$(random_word)"

start backend_simulator "$bin/backend_simulator" --listen-address=127.0.0.1:0 \
  --ready-file="$folder/simulator_url" --speed="$speed" \
  --kasm.api-key="$KASM_API_KEY" --kasm.api-key-secret="$secret" \
  --intersight.client-id="$INTERSIGHT_CLIENT_ID" --intersight.client-secret="$client_secret" \
  --aws.access-key-id=AKIADEMOEXAMPLE00001 --aws.secret-access-key="$aws_secret" --aws.external-id=demo-external-id
wait_for backend_simulator 'it listened' test -s "$folder/simulator_url"
# One simulator serves all vendors.
BACKEND_URL="$(<"$folder/simulator_url")"
export BACKEND_URL KASM_API_KEY INTERSIGHT_CLIENT_ID
# As the AWS SDKs look for them; whatever this machine has of its own stays out of it.
export AWS_ACCESS_KEY_ID=AKIADEMOEXAMPLE00001 AWS_SECRET_ACCESS_KEY="$aws_secret" AWS_ENDPOINT_URL="$BACKEND_URL"
export AWS_CONFIG_FILE="$folder/no_aws_config" AWS_SHARED_CREDENTIALS_FILE="$folder/no_aws_credentials"
unset AWS_PROFILE AWS_SESSION_TOKEN AWS_ENDPOINT_URL_SSM AWS_ENDPOINT_URL_STS AWS_IGNORE_CONFIGURED_ENDPOINT_URLS \
  AWS_USE_FIPS_ENDPOINT AWS_USE_DUALSTACK_ENDPOINT
# Loopback is not reached through a proxy.
export no_proxy=127.0.0.1

cat >"$folder/session_exporter.yaml" <<YAML
scrape:
  timeout: 10s
targets:
  - name: kasm-demo
    backend: kasm
    url: \${BACKEND_URL}
    api_key: \${KASM_API_KEY}
    api_key_secret_file: $folder/kasm_secret
    timeout: 5s
    idle_after: 5m
    stale_after: 1h
    group_by: [image, user, host, deployment_zone]
    per_session: {enabled: true, limit: 200}
  - name: kasm-lab
    backend: kasm
    url: \${BACKEND_URL}
    api_key: \${KASM_API_KEY}
    api_key_secret_file: $folder/kasm_secret
    auth: basic
    timeout: 5s
    group_by: [image]
    per_session: {enabled: false}
  - name: intersight-key
    backend: intersight
    url: \${BACKEND_URL}
    api_key_id: 5f0000000000000000000001/5f0000000000000000000002/5f0000000000000000000004
    secret_key_file: $intersight_key
    group_by: [user, role, login_type]
  - name: intersight-oauth2
    backend: intersight
    url: \${BACKEND_URL}
    oauth2: {client_id: "\${INTERSIGHT_CLIENT_ID}", client_secret_file: $folder/intersight_secret}
    filter: Role eq 'Account Administrator'
    per_session: {enabled: false}
  - name: aws
    backend: aws_ssm
    regions: [eu-west-1, us-east-1]
    assume_roles:
      - {role_arn: "arn:aws:iam::111122223333:role/SessionReader", external_id: demo-external-id, name: demo}
      - {role_arn: "arn:aws:iam::444455556666:role/SessionReader", external_id: demo-external-id, name: lab}
    history: {enabled: true, window: 24h}
    group_by: [user, host, document, role, access_type]
YAML

start session_exporter "$bin/session_exporter" --config.file="$folder/session_exporter.yaml" \
  --web.listen-address="127.0.0.1:$port"
wait_for session_exporter "$url/metrics showed every target up" every_target_is_up

[[ "$port" == "$wanted_port" ]] || echo "Port $wanted_port is taken, so the exporter listens on $port."
cat <<TEXT

The exporter is running, with targets on a simulated Kasm Workspaces, Cisco Intersight and AWS SSM. Open

  $url/                     status page
  $url/metrics              what Prometheus scrapes
  $url/sd                   the targets, for Prometheus' service discovery

or ask from a shell:

  curl -s $url/metrics | grep '^session_sessions'

For a Prometheus on this machine:

  scrape_configs:
    - job_name: sessions
      scrape_interval: 15s
      scrape_timeout: 10s
      static_configs:
        - targets: ['127.0.0.1:$port']

Right now:

$(scrape | grep -E '^session_sessions\{.*\} [1-9]' | sed 's/^/  /' || true)

Configuration and logs: $folder
TEXT

[[ "${DEMO_ONCE:-}" != 1 ]] || exit 0
echo 'Ctrl-C stops everything.'

wait -n "${pids[@]}" || true
for name in "${!pids[@]}"; do
  kill -0 "${pids[$name]}" 2>/dev/null || fail_with_log "$name" "the $name stopped by itself."
done
