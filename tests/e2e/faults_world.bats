#!/usr/bin/env bats
# What is there already, who else is at work, and what kind of terminal it is.

load support
load faults_golden

@test "a container of somebody else's that has our name" {
  docker run -d --name aistack-ollama "$AISTACK_TEST_IMAGE"
  fault conflict-container 1 "A container of somebody else's has the name" \
    "aistack never touches it: rename one of the two." install ollama
}

@test "a network of somebody else's that has our name is used and kept" {
  docker network create --label whose=mine aistack-net
  id=$(docker network inspect -f '{{.Id}}' aistack-net)
  aistack install ollama
  assert_equal "$id" "$(docker network inspect -f '{{.Id}}' aistack-net)"
  aistack remove ollama
  assert_equal "$id" "$(docker network inspect -f '{{.Id}}' aistack-net)"
}

@test "a volume that exists is used as it is, whatever its driver does" {
  docker volume create --label whose=mine -o type=tmpfs -o device=tmpfs ollama_data
  before=$(docker volume inspect ollama_data)
  aistack install ollama
  assert_equal ollama_data "$(docker inspect -f '{{range .Mounts}}{{.Name}}{{end}}' aistack-ollama)"
  aistack remove ollama
  assert_equal "$before" "$(docker volume inspect ollama_data)"
}

@test "a port that is taken" {
  docker run -d --name squatter -p 127.0.0.1:11434:8080 "$AISTACK_TEST_IMAGE"
  fault conflict-port-container 1 "A port is taken by another container" \
    "Stop the other container, or publish another port." install ollama
  docker rm -f squatter
  SIM_SERVICE=plain SIM_PORT=11434 SIM_DATA=$BOX/squatter background "$AISTACK_TEST_SIMULATOR"
  eventually curl -sf http://127.0.0.1:11434/
  fault conflict-port-process 1 "A port is taken by a program" \
    "Stop the program, or publish another port." install ollama
}

@test "what the engine refuses leaves no volume behind" {
  cat >"$ETC/mine.yaml" <<YAML
services:
  mine:
    image: $AISTACK_TEST_IMAGE
    runtime: nonsense
    volumes: ["data:/data"]
volumes:
  data:
YAML
  docker network create aistack-net
  docker pull -q "$AISTACK_TEST_IMAGE"
  run --separate-stderr aistack install mine
  assert_equal 1 "$status"
  keep conflict-refused 1 "The engine refuses what the file asks for" \
    "Correct the key that the engine names." "aistack install mine" \
    "$(sed -n '/^error: /,$p' <<<"$stderr" | mask)"
  assert_equal "" "$(docker ps -aq)$(docker volume ls -q)"
  assert_equal "No services installed" "$(aistack status)"
}

@test "an external network or volume that does not exist" {
  cat >"$ETC/mine.yaml" <<YAML
services:
  mine:
    image: $AISTACK_TEST_IMAGE
    networks: [theirs]
networks:
  theirs: { external: true }
YAML
  fault conflict-no-network 1 "A network that others were to make does not exist" "Make it." install mine
  cat >"$ETC/mine.yaml" <<YAML
services:
  mine:
    image: $AISTACK_TEST_IMAGE
    volumes: ["theirs:/data"]
    network_mode: none
volumes:
  theirs: { external: true }
YAML
  fault conflict-no-volume 1 "A volume that others were to make does not exist" "Make it." install mine
}

@test "two installs at once: one does it, the other says who does" {
  local pids=() codes=() pid code i
  for i in 1 2; do
    "$AISTACK_BINARY" install ollama >"$BOX/out.$i" 2>&1 3>&- &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do
    code=0
    wait "$pid" || code=$?
    codes+=("$code")
  done
  assert_equal "0 1" "$(printf '%s\n' "${codes[@]}" | sort | xargs)"
  i=$((codes[0] == 1 ? 1 : 2))
  keep conflict-locked 1 "Another aistack works on the service" \
    "Wait for it, or let aistack wait: \`--lock-timeout\`." "aistack install ollama" \
    "$(sed -n '/^error: /,$p' "$BOX/out.$i" | mask)"
  assert_green ollama
  assert_equal 1 "$(docker ps -aq | wc -l)"
  assert_tidy
}

@test "two services at once share the network" {
  local first second
  "$AISTACK_BINARY" install ollama >"$BOX/out.1" 2>&1 3>&- &
  first=$!
  "$AISTACK_BINARY" install localai >"$BOX/out.2" 2>&1 3>&- &
  second=$!
  wait $first
  wait $second
  assert_equal 1 "$(docker network ls -q --filter name=aistack-net | wc -l)"
}

@test "a reader that goes away ends nothing half-way" {
  run bash -c 'set -o pipefail; "$AISTACK_BINARY" install ollama 2>&1 | head -1'
  assert_green ollama
  run bash -c 'set -o pipefail; "$AISTACK_BINARY" logs ollama 2>&1 | head -1'
  assert_equal 0 "$status"
  assert_tidy
}

@test "standard output closed altogether" {
  run bash -c '"$AISTACK_BINARY" status >&-'
  [ "$status" = 1 ]
  run bash -c '"$AISTACK_BINARY" install ollama >&- 2>&- <&-'
  assert_green ollama
}

@test "no HOME, no locale, no PATH, no terminal" {
  run --separate-stderr env -i "AISTACK_STATE_DIR=$AISTACK_STATE_DIR" \
    "AISTACK_LOG_DIR=$AISTACK_LOG_DIR" "AISTACK_RUN_DIR=$AISTACK_RUN_DIR" \
    "AISTACK_CONFIG=$AISTACK_CONFIG" "AISTACK_COMPOSE_DIR=$AISTACK_COMPOSE_DIR" \
    "DOCKER_HOST=$DOCKER_HOST" "$AISTACK_BINARY" install ollama
  assert_equal 0 "$status"
  [[ $stderr != *$'\e'* ]]
  run --separate-stderr as_nobody --clear-groups env -i -- status
  assert_equal 2 "$status"
  keep disk-no-home 2 "HOME is not set, for a user who is not root" \
    "Set HOME, or name the directories." "aistack status" "$(mask <<<"$stderr")"
}

# on_terminal COLUMNS ARGUMENTS…: aistack on a terminal of that width; what it wrote.
on_terminal() {
  python3 - "$@" <<'PYTHON'
import fcntl, os, pty, struct, sys, termios

def child():
    os.execv(os.environ["AISTACK_BINARY"], ["aistack"] + sys.argv[2:])

pid, master = pty.fork()
if pid == 0:
    size = struct.pack("HHHH", 24, int(sys.argv[1]), 0, 0)
    fcntl.ioctl(1, termios.TIOCSWINSZ, size)
    child()
while True:
    try:
        data = os.read(master, 65536)
    except OSError:
        break
    if not data:
        break
    sys.stdout.buffer.write(data)
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
PYTHON
}

# longest: the most columns that a line of stdin takes on the screen.
longest() {
  python3 -c 'import re, sys
text = sys.stdin.buffer.read().decode()
print(max(map(len, re.split("[\r\n]", re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)))))'
}

@test "a terminal of 40 columns" {
  run on_terminal 40 install ollama
  assert_equal 0 "$status"
  printf '%s' "$output" >"$BOX/screen"
  [ "$(longest <"$BOX/screen")" -le 40 ]
  run on_terminal 40 status
  assert_equal 0 "$status"
  [ "$(longest <<<"$output")" -le 40 ]
}

@test "a clock that is years ahead, and then back" {
  command -v faketime
  DONT_FAKE_MONOTONIC=1 run --separate-stderr faketime -f +10y "$AISTACK_BINARY" install ollama
  assert_equal 0 "$status"
  for command in status "logs ollama" "stop ollama" "start ollama" "install ollama" "remove ollama"; do
    # shellcheck disable=SC2086  # words
    run --separate-stderr timeout 60 "$AISTACK_BINARY" $command
    assert_equal "$command 0" "$command $status"
    [[ $output$stderr != *-[0-9]*[smhd]* ]]
  done
  DONT_FAKE_MONOTONIC=1 run --separate-stderr faketime -f -10y "$AISTACK_BINARY" install ollama
  assert_equal 0 "$status"
}

@test "1,000 containers of others" {
  docker pull -q "$AISTACK_TEST_IMAGE"
  seq 1000 | xargs -P 4 -I{} curl -sf --unix-socket "${AISTACK_TEST_DOCKER#unix://}" -o /dev/null \
    -H 'Content-Type: application/json' -d "{\"Image\": \"$AISTACK_TEST_IMAGE\"}" \
    "http://docker/v1.41/containers/create?name=foreign-{}"
  assert_equal 1000 "$(docker ps -aq | wc -l)"
  SECONDS=0
  run --separate-stderr timeout 60 "$AISTACK_BINARY" install ollama
  assert_equal 0 "$status"
  run --separate-stderr timeout 60 "$AISTACK_BINARY" status
  assert_equal 0 "$status"
  [ $SECONDS -le 60 ]
  assert_equal 1 "$(aistack --json status | jq '.services | length')"
  aistack remove ollama
  assert_equal 1000 "$(docker ps -aq | wc -l)"
}

@test "no descriptor is left open" {
  strace -f -qq -e trace=openat,socket,accept4,pipe2,eventfd2,epoll_create1,timerfd_create,dup,close,fcntl,close_range \
    -o "$BOX/trace" "$AISTACK_BINARY" status
  # What is opened and never closed: asio's own three (epoll, event, timer) and the connections that
  # the end of the process closes; files are closed one and all.
  run python3 - "$BOX/trace" <<'PYTHON'
import re, sys

opened = {}
files = 0
for line in open(sys.argv[1], encoding="utf-8"):
    match = re.search(r"(openat|socket|dup|eventfd2|epoll_create1|timerfd_create)\((.*)\) = (\d+)$", line)
    if match:
        opened[match[3]] = match[1]
        files += match[1] == "openat"
    match = re.search(r"close\((\d+)\)", line)
    if match:
        opened.pop(match[1], None)
assert files > 3, "the trace shows no files"
print(" ".join(sorted(set(opened.values()))))
PYTHON
  assert_equal 0 "$status"
  [[ $output != *openat* && $output != *dup* ]]
}

@test "status --watch holds the same descriptors all the time" {
  aistack install ollama
  background aistack status --watch
  screens() { grep -c "GPU Lock" "$BOX/background.out"; }
  shown() { [ "$(screens)" -ge "$1" ]; }
  eventually shown 2
  before=$(find "/proc/$BACKGROUND/fd" -mindepth 1 | wc -l)
  eventually shown 5
  assert_equal "$before" "$(find "/proc/$BACKGROUND/fd" -mindepth 1 | wc -l)"
}
