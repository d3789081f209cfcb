#!/usr/bin/env bats
# The main path: from a registry to green, and what stays.

load support

three_up() { aistack install --profile standard-gpu; }

@test "the standard profile goes from no image to green, without a GPU" {
  run --separate-stderr aistack install --profile standard-gpu
  assert_equal 0 "$status"
  assert_line "ollama: installed, green"
  assert_line "openwebui: installed, green"
  assert_line "localai: installed, green"
  [[ $stderr == *GPU* ]]
  for service in ollama openwebui localai; do
    assert_equal running "$(state_of "$service")"
    assert_green "$service"
  done
  assert_equal 200 "$(http_status http://127.0.0.1:11434/api/tags)"
  assert_equal 200 "$(http_status http://127.0.0.1:3000/health)"
  assert_equal 200 "$(http_status http://127.0.0.1:8080/readyz)"
  run docker network inspect aistack-net
  assert_equal 0 "$status"
}

@test "the minimal profile is Ollama alone, for this machine alone" {
  aistack install --profile minimal
  assert_equal aistack-ollama "$(docker ps -a --format '{{.Names}}')"
  assert_equal 127.0.0.1:11434 "$(docker port aistack-ollama 11434/tcp)"
}

@test "a second install changes nothing and says so" {
  three_up
  before=$(engine_state)
  run --separate-stderr aistack install --profile standard-gpu
  assert_equal 0 "$status"
  for service in ollama openwebui localai; do
    assert_line "$service: already up, nothing changed"
  done
  assert_equal "$before" "$(engine_state)"
}

@test "data in each volume survives remove, a volume prune and a new install" {
  three_up
  curl -s http://127.0.0.1:11434/api/pull -d '{"model": "llama3.2:3b"}' >/dev/null
  for volume in "$VOLUMES"/*; do echo kept >"$volume/a-file"; done
  aistack remove ollama openwebui localai
  assert_equal "" "$(docker ps -aq)"
  docker volume prune -f
  three_up
  assert_equal llama3.2:3b "$(curl -s http://127.0.0.1:11434/api/tags | jq -r '.models[].name')"
  for volume in ollama_data openwebui_data localai_models; do
    assert_equal kept "$(cat "$VOLUMES/$volume/a-file")"
    docker run --rm -d --name reader -v "$volume:/x" "$AISTACK_TEST_IMAGE" >/dev/null
    rm -f "$BOX/seen"
    docker cp reader:/x/a-file "$BOX/seen"
    docker rm -f reader
    assert_equal kept "$(cat "$BOX/seen")"
  done
}

@test "a volume that exists already is used as it is" {
  docker volume create ollama_data
  aistack install ollama
  assert_equal "map[]" "$(docker volume inspect -f '{{.Options}}' ollama_data)"
  [ ! -e "$VOLUMES/ollama_data" ]
}

@test "an edited file recreates that service alone and names the key" {
  three_up
  ollama=$(container_id aistack-ollama)
  openwebui=$(container_id aistack-openwebui)
  sed -i 's/^    restart: unless-stopped/&\n    environment:\n      OLLAMA_KEEP_ALIVE: 30m/' \
    "$SHIPPED/ollama.yaml"
  run --separate-stderr aistack install --profile standard-gpu
  assert_equal 0 "$status"
  assert_line "ollama: recreated (environment"
  assert_line "openwebui: already up, nothing changed"
  [ "$ollama" != "$(container_id aistack-ollama)" ]
  assert_equal "$openwebui" "$(container_id aistack-openwebui)"
  docker inspect -f '{{.Config.Env}}' aistack-ollama | grep -q OLLAMA_KEEP_ALIVE=30m
  assert_green ollama
}

@test "the secret of Open WebUI is made once, kept, and shown nowhere" {
  aistack install openwebui
  file=$AISTACK_STATE_DIR/secrets/openwebui.env
  assert_equal 600 "$(stat -c %a "$file")"
  assert_equal 700 "$(stat -c %a "$AISTACK_STATE_DIR/secrets")"
  secret=$(sed 's/^WEBUI_SECRET_KEY=//' "$file")
  [ ${#secret} -ge 32 ]
  docker inspect -f '{{.Config.Env}}' aistack-openwebui | grep -qF "$secret"
  run grep -rF "$secret" "$AISTACK_LOG_DIR" "$AISTACK_RUN_DIR"
  assert_equal 1 "$status"
  aistack remove openwebui
  aistack install openwebui
  assert_equal "WEBUI_SECRET_KEY=$secret" "$(cat "$file")"
}

@test "--no-start only creates, --no-wait only starts" {
  aistack install ollama --no-start
  assert_equal created "$(state_of ollama)"
  aistack install ollama --no-wait
  assert_equal running "$(state_of ollama)"
}

@test "--pull never does not reach for the registry" {
  run --separate-stderr aistack install ollama --pull never
  assert_equal 1 "$status"
  assert_line "state: nothing was changed"
  assert_equal "" "$(docker image ls -q)"
}

@test "install --json gives one document" {
  run --separate-stderr aistack --json install --profile minimal
  assert_equal 0 "$status"
  assert_equal "ollama installed green true" \
    "$(jq -r '.services[0] | "\(.service) \(.action) \(.health) \(.gpu_dropped)"' <<<"$output")"
}

@test "away from a terminal progress is plain lines on stderr" {
  run --separate-stderr aistack install ollama
  assert_line "pulling $AISTACK_TEST_REGISTRY/ollama/ollama:1"
  [[ $stderr != *$'\e'* ]]
  [[ $stderr != *$'\r'* ]]
}
