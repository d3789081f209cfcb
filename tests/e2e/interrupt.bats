#!/usr/bin/env bats
# Ctrl-C and a second aistack at the wrong moment.

load support
load faults_golden

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
  assert_green ollama
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

# The engine has begun to stop it, and it takes its time.
told_to_end() { docker logs aistack-ollama 2>&1 | grep -q "told to end"; }

@test "Ctrl-C while a restart stops a slow service: it runs again" {
  use_image ollama ollama/ollama:1
  printf '    environment:\n      SIM_FAULT: stubborn:8\n' >>"$ETC/ollama.override.yaml"
  aistack install ollama
  started() { docker inspect -f '{{.State.StartedAt}} {{.State.Running}}' aistack-ollama; }
  before=$(started)
  background aistack restart ollama
  eventually told_to_end
  kill -INT "$BACKGROUND"
  code=0
  wait "$BACKGROUND" || code=$?
  assert_equal 130 "$code"
  grep -q "what ran before runs again" "$BOX/background.out"
  [ "$before" != "$(started)" ]
  eventually is_green ollama
}

@test "Ctrl-C again ends what takes too long to end, and the next command goes on from there" {
  use_image ollama ollama/ollama:1
  printf '    environment:\n      SIM_FAULT: stubborn:8\n' >>"$ETC/ollama.override.yaml"
  aistack install ollama
  background aistack stop ollama
  eventually told_to_end
  kill -INT "$BACKGROUND"
  eventually grep -q "Ctrl-C again" "$BOX/background.out"
  kill -INT "$BACKGROUND"
  code=0
  wait "$BACKGROUND" || code=$?
  assert_equal 130 "$code"
  grep -q "the next aistack command finishes or undoes what was begun" "$BOX/background.out"
  aistack stop ollama
  assert_equal stopped "$(state_of ollama)"
}

@test "two signals at once end a command, and do not keep it" {
  for _ in $(seq 1 20); do
    background aistack status --watch
    eventually grep -q "No services" "$BOX/background.out"
    kill -TERM "$BACKGROUND"
    kill -INT "$BACKGROUND" || true # it may be gone by now
    code=0
    timeout 10 tail --pid="$BACKGROUND" -f /dev/null
    wait "$BACKGROUND" || code=$?
    assert_equal 130 "$code"
  done
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
  assert_green ollama
}

# One run of `aistack COMMAND` that gets SIGNAL while its request N is with the engine. REACHED: there
# was one. Not called as a condition, in which no failure would count.
interrupted_at() {
  local n=$1 signal=$2 code=0
  shift 2
  REACHED=no
  rm -f "$BOX/pid"
  engine_through --cut "$n" --signal "$signal" --pid-file "$BOX/pid"
  background aistack "$@"
  echo "$BACKGROUND" >"$BOX/pid"
  wait "$BACKGROUND" || code=$?
  export DOCKER_HOST=$AISTACK_TEST_DOCKER
  [ "$(wc -l <"$BOX/requests")" -ge "$n" ] || return 0
  REACHED=yes
  # Only the last request of all may have been the end of it.
  [ "$code" = 130 ] || assert_equal "$signal $n 0 $n" "$signal $n $code $(wc -l <"$BOX/requests")"
  assert_tidy
}

# old_or_new BEFORE CONTAINERS: as before or with one container of ours, nothing beside it, and as
# the message says.
old_or_new() {
  local names
  names=$(docker ps -a --format '{{.Names}}')
  [ "$names" = aistack-ollama ] || assert_equal "$2" "$names"
  if grep -qE "state: (nothing was changed|the previous container is back)" "$BOX/background.out"; then
    assert_unchanged "$1"
  fi
}

# Every place of an install in turn, with either signal.
interrupted_everywhere() {
  local prepare=$1 n signals=(INT TERM) before containers
  for ((n = 1; n <= 40; ++n)); do
    start_over "$prepare"
    before=$(engine_state)
    containers=$(docker ps -a --format '{{.Names}}')
    interrupted_at "$n" "${signals[n % 2]}" install ollama
    [ $REACHED = yes ] || break
    old_or_new "$before" "$containers"
    run --separate-stderr timeout 60 "$AISTACK_BINARY" install ollama
    assert_equal "$n 0" "$n $status"
    assert_equal "aistack-ollama running" "$(docker ps -a --format '{{.Names}} {{.State}}')"
  done
  [ "$n" -gt 5 ]
}

fresh() { docker pull -q "$AISTACK_TEST_REGISTRY/ollama/ollama:1"; }
changed() {
  aistack install ollama
  printf '    environment:\n      CHANGED: "1"\n' >>"$ETC/ollama.override.yaml"
}

@test "a signal at any step of an install leaves the old state or the new one" {
  interrupted_everywhere fresh
}

@test "a signal at any step of a replacement leaves the old state or the new one" {
  interrupted_everywhere changed
}

@test "Ctrl-C: the message" {
  fresh
  interrupted_at 8 INT install ollama
  keep interrupt-install 130 "Ctrl-C in the middle of an install" \
    "Nothing is left behind; run the command again when you like." "aistack install ollama" \
    "$(sed -n '/^error: /,$p' "$BOX/background.out" | mask)"
  aistack install ollama
  changed
  interrupted_at 11 INT install ollama
  keep interrupt-replace 130 "Ctrl-C while a container is replaced" \
    "The old container runs as before." "aistack install ollama" \
    "$(sed -n '/^error: /,$p' "$BOX/background.out" | mask)"
}
