#!/usr/bin/env bats
# What goes wrong: each ends with a message that says what, why, in what state and what next, with
# its exit code, and with nothing changed.

load support

# fails CODE ARGUMENTS…: aistack fails with this exit code, writes a complete error to stderr and
# nothing to stdout, and leaves the engine and the state as they were.
fails() {
  local code=$1 before after
  shift
  before=$(engine_state)
  run --separate-stderr aistack "$@"
  after=$(engine_state)
  assert_equal "$code" "$status"
  assert_equal "" "$output"
  [[ $stderr == *"error: "* && $stderr == *"  why: "* ]]
  assert_equal "$before" "$after"
}

@test "engine absent" {
  export DOCKER_HOST=unix://$BOX/nothing.sock
  run --separate-stderr aistack install ollama
  assert_equal 3 "$status"
  assert_line "$BOX/nothing.sock"
  assert_line "  next:"
  run --separate-stderr aistack status
  assert_equal 3 "$status"
  [ ! -e "$AISTACK_STATE_DIR" ] || assert_equal "" "$(find "$AISTACK_STATE_DIR" -name '*.json')"
}

@test "engine denied" {
  run --separate-stderr as_nobody --clear-groups -- status
  assert_equal 3 "$status"
  assert_line "ermission denied"
  assert_line "  next:"
  assert_line "docker"
}

@test "image unknown" {
  use_image ollama ollama/ollama:nope
  fails 1 install ollama
  assert_line "$AISTACK_TEST_REGISTRY/ollama/ollama:nope"
  assert_line "state: nothing was changed"
  assert_line "  next:"
}

@test "registry down" {
  printf 'services:\n  ollama:\n    image: 127.0.0.1:5999/ollama/ollama:1\n' \
    >"$ETC/ollama.override.yaml"
  fails 1 install ollama
  assert_line "127.0.0.1:5999"
  assert_line "connection refused"
  assert_line "state: nothing was changed"
}

@test "port taken by a process: named, with its pid" {
  SIM_SERVICE=plain SIM_PORT=11434 SIM_DATA=$BOX/squatter background "$AISTACK_TEST_SIMULATOR"
  eventually curl -sf http://127.0.0.1:11434/
  fails 1 install ollama
  assert_line "port 11434 is already in use"
  assert_line "pid $BACKGROUND"
  assert_line "$(basename "$AISTACK_TEST_SIMULATOR" | cut -c1-15)"
  assert_line "state: nothing was changed"
  assert_line 'change "ports" in'
}

@test "port taken by a container: named" {
  docker run -d --name squatter -p 3000:8080 "$AISTACK_TEST_IMAGE"
  fails 1 install openwebui
  assert_line "port 3000 is already in use"
  assert_line squatter
  assert_line "state: nothing was changed"
}

@test "a port that is taken stops a profile before anything is changed" {
  docker run -d --name squatter -p 8080:8080 "$AISTACK_TEST_IMAGE"
  fails 1 install --profile standard-gpu
  assert_line "port 8080 is already in use"
}

@test "a misspelt service gets a suggestion" {
  fails 2 start olama
  assert_line "did you mean ollama?"
}

@test "a misspelt profile gets a suggestion" {
  fails 2 install --profile standard-gpus
  assert_line "standard-gpu"
}

@test "a malformed catalog file is named with its lines, all mistakes at once" {
  cat >"$ETC/broken.yaml" <<YAML
services:
  broken:
    imagee: x
    ports: ["99999:80"]
YAML
  fails 2 install broken
  assert_line "$ETC/broken.yaml:3:"
  assert_line "$ETC/broken.yaml:4:"
  aistack install ollama
}

@test "a key that we cannot honour says what to do instead" {
  printf 'services:\n  built:\n    build: .\n' >"$ETC/built.yaml"
  fails 2 install built
  assert_line "$ETC/built.yaml:3: unsupported key \"build\""
}

@test "a container of somebody else's with our name stays untouched" {
  docker run -d --name aistack-ollama "$AISTACK_TEST_IMAGE"
  fails 1 install ollama
  assert_line aistack-ollama
}

@test "a malformed configuration is named with its line" {
  printf 'health:\n  slow_msec: 5\n' >>"$AISTACK_CONFIG"
  fails 2 status
  assert_line "config.yaml:4:"
  assert_line "slow_ms"
}

@test "a service that never becomes green is left to be looked at" {
  use_image ollama ollama/ollama:never
  run --separate-stderr aistack install ollama --timeout 2
  assert_equal 1 "$status"
  assert_line "error: "
  assert_line "state: "
  assert_equal running "$(state_of ollama)"
}

@test "a broken new image does not take the old container away" {
  aistack install ollama
  before=$(container_id aistack-ollama)
  use_image ollama ollama/ollama:nope
  fails 1 install ollama
  assert_equal "$before" "$(container_id aistack-ollama)"
  assert_equal 200 "$(http_status http://127.0.0.1:11434/api/tags)"
}

@test "--json carries the same fields and a stable code" {
  run --separate-stderr aistack --json start olama
  assert_equal 2 "$status"
  assert_equal unknown_service "$(jq -r .error.code <<<"$output")"
}
