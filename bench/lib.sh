# shellcheck shell=bash
# What the benchmarks share: the built binary against the lab's engine, with directories of its
# own, images present, and an engine that is clean before and after. Sourced.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
: "${AISTACK_TEST_DOCKER:?the lab is missing: tests/lab/lab.sh enter DIR bench/NAME.sh}"
AISTACK_BINARY=$(readlink -f "${AISTACK_BINARY:-$here/../build/release/src/aistack}")
[ -x "$AISTACK_BINARY" ] || {
  echo "bench: $AISTACK_BINARY is not built (cmake --preset release && ninja -C build/release)" >&2
  exit 1
}

# need TOOL…: ends the script where one is missing.
need() {
  local tool
  for tool in "$@"; do
    command -v "$tool" >/dev/null || {
      echo "bench: $tool is missing" >&2
      exit 1
    }
  done
}

by_hand() { python3 "$here/by_hand.py" "$@"; }
compare() { python3 "$here/compare.py" "$@"; }
heading() { printf '\n%s\n' "$*"; }

# The engine as it was: nothing but its images. The lab's own, never a developer's.
clean_engine() {
  by_hand clear
  docker volume ls -q | xargs -r docker volume rm >/dev/null
  docker network ls -q --filter type=custom | xargs -r docker network rm >/dev/null
}

clean_up() {
  clean_engine || true
  rm -rf "$box"
}

box=$(mktemp -d)
# Before the trap, which must not meet a developer's own engine.
export HOME=$box/home NO_COLOR=1 DOCKER_HOST=$AISTACK_TEST_DOCKER
trap clean_up EXIT
mkdir -p "$box/shipped" "$box/etc" "$box/home"
cp "$here"/../catalog/{ollama,openwebui,localai}.yaml "$box/shipped"
printf 'volumes:\n  root: %s\n' "$box/volumes" >"$box/config.yaml"
export AISTACK_CONFIG=$box/config.yaml AISTACK_COMPOSE_DIR=$box/shipped:$box/etc
export AISTACK_STATE_DIR=$box/state AISTACK_LOG_DIR=$box/log AISTACK_RUN_DIR=$box/run

# use_image SERVICE IMAGE: from the lab's registry, and present in the engine.
use_image() {
  printf 'services:\n  %s:\n    image: %s/%s\n' "$1" "$AISTACK_TEST_REGISTRY" "$2" \
    >"$box/etc/$1.override.yaml"
  docker pull -q "$AISTACK_TEST_REGISTRY/$2" >/dev/null
}

aistack() { "$AISTACK_BINARY" "$@"; }

need python3 docker
clean_engine
use_image ollama ollama/ollama:1
use_image openwebui open-webui/open-webui:1
use_image localai localai/localai:1

# The same three services for docker-compose 1.29, which does not know all that the catalog uses:
# compose_file SERVICE… prints a plain file. Network and volumes are those that are there.
compose_file() {
  local service port volume path
  printf 'services:\n'
  for service in "$@"; do
    case $service in
      ollama) port=127.0.0.1:11434:11434 volume=ollama_data path=/root/.ollama ;;
      openwebui) port=3000:8080 volume=openwebui_data path=/app/backend/data ;;
      localai) port=127.0.0.1:8080:8080 volume=localai_models path=/models ;;
    esac
    printf '  %s:\n    image: %s\n    container_name: aistack-%s\n    restart: unless-stopped\n' \
      "$service" "$(sed -n 's/^ *image: //p' "$box/etc/$service.override.yaml")" "$service"
    printf '    ports: ["%s"]\n    volumes: ["%s:%s"]\n    networks: [aistack-net]\n' \
      "$port" "$volume" "$path"
  done
  printf 'networks:\n  aistack-net: { name: aistack-net, external: true }\nvolumes:\n'
  for volume in ollama_data openwebui_data localai_models; do
    printf '  %s: { name: %s, external: true }\n' "$volume" "$volume"
  done
}

# What `status` and `install` probe.
declare -A probe=(
  [ollama]=http://127.0.0.1:11434/api/tags
  [openwebui]=http://127.0.0.1:3000/health
  [localai]=http://127.0.0.1:8080/readyz)
export probe
