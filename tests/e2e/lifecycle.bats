#!/usr/bin/env bats
# Stop, start, restart, status, logs, remove.

load support

@test "stop is remembered, and start takes it back" {
  aistack install ollama
  run aistack stop ollama
  assert_equal 0 "$status"
  assert_line "ollama: stopped"
  assert_equal stopped "$(state_of ollama)"
  assert_equal - "$(health_of ollama)"
  run aistack status --exit-code
  assert_equal 0 "$status"
  run aistack stop ollama
  assert_equal 0 "$status"
  aistack start ollama
  assert_green ollama
}

@test "start recreates a container that is gone" {
  aistack install ollama
  docker rm -f aistack-ollama
  assert_equal missing "$(state_of ollama)"
  run aistack status --exit-code
  assert_equal 6 "$status"
  aistack start ollama
  assert_equal running "$(state_of ollama)"
  assert_green ollama
}

@test "restart keeps the container" {
  aistack install ollama
  before=$(container_id aistack-ollama)
  started=$(docker inspect -f '{{.State.StartedAt}}' aistack-ollama)
  aistack restart ollama
  assert_equal "$before" "$(container_id aistack-ollama)"
  [ "$started" != "$(docker inspect -f '{{.State.StartedAt}}' aistack-ollama)" ]
  assert_green ollama
}

@test "starting what is not installed says how to install it" {
  run --separate-stderr aistack start ollama
  assert_equal 1 "$status"
  assert_line "aistack install ollama"
}

@test "status without services says so" {
  run aistack status
  assert_equal 0 "$status"
  assert_equal "No services installed" "$output"
}

@test "status shows a service that fails as red, with the reason" {
  aistack install ollama
  use_image ollama ollama/ollama:error
  run --separate-stderr aistack install ollama --timeout 3
  assert_equal 1 "$status"
  assert_line "500"
  run aistack status --exit-code
  assert_equal 6 "$status"
  assert_line "500"
}

@test "status --watch goes on until Ctrl-C" {
  aistack install ollama
  background aistack status --watch
  eventually grep -q ollama "$BOX/background.out"
  kill -INT "$BACKGROUND"
  wait "$BACKGROUND" || code=$?
  assert_equal 130 "$code"
}

@test "status starts no process and makes one connection to the engine and one a probe" {
  aistack install --profile standard-gpu
  strace -f -qq -e trace=execve,fork,vfork,clone,clone3,connect -o "$BOX/trace" \
    "$AISTACK_BINARY" status
  assert_equal 1 "$(grep -c execve "$BOX/trace")"
  assert_equal 0 "$(grep -cE 'fork|clone' "$BOX/trace" || true)"
  assert_equal 1 "$(grep 'connect(' "$BOX/trace" | grep -c AF_UNIX)"
  assert_equal 3 "$(grep 'connect(' "$BOX/trace" | grep -cE 'AF_INET\b|AF_INET,')"
}

@test "logs shows the container's lines and aistack's own events in time order" {
  aistack install ollama
  run aistack logs ollama
  assert_equal 0 "$status"
  assert_line "simulator of ollama"
  assert_line "service.install.started"
  assert_line "service.install.completed"
  first=$(grep -n install.started <<<"$output" | cut -d: -f1)
  middle=$(grep -n "simulator of" <<<"$output" | cut -d: -f1)
  last=$(grep -n install.completed <<<"$output" | cut -d: -f1)
  [ "$first" -lt "$middle" ] && [ "$middle" -lt "$last" ]
}

@test "logs takes a number of lines, a time, and timestamps" {
  aistack install ollama
  for _ in 1 2 3 4 5; do curl -s http://127.0.0.1:11434/api/version >/dev/null; done
  run aistack logs ollama 2
  assert_equal 2 "$(grep -c 'GET /api' <<<"$output")"
  run aistack logs ollama -n 2
  assert_equal 2 "$(grep -c 'GET /api' <<<"$output")"
  run aistack logs ollama --since 2099-01-01T00:00
  assert_equal "" "$output"
  run aistack logs ollama --since 2099-01-01T00:00:00Z
  assert_equal "" "$output"
  run aistack logs ollama 1 -t
  [[ $(tail -n 1 <<<"$output") =~ ^20[0-9]{2}-[0-9]{2}-[0-9]{2}T ]]
}

@test "logs -f survives a restart of the container" {
  aistack install ollama
  background aistack logs ollama -f
  eventually grep -q "simulator of ollama" "$BOX/background.out"
  docker restart -t 1 aistack-ollama
  twice() { [ "$(grep -c "simulator of ollama" "$BOX/background.out")" -ge 2 ]; }
  eventually twice
}

@test "remove keeps the data, twice is fine, and the network goes with the last service" {
  aistack install ollama openwebui
  run aistack remove ollama
  assert_equal 0 "$status"
  assert_line ollama_data
  docker network inspect aistack-net
  run aistack uninstall openwebui
  assert_equal 0 "$status"
  run docker network inspect aistack-net
  assert_equal 1 "$status"
  run aistack remove ollama
  assert_equal 0 "$status"
  assert_line "not installed"
  [ -d "$VOLUMES/ollama_data" ]
  assert_equal 1 "$(jq .schema "$AISTACK_STATE_DIR/uninstall_log.json")"
}

@test "remove --purge takes the data too" {
  aistack install ollama
  curl -s http://127.0.0.1:11434/api/pull -d '{"model": "llama3.2:3b"}' >/dev/null
  run aistack remove ollama --purge
  assert_equal 0 "$status"
  assert_equal "" "$(docker volume ls -q)"
  [ ! -e "$VOLUMES/ollama_data" ]
}

@test "remove --purge of a volume that another container uses names it" {
  aistack install ollama
  docker run -d --name squatter -v ollama_data:/x "$AISTACK_TEST_IMAGE"
  run --separate-stderr aistack remove ollama --purge
  assert_equal 1 "$status"
  assert_line "the container squatter"
  [ -d "$VOLUMES/ollama_data" ]
}

@test "remove goes on after a service that fails, and tells of each" {
  aistack install ollama openwebui
  docker run -d --name squatter -v ollama_data:/x "$AISTACK_TEST_IMAGE"
  run --separate-stderr aistack --json remove ollama openwebui --purge
  assert_equal 1 "$status"
  assert_equal "volume_in_use openwebui_data" \
    "$(jq -r '.services | "\(.[0].error.code) \(.[1].volumes[0])"' <<<"$output")"
}

@test "a port that is published on IPv6 only is probed and shown" {
  printf '    ports: !override ["[::1]:11434:11434"]\n' >>"$ETC/ollama.override.yaml"
  aistack install ollama
  assert_green ollama
  assert_equal '["[::1]:11434"]' \
    "$(aistack --json status | jq -c '.services[] | select(.service == "ollama").addresses')"
}
