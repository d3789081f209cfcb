#!/usr/bin/env bats
# The playbook's "Common Error Patterns": each made to happen, its cause and its fix in the message,
# and the fix tried where that is possible here.

load support

@test "Cannot connect to the Docker daemon: not running" {
  export DOCKER_HOST=unix://$BOX/docker.sock
  run --separate-stderr aistack start ollama
  assert_equal 3 "$status"
  assert_line "Cannot connect to the Docker daemon at unix://$BOX/docker.sock"
  assert_line "sudo systemctl enable --now docker"
  assert_line "state: nothing was changed"
}

@test "Cannot connect to the Docker daemon: not in the group" {
  run --separate-stderr as_nobody --clear-groups -- status
  assert_equal 3 "$status"
  assert_line "permission denied"
  # shellcheck disable=SC2016  # printed as it is
  assert_line 'sudo usermod -aG docker $USER   (then log out and in again)'
}

@test "Network aistack-net not found: start mends it" {
  aistack install ollama
  aistack stop ollama
  docker network rm aistack-net
  run aistack start ollama
  assert_equal 0 "$status"
  assert_line "networks changed"
  assert_green ollama
  assert_equal 1 "$(docker network inspect -f '{{len .Containers}}' aistack-net)"
}

@test "Network aistack-net not found: made again by hand, then start" {
  aistack install ollama
  aistack stop ollama
  docker network rm aistack-net
  docker network create aistack-net
  aistack start ollama
  assert_green ollama
  assert_equal 1 "$(docker network inspect -f '{{len .Containers}}' aistack-net)"
}

@test "Network aistack-net not found: stop, then install" {
  aistack install ollama
  curl -s http://127.0.0.1:11434/api/pull -d '{"model": "llama3.2:3b"}' >/dev/null
  aistack stop ollama
  docker network rm aistack-net
  aistack install ollama
  assert_green ollama
  [[ $(curl -s http://127.0.0.1:11434/api/tags) == *llama3.2:3b* ]]
}

@test "Volume in use during purge: the container is named, and the playbook's way works" {
  aistack install ollama
  docker run -d --name aistack-squatter -v ollama_data:/x "$AISTACK_TEST_IMAGE"
  run --separate-stderr aistack remove ollama --purge
  assert_equal 1 "$status"
  assert_line "the container aistack-squatter uses it"
  assert_line "docker rm -f aistack-squatter"
  assert_line "aistack remove ollama --purge"
  [ -d "$VOLUMES/ollama_data" ]
  docker ps -a | grep aistack | awk '{print $1}' | xargs env DOCKER_HOST="$DOCKER_HOST" docker rm -f
  aistack remove ollama --purge
  [ ! -e "$VOLUMES/ollama_data" ]
}

@test "Health check timeout: says for how long, and where to look" {
  use_image ollama ollama/ollama:never
  run --separate-stderr aistack install ollama --timeout 2
  assert_equal 1 "$status"
  assert_line "did not become green within"
  assert_line "aistack logs ollama"
  assert_line "state: the container is left as it is, to be looked at"
}

@test "Port already in use: the holder, and the file to edit" {
  docker run -d --name squatter -p 3000:8080 "$AISTACK_TEST_IMAGE"
  run --separate-stderr aistack install openwebui
  assert_equal 1 "$status"
  assert_line "port 3000 is already in use"
  assert_line "docker stop squatter"
  assert_line 'change "ports" in'
}
