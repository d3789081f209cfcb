#!/usr/bin/env bash
# A private container engine, a second one (Podman) and a registry with images to pull, in a network
# namespace of their own, so that neither a developer's containers nor the host's ports are touched.
#
#   lab.sh up DIR [SIMULATOR]   starts everything and writes DIR/env; returns once all of it answers
#   lab.sh down DIR             ends it and removes DIR, whatever state it is in
#   lab.sh enter DIR CMD…       runs CMD inside the lab's network namespace, with DIR/env exported
#   lab.sh stop-engine DIR      ends dockerd as the system's service manager does, its containers too
#   lab.sh start-engine DIR     starts it again with the same options; returns once it answers
set -euo pipefail

usage() {
  sed -n '2,10s/^# \{0,1\}//p' "$0" >&2
  exit 2
}

fail() {
  echo "lab: $*" >&2
  exit 1
}

[ $# -ge 2 ] || usage
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
command=$1
mkdir -p "$2"
dir=$(cd "$2" && pwd)
shift 2
netns=aistack-lab-$(printf %s "$dir" | cksum | cut -d' ' -f1)
registry=127.0.0.1:5000

inside() { nsenter --net="/run/netns/$netns" "$@"; }

# wait_for SECONDS WHAT CMD…: until CMD succeeds.
wait_for() {
  local tries=$(($1 * 20)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || fail "$what does not answer; see $dir/log"
    sleep 0.05
  done
}

# start NAME CMD…: in the background, inside the namespace, its pid in DIR/NAME.pid.
start() {
  local name=$1
  shift
  # Not by the function: the pid would be that of a shell around it, which dies alone.
  nsenter --net="/run/netns/$netns" "$@" >>"$dir/log/$name.log" 2>&1 </dev/null &
  echo $! >"$dir/$name.pid"
}

start_registry() {
  cat >"$dir/registry.yaml" <<CONFIG
version: 0.1
log: { level: warn }
storage: { filesystem: { rootdirectory: $dir/registry }, delete: { enabled: true } }
http: { addr: $registry }
CONFIG
  start registry docker-registry serve "$dir/registry.yaml"
}

start_docker() {
  # A layer that cannot be had is given up at once, so that a test need not wait for a minute.
  echo '{"max-download-attempts": 1}' >"$dir/daemon.json"
  start docker dockerd --config-file "$dir/daemon.json" --data-root "$dir/data" \
    --exec-root "$dir/exec" --pidfile "$dir/dockerd.pid" -H "unix://$dir/docker.sock"
}

# Also where a test has ended it, or told it to end.
start_engine() {
  start_docker
  wait_for 60 "dockerd" curl -sf --unix-socket "$dir/docker.sock" http://docker/_ping
}

start_podman() {
  mkdir -p "$dir/podman/networks"
  cat >"$dir/podman/containers.conf" <<CONFIG
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[network]
network_config_dir = "$dir/podman/networks"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
CONFIG
  printf '[[registry]]\nlocation = "%s"\ninsecure = true\n' "$registry" >"$dir/podman/registries.conf"
  start podman env CONTAINERS_CONF="$dir/podman/containers.conf" \
    CONTAINERS_REGISTRIES_CONF="$dir/podman/registries.conf" \
    podman --root "$dir/podman/root" --runroot "$dir/podman/run" --tmpdir "$dir/podman/tmp" \
    system service --time=0 "unix://$dir/podman.sock"
}

# What can be pulled. Versions 1 and 2 of each service work; the other tags have a fault each.
push_images() {
  local image
  DOCKER=(inside docker -H "unix://$dir/docker.sock")
  # shellcheck source=scripts/simulator-images.sh
  . "$here/../../scripts/simulator-images.sh"
  push() {
    local reference=$registry/$1
    shift
    simulator_image "$reference" "$@"
    "${DOCKER[@]}" push --quiet "$reference" >/dev/null
    "${DOCKER[@]}" rmi "$reference" >/dev/null
  }
  for image in ollama/ollama=ollama localai/localai=localai open-webui/open-webui=openwebui \
    aistack-lab/plain=plain; do
    push "${image%=*}:1" "${image#*=}" SIM_VERSION=1.0.0
    push "${image%=*}:2" "${image#*=}" SIM_VERSION=2.0.0
    push "${image%=*}:exits" "${image#*=}" SIM_VERSION=2.1.0 SIM_FAULT=exit:0:3
    push "${image%=*}:error" "${image#*=}" SIM_VERSION=2.2.0 SIM_FAULT=500
    push "${image%=*}:never" "${image#*=}" SIM_VERSION=2.3.0 SIM_FAULT=never
  done
  push open-webui/open-webui:migrates openwebui SIM_VERSION=3.0.0 SIM_SCHEMA=2 SIM_FAULT=migrate:3
  push_big
}

# An image whose layer takes a while to arrive, for tests that interrupt a pull.
push_big() {
  local reference=$registry/aistack-lab/big:1
  head -c 16M /dev/urandom >"$dir/ballast"
  simulator_layer "$dir/ballast" | "${DOCKER[@]}" import --change 'ENTRYPOINT ["/svc"]' \
    --change 'ENV SIM_SERVICE=plain' - "$reference" >/dev/null
  rm "$dir/ballast"
  "${DOCKER[@]}" push --quiet "$reference" >/dev/null
  "${DOCKER[@]}" rmi "$reference" >/dev/null
}

up() {
  local simulator=${1:-$here/../../build/release/simulator/aistack-simulator} tool
  for tool in ip nsenter dockerd docker docker-registry podman curl jq; do
    command -v "$tool" >/dev/null || fail "$tool is missing (see scripts/packages.sh)"
  done
  [ "$(id -u)" = 0 ] || fail "must run as root: it makes a network namespace"
  [ -x "$simulator" ] || fail "$simulator is not built (target aistack-simulator)"
  [ ! -e "$dir/env" ] || fail "$dir is a lab already: lab.sh down $dir"
  SIMULATOR=$(readlink -f "$simulator")
  trap '[ $? = 0 ] || { tail -n 5 "$dir"/log/*.log >&2; down; }' EXIT
  # Tests ask the engine as other users too, who must get at its socket in a directory of mktemp's.
  chmod 0755 "$dir"
  mkdir -p "$dir/log"
  ip netns add "$netns"
  inside ip link set lo up
  start_registry
  start_podman
  start_engine
  wait_for 60 "the registry" inside curl -sf "http://$registry/v2/"
  push_images
  wait_for 60 "podman" curl -sf --unix-socket "$dir/podman.sock" http://docker/_ping
  cat >"$dir/env" <<ENV
AISTACK_TEST_DIR=$dir
AISTACK_TEST_NETNS=$netns
AISTACK_TEST_DOCKER=unix://$dir/docker.sock
AISTACK_TEST_PODMAN=unix://$dir/podman.sock
AISTACK_TEST_REGISTRY=$registry
AISTACK_TEST_IMAGE=$registry/aistack-lab/plain:1
AISTACK_TEST_BIG_IMAGE=$registry/aistack-lab/big:1
AISTACK_TEST_SIMULATOR=$SIMULATOR
ENV
  echo "lab: ready in $dir (namespace $netns)"
}

# Not one that has ended and waits for a parent that does not look.
runs() { [[ $(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) == [!Z]* ]]; }

# Ends the process of DIR/NAME.pid and waits for it; kills it after half a minute.
stop() {
  local pid tries=600
  pid=$(cat "$dir/$1.pid" 2>/dev/null) || return 0
  kill "$pid" 2>/dev/null || return 0
  while runs "$pid"; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || kill -KILL "$pid" 2>/dev/null || true
    [ $tries -gt -200 ] || fail "$1 (pid $pid) does not end"
    sleep 0.05
  done
}

# unmount DIRECTORY: everything below it.
unmount() {
  local target
  while read -r target; do umount -l "$target"; done < <(
    awk -v dir="$1/" 'index($5, dir) == 1 { print $5 }' /proc/self/mountinfo | sort -r)
}

# Docker 20.10 forgets the root of a container that was just starting when it ended, and can never
# remove it then: that takes a reboot, or this.
stop_engine() {
  stop docker
  unmount "$dir/data/overlay2"
}

down() {
  local pid child
  if [ -S "$dir/docker.sock" ]; then
    docker -H "unix://$dir/docker.sock" ps -aq 2>/dev/null |
      xargs -r docker -H "unix://$dir/docker.sock" rm -f >/dev/null 2>&1 || true
  fi
  if [ -d "$dir/podman/root" ]; then
    CONTAINERS_CONF="$dir/podman/containers.conf" podman --root "$dir/podman/root" \
      --runroot "$dir/podman/run" --tmpdir "$dir/podman/tmp" rm -af >/dev/null 2>&1 || true
  fi
  stop podman
  stop docker
  stop registry
  # What outlives a killed engine: its containerd, its shims and, as their children, what the
  # containers ran.
  for pid in $(ip netns pids "$netns" 2>/dev/null); do
    for child in $(cat "/proc/$pid/task/$pid/children" 2>/dev/null) "$pid"; do
      [ "$child" = $$ ] || kill -KILL "$child" 2>/dev/null || true
    done
  done
  unmount "$dir"
  ip netns del "$netns" 2>/dev/null || true
  rm -rf "$dir"
}

enter() {
  [ -f "$dir/env" ] || fail "$dir is no lab: lab.sh up $dir"
  set -a
  # shellcheck source=/dev/null
  . "$dir/env"
  set +a
  exec nsenter --net="/run/netns/$netns" "$@"
}

case $command in
  up) up "$@" ;;
  down) down ;;
  enter) enter "$@" ;;
  stop-engine) stop_engine ;;
  start-engine) start_engine ;;
  *) usage ;;
esac
