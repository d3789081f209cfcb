#!/usr/bin/env bats
# The lab itself: if these fail, no other result means anything.

load support

@test "the registry's images behave as the services do" {
  docker run -d --name lab-o -p 127.0.0.1:18001:11434 "$AISTACK_TEST_REGISTRY/ollama/ollama:1"
  docker run -d --name lab-w -p 127.0.0.1:18002:8080 "$AISTACK_TEST_REGISTRY/open-webui/open-webui:1"
  docker run -d --name lab-l -p 127.0.0.1:18003:8080 "$AISTACK_TEST_REGISTRY/localai/localai:1"
  eventually curl -sf http://127.0.0.1:18001/api/tags
  eventually curl -sf http://127.0.0.1:18002/health
  eventually curl -sf http://127.0.0.1:18003/readyz
  run docker logs lab-o
  assert_line "simulator of ollama"
  is_healthy() { [ "$(docker inspect -f '{{.State.Health.Status}}' lab-w)" = healthy ]; }
  eventually is_healthy
}

@test "a faulty image shows its fault" {
  docker run -d --name lab-x "$AISTACK_TEST_REGISTRY/ollama/ollama:exits"
  run docker wait lab-x
  assert_equal 3 "$output"
  docker run -d --name lab-e -p 127.0.0.1:18001:11434 "$AISTACK_TEST_REGISTRY/ollama/ollama:error"
  answers_500() { [ "$(http_status http://127.0.0.1:18001/api/tags)" = 500 ]; }
  eventually answers_500
}

@test "a model that is pulled stays in the volume" {
  docker run -d --name lab-o -v lab_data:/root/.ollama -p 127.0.0.1:18001:11434 \
    "$AISTACK_TEST_REGISTRY/ollama/ollama:1"
  eventually curl -sf http://127.0.0.1:18001/
  run curl -s http://127.0.0.1:18001/api/pull -d '{"model": "llama3.2:3b"}'
  assert_line '{"status":"success"}'
  docker rm -f lab-o
  docker run -d --name lab-o -v lab_data:/root/.ollama -p 127.0.0.1:18001:11434 \
    "$AISTACK_TEST_REGISTRY/ollama/ollama:2"
  eventually curl -sf http://127.0.0.1:18001/
  assert_equal llama3.2:3b "$(curl -s http://127.0.0.1:18001/api/tags | jq -r '.models[].name')"
}

@test "the second engine runs the same images" {
  docker -H "$AISTACK_TEST_PODMAN" run -d --name lab-p -p 127.0.0.1:18004:8080 "$AISTACK_TEST_IMAGE"
  eventually curl -sf http://127.0.0.1:18004/
  docker -H "$AISTACK_TEST_PODMAN" rm -f lab-p
}
