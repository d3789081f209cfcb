#!/usr/bin/env bats
# Ctrl-C and a second aistack at the wrong moment.

load support

# A registry that falls silent in the middle of the layer, and an install that waits for it.
install_stalled() {
  background "$AISTACK_TEST_SIMULATOR" stall-proxy 5001 "${AISTACK_TEST_REGISTRY#*:}" 4000000
  printf 'services:\n  ollama:\n    image: 127.0.0.1:5001/aistack-lab/big:1\n' \
    >"$ETC/ollama.override.yaml"
  eventually curl -sf http://127.0.0.1:5001/v2/
  background aistack install ollama
  eventually grep -q pulling "$BOX/background.out"
}

@test "Ctrl-C in the middle of a pull leaves the old state and says so" {
  before=$(engine_state)
  install_stalled
  kill -INT "$BACKGROUND"
  code=0
  wait "$BACKGROUND" || code=$?
  assert_equal 130 "$code"
  assert_equal "$before" "$(engine_state)"
  grep -q "nothing was changed" "$BOX/background.out"
  use_image ollama ollama/ollama:1
  aistack install ollama
  assert_equal green "$(health_of ollama)"
}

@test "Ctrl-C while waiting for green leaves the new container and says so" {
  use_image ollama ollama/ollama:never
  background aistack install ollama
  is_running() { [ "$(docker inspect -f '{{.State.Running}}' aistack-ollama 2>/dev/null)" = true ]; }
  eventually is_running
  kill -INT "$BACKGROUND"
  code=0
  wait "$BACKGROUND" || code=$?
  assert_equal 130 "$code"
  grep -q "state: " "$BOX/background.out"
  assert_equal running "$(state_of ollama)"
}

@test "a second aistack names the first and its operation" {
  install_stalled
  run --separate-stderr aistack stop ollama
  assert_equal 1 "$status"
  assert_line "$BACKGROUND"
  assert_line install
  assert_line "nothing was changed"
}

@test "kill -9 in the middle of a pull leaves nothing that stands in the way" {
  install_stalled
  kill -9 "$BACKGROUND"
  use_image ollama ollama/ollama:1
  eventually aistack install ollama
  assert_equal green "$(health_of ollama)"
}
