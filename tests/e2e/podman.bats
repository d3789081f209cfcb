#!/usr/bin/env bats
# The main path on Podman, through its socket, and what Podman cannot do.

load support
load faults_golden

# The lab's second engine, and what is on it.
on_podman() { command docker -H "${AISTACK_TEST_PODMAN:?the lab is missing}" "$@"; }

clean_podman() {
  on_podman ps -aq | for_all on_podman rm -f
  on_podman volume ls -q | for_all on_podman volume rm -f
  on_podman network ls --format '{{.Name}}' | { grep -vxE 'podman|bridge' || true; } |
    for_all on_podman network rm
}

setup() {
  setup_box
  clean_podman
  export DOCKER_HOST=$AISTACK_TEST_PODMAN
}

teardown() {
  in_lab || return 0
  end_background
  clean_podman
}

@test "install, status, logs, stop, start, update, remove" {
  run --separate-stderr aistack install ollama
  assert_equal 0 "$status"
  assert_equal running "$(state_of ollama)"
  assert_green ollama
  assert_equal 200 "$(http_status http://127.0.0.1:11434/api/tags)"
  run --separate-stderr aistack logs ollama 20
  assert_equal 0 "$status"
  assert_line "simulator of ollama"

  aistack stop ollama
  assert_equal stopped "$(state_of ollama)"
  aistack start ollama
  assert_green ollama

  use_image ollama ollama/ollama:2
  run --separate-stderr aistack update ollama
  assert_equal 0 "$status"
  assert_green ollama
  assert_equal "$AISTACK_TEST_REGISTRY/ollama/ollama:2" \
    "$(on_podman inspect -f '{{.Config.Image}}' aistack-ollama)"

  aistack remove ollama
  assert_equal "" "$(on_podman ps -aq)"
  assert_equal ollama_data "$(on_podman volume ls -q)"
  aistack remove ollama --purge
  assert_equal "" "$(on_podman volume ls -q)"
}

@test "the whole stack, and an install that finds nothing to do" {
  run --separate-stderr aistack install --profile standard-gpu
  assert_equal 0 "$status"
  for service in ollama localai openwebui; do
    assert_green $service
  done
  before=$(on_podman ps -aq | sort)
  run --separate-stderr aistack install --profile standard-gpu
  assert_equal 0 "$status"
  assert_equal "$before" "$(on_podman ps -aq | sort)"
}

@test "a changed file recreates the container" {
  aistack install ollama
  before=$(on_podman inspect -f '{{.Id}}' aistack-ollama)
  printf '    environment:\n      CHANGED: "1"\n' >>"$ETC/ollama.override.yaml"
  run --separate-stderr aistack install ollama
  assert_equal 0 "$status"
  assert_line "environment.CHANGED"
  [ "$before" != "$(on_podman inspect -f '{{.Id}}' aistack-ollama)" ]
  assert_equal aistack-ollama "$(on_podman ps -a --format '{{.Names}}')"
}

@test "a broken update goes back" {
  aistack install ollama
  use_image ollama ollama/ollama:exits
  run --separate-stderr aistack update ollama
  [ "$status" = 1 ] || [ "$status" = 4 ]
  assert_green ollama
  assert_equal aistack-ollama "$(on_podman ps -a --format '{{.Names}}')"
}

@test "container_runtime: podman finds it where the configuration says" {
  unset DOCKER_HOST
  printf 'container_runtime: podman\nengine:\n  socket: %s\n' "${AISTACK_TEST_PODMAN#unix://}" \
    >>"$AISTACK_CONFIG"
  run --separate-stderr aistack install ollama
  assert_equal 0 "$status"
  assert_equal aistack-ollama "$(on_podman ps --format '{{.Names}}')"
}

@test "container_runtime: podman, where there is none: its own socket is named" {
  unset DOCKER_HOST
  printf 'container_runtime: podman\n' >>"$AISTACK_CONFIG"
  fault engine-no-podman 3 "Podman's socket is not there" "Start it." status
}

@test "what Podman cannot do is named where it is asked for" {
  cat >"$ETC/mine.yaml" <<YAML
services:
  mine:
    image: $AISTACK_TEST_IMAGE
    links: ["other"]
  other:
    image: $AISTACK_TEST_IMAGE
YAML
  fault engine-podman-links 1 "The file asks for what Podman does not have" \
    "Take the key out: services of one file reach each other by name without it." install mine
  assert_equal etc-other-1 "$(on_podman ps -a --format '{{.Names}}')"
  aistack remove mine
  assert_equal "" "$(on_podman ps -aq)"
}
