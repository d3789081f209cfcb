# shellcheck shell=bash
# What every end-to-end test shares: the built binary against the lab's engine and registry, with
# directories of its own and a clean engine before and after each test.

bats_require_minimum_version 1.5.0

# A copy of the shipped catalog (SHIPPED) and, over it, what an administrator would have in
# /etc/aistack/compose (ETC): here the images from the lab's registry.
setup_box() {
  : "${AISTACK_TEST_DOCKER:?the lab is missing: run ./test.sh, or tests/lab/lab.sh enter DIR ctest}"
  BOX=$BATS_TEST_TMPDIR
  SHIPPED=$BOX/shipped
  ETC=$BOX/etc
  VOLUMES=$BOX/volumes
  mkdir -p "$SHIPPED" "$ETC" "$BOX/home"
  cp "$BATS_TEST_DIRNAME"/../../catalog/*.yaml "$SHIPPED"
  printf 'volumes:\n  root: %s\n' "$VOLUMES" >"$BOX/config.yaml"
  export HOME=$BOX/home NO_COLOR=1 DOCKER_HOST=$AISTACK_TEST_DOCKER
  export AISTACK_CONFIG=$BOX/config.yaml AISTACK_COMPOSE_DIR=$SHIPPED:$ETC
  export AISTACK_VERSIONS_LOCK=$BOX/versions.lock AISTACK_STATE_DIR=$BOX/state AISTACK_LOG_DIR=$BOX/log AISTACK_RUN_DIR=$BOX/run
  use_image ollama ollama/ollama:1
  use_image openwebui open-webui/open-webui:1
  use_image localai localai/localai:1
  clean_engine
}

# for_all CMD…: CMD with the lines of stdin as further arguments; nothing when there are none.
for_all() {
  local lines
  mapfile -t lines
  [ ${#lines[@]} -eq 0 ] || "$@" "${lines[@]}" >/dev/null
}

# The engine as it was: nothing. The lab's own, never a developer's: `docker` goes nowhere else.
clean_engine() {
  docker ps -aq | for_all docker rm -fv
  docker volume ls -q | for_all docker volume rm
  docker network ls -q --filter type=custom | for_all docker network rm
  docker image ls -q | sort -u | for_all docker image rm -f
}

# stop_engine, start_engine: the lab's, as a service manager would; `unless-stopped` containers are back
# with it. Neither returns before it is done.
stop_engine() { lab stop-engine; }
start_engine() { lab start-engine; }
restart_engine() { stop_engine && start_engine; }
lab() { "$BATS_TEST_DIRNAME/../lab/lab.sh" "$1" "$AISTACK_TEST_DIR" 3>&-; }

# start_over PREPARE: nothing of the rounds before is left, and PREPARE has made what the next one needs.
start_over() {
  export DOCKER_HOST=$AISTACK_TEST_DOCKER
  clean_engine
  rm -rf "$BOX/state" "$BOX/volumes"
  use_image ollama ollama/ollama:1
  "$1" >"$BOX/prepare.out" 2>&1
}

# A service of our own, for the tests of updates: svc_file IMAGE STARTUP_TIMEOUT [LINE…], with these
# lines in it; which version answers; and a digest of its data.
svc_file() {
  cat >"$ETC/svc.yaml" <<YAML
services:
  svc:
    image: $1
    container_name: svc
    restart: unless-stopped
    ports: ["127.0.0.1:12080:8080"]
    volumes: ["svc_data:/data"]
    ${3:-}
    ${4:-}
volumes: { svc_data: { name: svc_data } }
x-aistack:
  snapshot_before_update: true
  health: { port: 8080, path: /, startup_timeout: $2 }
YAML
}
version_now() { curl -s -m 2 http://127.0.0.1:12080/ | sed -n 's/.*version \([0-9]\).*/\1/p'; }
data_now() { (cd "$VOLUMES/svc_data" && find . -type f -exec sha256sum {} + | sort | sha256sum); }

# small_disk DIRECTORY [OPTIONS]: a file system of its own, of 64 KiB.
small_disk() {
  mkdir -p "$1"
  mount -t tmpfs -o "${2:-size=64k,mode=0700}" tmpfs "$1"
}

# fill DIRECTORY, to the last byte; `rm DIRECTORY/ballast` makes space again.
fill() { dd if=/dev/zero of="$1/ballast" bs=4k 2>/dev/null || true; }

# small_engine OPTIONS: aistack's engine is from now on one of the test's own, on a disk of its own.
small_engine() {
  small_disk "$BOX/engine" "$1"
  # A bridge of its own: an engine told to have none takes the other's away.
  ip link add aistack-small type bridge
  ip address add 172.31.255.1/24 dev aistack-small
  background dockerd --data-root "$BOX/engine/data" --exec-root "$BOX/engine/exec" --bridge aistack-small \
    --iptables=false --pidfile "$BOX/engine.pid" -H "unix://$BOX/engine.sock"
  eventually curl -sf --unix-socket "$BOX/engine.sock" http://docker/_ping
  export DOCKER_HOST=unix://$BOX/engine.sock
}

# For teardown: what small_disk and small_engine have made.
end_small() {
  local mounted
  ip link delete aistack-small 2>/dev/null || true
  while read -r mounted; do umount -l "$mounted"; done < <(
    awk -v box="$BOX/" 'index($5, box) == 1 { print $5 }' /proc/self/mountinfo | sort -r)
}

# use_image SERVICE IMAGE: an override file with an image of the lab's registry.
use_image() {
  printf 'services:\n  %s:\n    image: %s/%s\n' "$1" "$AISTACK_TEST_REGISTRY" "$2" \
    >"$ETC/$1.override.yaml"
}

# The lab's engine, even while a test points aistack at another one. Without a lab none at all: an
# empty DOCKER_HOST would be the machine's own.
docker() { DOCKER_HOST=${AISTACK_TEST_DOCKER:?the lab is missing} command docker "$@"; }

aistack() { "$AISTACK_BINARY" "$@"; }

# state_of SERVICE, health_of SERVICE: as `status --json` has it.
state_of() { aistack --json status | jq -r --arg s "$1" '.services[] | select(.service == $s).state'; }
health_of() { aistack --json status | jq -r --arg s "$1" '.services[] | select(.service == $s).health'; }

is_green() { [ "$(health_of "$1")" = green ]; }
# Asked again only where it answered slowly, as a loaded machine may: that is yellow, too.
assert_green() {
  local seen
  seen=$(aistack --json status | jq -r --arg s "$1" '.services[] | select(.service == $s) | .health + " " + .reason')
  [[ $seen == "yellow slow: "* ]] && eventually is_green "$1" && return
  assert_equal "$1 green" "$1 ${seen%% *}"
}

# as_nobody [OPTIONS OF setpriv…] -- ARGUMENTS…: aistack as a user without rights, who can reach it and
# what it reads.
as_nobody() {
  local options=()
  while [ "$1" != -- ]; do
    options+=("$1")
    shift
  done
  chmod o+rx "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$BOX"
  chmod -R o+rX "$SHIPPED" "$ETC" "$AISTACK_CONFIG"
  install -m 755 "$AISTACK_BINARY" "$BOX/aistack"
  setpriv --reuid=65534 --regid=65534 "${options[@]}" "$BOX/aistack" "${@:2}"
}

container_id() { docker inspect -f '{{.Id}}' "$1"; }

# The status code of GET URL; 000 when nobody answers.
http_status() { curl -s -m 5 -o /dev/null -w '%{http_code}' "$1" || true; }

# Everything in the engine and on disk that a command may change, for "nothing was changed".
engine_state() {
  docker ps -a --no-trunc --format '{{.ID}} {{.Names}} {{.State}}' | sort
  docker volume ls -q | sort
  docker network ls --no-trunc --format '{{.ID}} {{.Name}}' | sort
  [ ! -d "$BOX/state" ] || find "$BOX/state" -type f | sort
}

# assert_line TEXT: what `run` caught (stdout and stderr) holds it.
assert_line() {
  [[ $output == *"$1"* ]] || [[ ${stderr:-} == *"$1"* ]] && return
  printf 'expected: %s\noutput:\n%s\nstderr:\n%s\n' "$1" "$output" "${stderr:-}" >&2
  return 1
}

# assert_equal EXPECTED ACTUAL
assert_equal() {
  [ "$1" = "$2" ] && return
  printf 'expected: %s\nactual:   %s\n' "$1" "$2" >&2
  return 1
}

# eventually CMD…: until CMD succeeds, a minute at most. CMD is run anew each time, its arguments are not:
# what changes has to be asked for inside of it, as is_green does.
eventually() {
  local end=$((SECONDS + 60))
  until "$@"; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.05
  done
}

# background PROGRAM ARGS…: runs it until the test's end; its pid in BACKGROUND.
background() {
  # The function would be a shell in between, which gets the signals instead.
  [ "$1" != aistack ] || set -- "$AISTACK_BINARY" "${@:2}"
  # Emptied before it begins: who waits for its words must not meet those of the one before.
  : >"$BOX/background.out"
  "$@" >>"$BOX/background.out" 2>&1 3>&- </dev/null &
  # shellcheck disable=SC2034  # the tests use it
  BACKGROUND=$!
}

# Those that still run: a pid of one that ended may be somebody else's by now.
end_background() { jobs -pr | xargs -r kill 2>/dev/null || true; }

setup() { setup_box; }

in_lab() { [ -n "${AISTACK_TEST_DOCKER:-}" ]; }

teardown() {
  in_lab || return 0
  end_background
  clean_engine
}
