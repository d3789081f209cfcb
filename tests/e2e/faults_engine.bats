#!/usr/bin/env bats
# Engines that are not there, are too old, answer nonsense, or die in the middle.

load support
load faults_golden

@test "the engine is not there, or not ours to use" {
  export DOCKER_HOST=unix://$BOX/nothing.sock
  fault engine-absent 3 "The engine is not running" "Start it, or say where it is." install ollama
  export DOCKER_HOST=tcp://127.0.0.1:1
  fault engine-no-port 3 "Nobody listens at the engine's port" "Correct DOCKER_HOST or \`engine.socket\`." \
    status
  export DOCKER_HOST=ssh://root@elsewhere
  run --separate-stderr aistack status
  assert_equal 2 "$status"
  assert_line "ssh"
  assert_line "unix:///path/to/docker.sock or tcp://host:port"
  touch "$BOX/file.sock"
  export DOCKER_HOST=unix://$BOX/file.sock
  fault engine-no-socket 3 "The engine's socket is an ordinary file" \
    "Correct DOCKER_HOST or \`engine.socket\`." status
}

# answers NAME BYTES: an engine that answers everything with these bytes.
answers() {
  rm -f "$BOX/proxy.sock"
  printf '%b' "$1" >"$BOX/answer"
  shift
  export DOCKER_HOST=$AISTACK_TEST_DOCKER
  engine_through --answer . --file "$BOX/answer" "$@"
}

# with_length BODY: a complete HTTP answer.
with_length() { printf 'HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n%s' ${#1} "$1"; }

@test "the engine is older than the API that aistack speaks, or newer" {
  answers "$(with_length '{"Version":"19.03.15","ApiVersion":"1.40","MinAPIVersion":"1.12"}')"
  fault engine-too-old 1 "The engine is too old" "Docker Engine 20.10 is the oldest that works." \
    install ollama
  answers "$(with_length '{"Version":"99.0","ApiVersion":"1.99","MinAPIVersion":"1.90"}')"
  fault engine-too-new 1 "The engine no longer speaks a version of the API that aistack knows" \
    "Update aistack." install ollama
}

@test "what answers is no engine, or talks nonsense" {
  answers "$(with_length '<html>hello</html>')"
  fault engine-html 1 "What answers is another program" \
    "Correct DOCKER_HOST or \`engine.socket\`." status
  answers "$(with_length '{"message": "hello"}')"
  fault engine-other-json 1 "What answers has no engine behind it" \
    "Correct DOCKER_HOST or \`engine.socket\`." status
  answers 'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"Version":'
  fault engine-cut-off 1 "An answer is cut off" "Look at the engine's log; try again." status
  answers 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'
  fault engine-bad-chunk 1 "An answer is no HTTP" "Look at what is between aistack and the engine." status
  answers 'SSH-2.0-OpenSSH_9.2\r\n'
  fault engine-no-http 1 "What answers speaks another protocol" \
    "Correct DOCKER_HOST or \`engine.socket\`." status
  answers ''
  fault engine-closes 3 "The engine closes the connection" "Restart the engine." status
}

@test "the engine accepts and never answers" {
  answers '' --hold
  fault engine-hangs 3 "The engine does not answer" "Restart the engine." status
}

# One run of `aistack COMMAND` with the engine going away at request N. REACHED: there was one. Not
# called as a condition, in which no failure would count.
dies_at() {
  local n=$1 when=$2 before
  shift 2
  REACHED=no
  before=$(engine_state)
  engine_through --cut "$n" --when "$when"
  run --separate-stderr timeout 60 "$AISTACK_BINARY" "$@"
  # It may be done before its N-th request: then that was the last place.
  export DOCKER_HOST=$AISTACK_TEST_DOCKER
  [ "$(wc -l <"$BOX/requests")" -ge "$n" ] || return 0
  # Done as well: the last thing is a look at a green service, which stays green without its answer.
  [ "$status" != 0 ] || [[ $(tail -n 1 "$BOX/requests") != *"GET /"*"/containers/"*"/json"* ]] || return 0
  REACHED=yes
  assert_equal "$when $n 3" "$when $n $status"
  assert_line "  state: "
  if [[ $stderr == *"state: nothing was changed"* ]]; then
    assert_unchanged "$before"
  fi
  assert_tidy
}

# dies_everywhere WHEN PREPARE COMMAND…: every place of `aistack COMMAND` in turn; PREPARE makes the
# state before it anew each time.
dies_everywhere() {
  local whens=$1 prepare=$2 n when
  shift 2
  for when in $whens; do
    for ((n = 1; n <= 40; ++n)); do
      start_over "$prepare"
      dies_at "$n" "$when" "$@"
      [ $REACHED = yes ] || break
      again "$@"
    done
    [ "$n" -gt 5 ]
  done
}

fresh() { docker pull -q "$AISTACK_TEST_REGISTRY/ollama/ollama:1"; }
installed() { aistack install ollama; }
changed() {
  aistack install ollama
  printf '    environment:\n      CHANGED: "1"\n' >>"$ETC/ollama.override.yaml"
}

# The engine is back: the same command does its work, and nothing else is left.
again() {
  run --separate-stderr timeout 60 "$AISTACK_BINARY" "$@"
  assert_equal 0 "$status"
  case $1 in
    install)
      assert_equal "aistack-ollama running" "$(docker ps -a --format '{{.Names}} {{.State}}')"
      assert_equal "ollama_data" "$(docker volume ls -q)"
      ;;
    remove) assert_equal "" "$(docker ps -aq)" ;;
  esac
  assert_equal aistack-net "$(docker network ls --filter type=custom --format '{{.Name}}')$(
    [ "$1" = install ] || echo aistack-net)"
}

@test "the engine dies at any step of an install, and comes back" {
  dies_everywhere "before after" fresh install ollama
}

@test "the engine dies at any step of a replacement, and comes back" {
  dies_everywhere after changed install ollama
}

@test "the engine dies at any step of a removal, and comes back" {
  dies_everywhere after installed remove ollama
}

@test "the engine dies while a container is made: the message" {
  fresh
  engine_through --cut 10 --when after
  fault engine-dies 3 "The engine dies in the middle" \
    "Start the engine and repeat the command: it finds what was begun." install ollama
  [[ $(sed -n 10p "$BOX/requests") == *" POST "* ]]
}

@test "the engine is gone for one request and back: what only reads goes on" {
  aistack install ollama
  engine_through --cut 2 --back
  run --separate-stderr timeout 60 "$AISTACK_BINARY" status
  [ "$status" = 0 ] || [ "$status" = 3 ]
  run --separate-stderr timeout 60 "$AISTACK_BINARY" status
  assert_equal 0 "$status"
}

# descriptors: how many the program in the background has open.
descriptors() { find "/proc/$BACKGROUND/fd" -mindepth 1 | wc -l; }
has_descriptors() { [ "$(descriptors)" = "$1" ]; }
# shows TEXT: the program in the background prints it from now on.
shows() {
  : >"$BOX/background.out"
  eventually grep -qa "$1" "$BOX/background.out"
}

@test "what goes on through all of it keeps no descriptor" {
  printf 'health:\n  timeout_ms: 500\n' >>"$BOX/config.yaml"
  aistack install ollama
  background aistack status --watch
  shows green
  before=$(descriptors)
  for _ in 1 2 3; do
    stop_engine
    shows "Cannot connect"
    start_engine
    shows green
    # A probe that gets no answer, so soon after the start.
    docker pause aistack-ollama >/dev/null
    shows yellow
    docker unpause aistack-ollama >/dev/null
    shows green
    docker kill aistack-ollama >/dev/null
    shows red
    docker start aistack-ollama >/dev/null
    shows green
  done
  eventually has_descriptors "$before"
}
