#!/usr/bin/env bats
# A service is data: files that an administrator edits or adds, without a build.

load support

@test "a port edited in the file moves the service, its health and its status" {
  aistack install ollama
  sed -i 's/:11434:11434/:12345:11434/' "$SHIPPED/ollama.yaml"
  run --separate-stderr aistack install ollama
  assert_equal 0 "$status"
  assert_line "ollama: recreated (ports"
  assert_equal 200 "$(http_status http://127.0.0.1:12345/api/tags)"
  assert_equal 000 "$(http_status http://127.0.0.1:11434/api/tags)"
  assert_green ollama
  run aistack status
  assert_line 127.0.0.1:12345
}

@test "an override file changes only what it says" {
  cat >"$ETC/ollama.override.yaml" <<YAML
services:
  ollama:
    image: $AISTACK_TEST_REGISTRY/ollama/ollama:2
    environment:
      OLLAMA_KEEP_ALIVE: 1h
    ports: !override
      - "127.0.0.1:12346:11434"
YAML
  aistack install ollama
  assert_equal 2.0.0-simulator "$(curl -s http://127.0.0.1:12346/api/version | jq -r .version)"
  docker inspect -f '{{.Config.Env}}' aistack-ollama | grep -q OLLAMA_KEEP_ALIVE=1h
  assert_equal unless-stopped "$(docker inspect -f '{{.HostConfig.RestartPolicy.Name}}' aistack-ollama)"
  assert_green ollama
}

@test "a service added as a file is a service like the others" {
  cat >"$ETC/vision.yaml" <<YAML
services:
  web:
    image: $AISTACK_TEST_REGISTRY/aistack-lab/plain:1
    ports: ["127.0.0.1:18090:8080"]
x-aistack:
  title: Vision
  profiles: [extra]
  health: { port: 8080, path: /, startup_timeout: 20s }
YAML
  run aistack catalog
  assert_line vision
  aistack install --profile extra
  assert_equal 200 "$(http_status http://127.0.0.1:18090/)"
  assert_green vision
  docker stop "$(docker ps -q)"
  assert_equal red "$(health_of vision)"
  aistack remove vision
  assert_equal "" "$(docker ps -aq)"
}

@test "a plain Compose file without our block is a service too" {
  cat >"$ETC/plain.yml" <<YAML
version: "3.8"
services:
  plain:
    image: $AISTACK_TEST_REGISTRY/aistack-lab/plain:1
    ports: ["127.0.0.1:18091:8080"]
YAML
  run --separate-stderr aistack install plain
  assert_equal 0 "$status"
  assert_green plain
}

@test "a file in the later directory replaces the shipped one" {
  rm "$ETC/ollama.override.yaml"
  cat >"$ETC/ollama.yaml" <<YAML
services:
  ollama:
    image: $AISTACK_TEST_REGISTRY/ollama/ollama:2
    ports: ["127.0.0.1:12347:11434"]
x-aistack:
  health: { port: 11434, path: /api/version }
YAML
  aistack install ollama
  assert_equal 200 "$(http_status http://127.0.0.1:12347/api/version)"
}

@test "Docker's own labels make the container one of the file's project" {
  aistack install ollama
  label() { docker inspect -f "{{index .Config.Labels \"com.docker.compose.$1\"}}" aistack-ollama; }
  assert_equal aistack-ollama "$(label project)"
  assert_equal ollama "$(label service)"
  assert_equal "$SHIPPED/ollama.yaml,$ETC/ollama.override.yaml" "$(label project.config_files)"
  [[ $(label config-hash) =~ ^[0-9a-f]{64}$ ]]
}

@test "a config whose text stands in the file is there, and a side container shares the network" {
  cat >"$ETC/pair.yaml" <<YAML
services:
  pair:
    image: $AISTACK_TEST_REGISTRY/aistack-lab/plain:1
    ports: ["12090:8080"]
    configs: [{ source: motd, target: /etc/motd, mode: 0440 }]
  side:
    image: $AISTACK_TEST_REGISTRY/aistack-lab/plain:1
    network_mode: service:pair
    environment: { PORT: "8081" }
configs: { motd: { content: "hello from the file" } }
YAML
  aistack install pair
  pair=$(docker ps -q --filter label=com.docker.compose.service=pair)
  side=$(docker ps -q --filter label=com.docker.compose.service=side)
  assert_equal "hello from the file" "$(docker cp "$pair:/etc/motd" - | tar -xO)"
  assert_equal "container:$(container_id "$pair")" \
    "$(docker inspect -f '{{.HostConfig.NetworkMode}}' "$side")"
  run aistack install pair
  assert_line "nothing changed"
}
