#!/usr/bin/env bats
# `purge --all`: from every state a clean slate, on which a new installation becomes green; and
# nothing of anybody else's is touched.

load support

# Nothing of aistack's is left in the engine or on disk.
assert_clean() {
  assert_equal "" "$(docker ps -aq --filter label=io.aistack.service)"
  assert_equal "" "$(docker volume ls -q --filter label=io.aistack.volume)"
  assert_equal "" "$(docker network ls -q --filter label=io.aistack.network)"
  [ ! -d "$AISTACK_STATE_DIR" ] || assert_equal "" "$(find "$AISTACK_STATE_DIR" -type f)"
  [ ! -d "$AISTACK_LOG_DIR" ] || assert_equal "" "$(find "$AISTACK_LOG_DIR" -type f)"
  [ ! -e "$VOLUMES/ollama_data" ]
  run aistack status
  assert_equal 0 "$status"
  assert_line "No services installed"
}

assert_purges() {
  run --separate-stderr aistack purge --all --yes
  assert_equal 0 "$status"
  assert_clean
  aistack install ollama
  assert_green ollama
}

# A directory of ours below the state directory, as on a machine without volumes.root.
default_root() {
  printf 'profile: minimal\n' >"$AISTACK_CONFIG"
  VOLUMES=$AISTACK_STATE_DIR/volumes
}

@test "nothing installed" {
  run aistack purge --all
  assert_equal 0 "$status"
  assert_line "Nothing of aistack's was found"
  assert_purges
}

@test "three services with data" {
  aistack install --profile standard-gpu
  curl -s http://127.0.0.1:11434/api/pull -d '{"model": "llama3.2:3b"}' >/dev/null
  run --separate-stderr aistack --json purge --all --yes
  assert_equal 0 "$status"
  assert_equal true "$(jq .clean <<<"$output")"
  assert_equal 3 "$(jq '.containers | length' <<<"$output")"
  [ "$(jq .freed_bytes <<<"$output")" -gt 0 ]
  assert_clean
  [ -f "$AISTACK_CONFIG" ]
  [ -f "$SHIPPED/ollama.yaml" ]
  aistack install --profile standard-gpu
  assert_green openwebui
}

@test "the default root below the state directory" {
  default_root
  aistack install ollama
  assert_purges
}

@test "created, not started" {
  aistack install ollama --no-start
  assert_purges
}

@test "an installation killed in the middle" {
  docker pull -q "$AISTACK_TEST_REGISTRY/ollama/ollama:1"
  use_image ollama ollama/ollama:never
  background aistack install ollama
  eventually docker inspect aistack-ollama
  kill -KILL "$BACKGROUND"
  wait "$BACKGROUND" || true
  use_image ollama ollama/ollama:1
  assert_purges
}

@test "an update killed in the middle" {
  aistack install ollama
  use_image ollama ollama/ollama:2
  background aistack update ollama
  eventually docker inspect aistack-ollama.aistack-previous
  kill -KILL "$BACKGROUND"
  wait "$BACKGROUND" || true
  run --separate-stderr aistack purge --all --yes
  assert_equal 0 "$status"
  assert_equal "" "$(docker ps -aq)"
  assert_clean
  aistack install ollama
}

@test "a purge killed in the middle" {
  aistack install --profile standard-gpu
  background aistack purge --all --yes
  one_is_gone() { [ "$(docker ps -aq | wc -l)" -lt 3 ]; }
  eventually one_is_gone
  kill -KILL "$BACKGROUND"
  wait "$BACKGROUND" || true
  assert_purges
}

@test "an engine without the network" {
  aistack install ollama
  docker network disconnect -f aistack-net aistack-ollama
  docker network rm aistack-net
  assert_purges
}

@test "a network made again by hand goes too" {
  aistack install ollama
  docker network disconnect -f aistack-net aistack-ollama
  docker network rm aistack-net
  docker network create aistack-net
  docker network connect aistack-net aistack-ollama
  run aistack purge --all --yes
  assert_equal 0 "$status"
  run docker network inspect aistack-net
  assert_equal 1 "$status"
}

@test "a foreign container in our network keeps it, and is named" {
  aistack install ollama
  docker run -d --name guest --network aistack-net "$AISTACK_TEST_IMAGE"
  run --separate-stderr aistack purge --all --yes
  assert_equal 1 "$status"
  assert_line "network aistack-net: it is used by the container guest"
  assert_line "docker network disconnect -f aistack-net guest"
  assert_equal running "$(docker inspect -f '{{.State.Status}}' guest)"
  assert_equal "" "$(docker ps -aq --filter label=io.aistack.service)"
  [ ! -e "$VOLUMES/ollama_data" ]
  docker network disconnect -f aistack-net guest
  assert_purges
}

@test "what only bears one of our names is not touched" {
  docker volume create ollama_data
  docker run -d --name aistack-openwebui -v ollama_data:/x "$AISTACK_TEST_IMAGE"
  docker network create aistack-net
  docker run -d --name composed --label com.docker.compose.project=aistack-ollama \
    --label com.docker.compose.service=ollama --label com.docker.compose.oneoff=True \
    "$AISTACK_TEST_IMAGE"
  aistack install localai
  run --separate-stderr aistack purge --all --yes
  assert_line "container aistack-openwebui: aistack did not make this container"
  assert_line "volume ollama_data: aistack did not make this volume"
  assert_equal running "$(docker inspect -f '{{.State.Status}}' aistack-openwebui)"
  assert_equal running "$(docker inspect -f '{{.State.Status}}' composed)"
  docker volume inspect ollama_data
}

@test "damaged state documents are no obstacle" {
  aistack install ollama
  echo '{"schema": 1, "half' >"$AISTACK_STATE_DIR/ollama_update_plan.json"
  echo garbage >"$AISTACK_STATE_DIR/ollama_service.json"
  assert_purges
}

@test "a malformed versions.lock and a broken catalog file are no obstacle" {
  aistack install ollama
  export AISTACK_VERSIONS_LOCK=$BOX/versions.lock
  echo 'no colon' >"$AISTACK_VERSIONS_LOCK"
  printf 'services: [\n' >"$ETC/ollama.override.yaml"
  run --separate-stderr aistack purge --all --yes
  assert_equal 0 "$status"
  assert_equal "" "$(docker ps -aq)"
  assert_equal "" "$(docker volume ls -q)"
}

@test "a broken configuration: refused, since it says where the volumes lie" {
  aistack install ollama
  echo 'nonsense: 1' >>"$AISTACK_CONFIG"
  run --separate-stderr aistack purge --all --yes
  assert_equal 2 "$status"
  assert_line "state: nothing was changed"
  container_id aistack-ollama
}

@test "a volume that another container uses stays, and says what to do" {
  aistack install ollama
  docker run -d --name squatter -v ollama_data:/x "$AISTACK_TEST_IMAGE"
  run --separate-stderr aistack purge --all --yes
  assert_equal 1 "$status"
  assert_line "volume ollama_data: it is in use by the container squatter"
  assert_line "docker rm -f squatter"
  assert_line "aistack purge --all"
  [ -d "$VOLUMES/ollama_data" ]
  docker rm -f squatter
  assert_purges
}

@test "without a terminal and without --yes: refused, with what to type" {
  aistack install ollama
  run --separate-stderr aistack purge --all
  assert_equal 2 "$status"
  assert_line "aistack purge --all --yes"
  assert_line "state: nothing was changed"
  assert_green ollama
}

@test "--all is wanted" {
  run --separate-stderr aistack purge --yes
  assert_equal 2 "$status"
  assert_line "aistack purge --all"
}

# asked ANSWERS…: purge --all on a terminal, each answer typed when something is asked.
asked() {
  (for answer in "$@"; do
    sleep 0.5
    echo "$answer"
  done) | script -qec "$AISTACK_BINARY purge --all" /dev/null
}

@test "on a terminal it asks twice, and says what is lost" {
  aistack install ollama
  run asked y no
  assert_equal 2 "$status"
  assert_line "ollama_data ("
  assert_line "aistack-ollama"
  assert_line "type the word purge"
  assert_line "nothing was changed"
  assert_green ollama
  run asked n
  assert_equal 2 "$status"
  run asked y purge
  assert_equal 0 "$status"
  assert_line "Nothing is left over"
  assert_clean
}

@test "--remove-configs takes /etc/aistack, and leaves the shipped catalog" {
  aistack install ollama
  # shellcheck disable=SC2016  # the inner shell expands it
  run unshare -m bash -c 'mount -t tmpfs none /etc && mkdir -p /etc/aistack/compose &&
    cp "$AISTACK_CONFIG" /etc/aistack/config.yaml && cp "$1"/* /etc/aistack/compose &&
    unset AISTACK_CONFIG && export AISTACK_COMPOSE_DIR=$2:/etc/aistack/compose &&
    "$AISTACK_BINARY" purge --all --remove-configs --yes && ls /etc' _ "$ETC" "$SHIPPED"
  assert_equal 0 "$status"
  assert_line "/etc/aistack"
  assert_equal 0 "$(tail -n 1 <<<"$output" | grep -c '^aistack$')"
  [ -f "$SHIPPED/ollama.yaml" ]
  assert_clean
}

@test "a service that works on something is not pulled away under it" {
  use_image ollama ollama/ollama:never
  background aistack install ollama
  eventually docker inspect aistack-ollama
  run --separate-stderr aistack purge --all --yes
  assert_equal 1 "$status"
  assert_line "pid $BACKGROUND"
  assert_line "state: nothing was changed"
  container_id aistack-ollama
}

@test "the state directory emptied by hand: install finds the old containers and volumes" {
  default_root
  aistack install --profile standard-gpu
  rm -rf "${AISTACK_STATE_DIR:?}"/*
  run --separate-stderr aistack install --profile standard-gpu
  assert_equal 0 "$status"
  for service in ollama openwebui localai; do assert_green $service; done
  [ -d "$VOLUMES/ollama_data" ]
  docker restart aistack-ollama
  eventually curl -sf http://127.0.0.1:11434/
}
