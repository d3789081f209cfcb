#!/usr/bin/env bats
# health, repair and versions.

load support

@test "health shows each service's answer, and --save keeps it" {
  aistack install ollama
  run aistack health --save
  assert_equal 0 "$status"
  assert_line "ollama"
  assert_line "200 in"
  assert_equal green "$(jq -r '.services[0].health' "$BOX/state/health_report.json")"
  docker kill aistack-ollama
  run aistack health
  assert_equal 6 "$status"
  assert_line "aistack repair ollama"
}

listens() { aistack logs "$1" | grep -q listening; }

@test "health of a stack in which services hang costs one probe's time" {
  for number in $(seq 1 20); do
    fault=
    [ "$number" -gt 5 ] || fault=hang
    cat >"$ETC/many$number.yaml" <<YAML
services:
  many$number:
    image: $AISTACK_TEST_REGISTRY/aistack-lab/plain:1
    environment: { SIM_FAULT: "$fault" }
    ports: ["127.0.0.1:$((12100 + number)):8080"]
x-aistack: { health: { port: 8080, path: /, startup_timeout: 60s } }
YAML
  done
  printf 'health:\n  timeout_ms: 4000\nvolumes:\n  root: %s\n' "$VOLUMES" >"$BOX/config.yaml"
  aistack install --no-wait many{1..20}
  # What does not listen yet refuses, and hangs nobody.
  for number in {1..5}; do eventually listens "many$number"; done
  start=$(date +%s%N)
  run aistack --json health
  took=$((($(date +%s%N) - start) / 1000000))
  assert_equal 6 "$status"
  assert_equal 5 "$(jq '[.services[] | select(.probe.outcome == "timed_out")] | length' <<<"$output")"
  # One probe and the half second in which a service that is not up yet is watched; five probes
  # one after the other would be twenty seconds.
  [ "$took" -lt 15000 ]
}

@test "repair leaves a green service alone" {
  aistack install ollama
  id=$(container_id aistack-ollama)
  run aistack repair ollama
  assert_equal 0 "$status"
  assert_line "nothing to repair"
  assert_equal "$id" "$(container_id aistack-ollama)"
}

@test "repair names a deleted network, and the service is green again with its data" {
  aistack install ollama
  echo precious >"$VOLUMES/ollama_data/kept"
  docker stop -t 1 aistack-ollama
  docker network disconnect -f aistack-net aistack-ollama || true
  docker network rm aistack-net
  run aistack repair ollama --dry-run
  assert_equal 0 "$status"
  assert_line "its network was deleted"
  assert_line "would create the network aistack-net"
  run aistack repair ollama
  assert_equal 0 "$status"
  assert_line "repaired, green"
  assert_green ollama
  assert_equal precious "$(cat "$VOLUMES/ollama_data/kept")"
  jq -e '.causes | index("its network was deleted")' "$BOX/state/ollama_repair.json"
  jq -e '.last_lines | length > 0' "$BOX/state/ollama_repair.json"
}

@test "repair names a port that something else took, and changes nothing" {
  aistack install ollama
  docker stop -t 1 aistack-ollama
  background python3 -m http.server 11434 --bind 127.0.0.1
  eventually curl -so /dev/null http://127.0.0.1:11434/
  before=$(engine_state | grep -v repair.json)
  run aistack repair ollama
  assert_equal 1 "$status"
  assert_line "port 11434 is already in use"
  assert_equal "$before" "$(engine_state | grep -v repair.json)"
}

@test "health --save that cannot save gives one document, the error" {
  mkdir -p "$AISTACK_STATE_DIR/health_report.json/in-the-way"
  run --separate-stderr aistack --json health --save
  assert_equal 1 "$status"
  assert_equal "cannot save the health report" "$(jq -rs 'map(.error.what) | join(" ")' <<<"$output")"
}

@test "versions lock pins what runs, and a start with it changes nothing" {
  aistack install ollama
  run aistack versions
  assert_line "mode=rolling"
  run aistack versions lock
  assert_equal 0 "$status"
  grep -q "^ollama:$AISTACK_TEST_REGISTRY/ollama/ollama@sha256:" "$AISTACK_VERSIONS_LOCK"
  id=$(container_id aistack-ollama)
  aistack start ollama
  assert_equal "$id" "$(container_id aistack-ollama)"
  run aistack update ollama
  assert_line "already up to date ($AISTACK_VERSIONS_LOCK holds it)"
}

@test "the playbook's manual rollback: stop, docker rm, edit the lock, start" {
  aistack install ollama
  use_image ollama ollama/ollama:2
  aistack update ollama
  aistack stop ollama
  docker rm aistack-ollama
  printf 'ollama:%s/ollama/ollama:1\n' "$AISTACK_TEST_REGISTRY" >"$AISTACK_VERSIONS_LOCK"
  aistack start ollama
  assert_green ollama
  assert_equal "$AISTACK_TEST_REGISTRY/ollama/ollama:1" \
    "$(docker inspect -f '{{.Config.Image}}' aistack-ollama)"
}

@test "a versions.lock that cannot be used keeps services from starting, and nothing else" {
  aistack install ollama
  echo 'ollama https://example.com' >"$AISTACK_VERSIONS_LOCK"
  for command in "status" "stop ollama"; do
    # shellcheck disable=SC2086  # words
    run --separate-stderr aistack $command
    assert_equal 0 "$status"
    assert_line "nothing can be started: $AISTACK_VERSIONS_LOCK:1:"
  done
  run --separate-stderr aistack start ollama
  assert_equal 2 "$status"
}
