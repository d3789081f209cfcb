#!/usr/bin/env bats
# Registries that are cut off, refuse, or ask for a login.

load support
load faults_golden

# ollama_from REFERENCE: the service takes its image from there.
ollama_from() { printf 'services:\n  ollama:\n    image: %s\n' "$1" >"$ETC/ollama.override.yaml"; }

@test "the registry has no such image" {
  use_image ollama ollama/ollama:nope
  fault registry-unknown-tag 1 "The image has no such tag" "Correct \`image\` in the catalog file." \
    install ollama
  ollama_from "$AISTACK_TEST_REGISTRY/no/such/image:1"
  fault registry-unknown-image 1 "The registry has no such image" \
    "Correct \`image\` in the catalog file." install ollama
  fault registry-never 1 "The image is not here, and must not be pulled" \
    "Pull it first, or let aistack do it." install ollama --pull never
}

@test "the registry is down" {
  ollama_from 127.0.0.1:5999/ollama/ollama:1
  fault registry-down 1 "The registry does not answer" \
    "Three tries were made. Run the command again when it is back." install ollama
}

@test "the registry is cut off within a layer each time" {
  proxy 5002 "${AISTACK_TEST_REGISTRY#*:}" --cut-bytes 2000000
  ollama_from 127.0.0.1:5002/aistack-lab/big:1
  run --separate-stderr timeout 120 "$AISTACK_BINARY" install ollama
  assert_equal 1 "$status"
  assert_line "try 2 of 3"
  assert_line "try 3 of 3"
  keep registry-cut 1 "The registry is cut off within a layer" \
    "Run the command again: layers that are complete are kept." "aistack install ollama" \
    "$(sed -n '/^error: /,$p' <<<"$stderr" | mask)"
  assert_equal "" "$(docker ps -aq)$(docker volume ls -q)"
  assert_tidy
}

@test "the registry is cut off once, and back: the pull goes on" {
  proxy 5003 "${AISTACK_TEST_REGISTRY#*:}" --cut-bytes 2000000 --times 1
  ollama_from 127.0.0.1:5003/aistack-lab/big:1
  run --separate-stderr timeout 120 "$AISTACK_BINARY" install ollama --no-start
  assert_equal 0 "$status"
}

# A second registry, which knows one user.
start_closed_registry() {
  local hash
  # shellcheck disable=SC2016  # of Perl
  hash=$(perl -e 'print crypt($ARGV[0], q($2y$05$abcdefghijklmnopqrstuu))' s3cret-of-ada)
  echo "ada:$hash" >"$BOX/htpasswd"
  cat >"$BOX/registry.yaml" <<CONFIG
version: 0.1
log: { level: error }
storage: { filesystem: { rootdirectory: $AISTACK_TEST_DIR/registry } }
http: { addr: 127.0.0.1:5004 }
auth: { htpasswd: { realm: lab, path: $BOX/htpasswd } }
CONFIG
  background docker-registry serve "$BOX/registry.yaml"
  asks_for_login() { [ "$(http_status http://127.0.0.1:5004/v2/)" = 401 ]; }
  eventually asks_for_login
}

@test "the registry asks for a login" {
  start_closed_registry
  ollama_from 127.0.0.1:5004/ollama/ollama:1
  fault registry-login 1 "The registry asks for a login, and there is none" \
    "Log in as the user that runs aistack: root's file is read under sudo." install ollama
  mkdir "$HOME/.docker"
  printf '{"credsStore": "secretservice"}' >"$HOME/.docker/config.json"
  fault registry-helper 1 "The login is kept by a credential helper" \
    "aistack runs no other programs. Pull the image by hand, or log in without a helper." \
    install ollama
  printf '{"auths": {"127.0.0.1:5004": {"auth": "%s"}}}' "$(printf ada:wrong | base64)" \
    >"$HOME/.docker/config.json"
  fault registry-wrong-login 1 "The registry does not take the login" "Log in again." install ollama
  printf '{"auths": ' >"$HOME/.docker/config.json"
  fault registry-bad-file 1 "The file with the logins is damaged" \
    "Move it away and log in again." install ollama
}

@test "a login that docker has made is used, and shown nowhere" {
  start_closed_registry
  ollama_from 127.0.0.1:5004/ollama/ollama:1
  export DOCKER_CONFIG=$BOX/docker-config
  mkdir "$DOCKER_CONFIG"
  docker login -u ada --password-stdin 127.0.0.1:5004 <<<s3cret-of-ada
  run --separate-stderr aistack -v install ollama
  assert_equal 0 "$status"
  assert_green ollama
  run grep -rlE "s3cret-of-ada|$(printf ada:s3cret-of-ada | base64)" "$BOX/state" "$BOX/log" "$BOX/run"
  assert_equal "" "$output"
  [[ $stderr != *s3cret* ]]
}
