#!/usr/bin/env bats
# What needs no engine: it must work on a machine that has none.

load support

setup() {
  setup_box
  export DOCKER_HOST=unix://$BOX/no-engine.sock
}

teardown() { :; }

@test "version and --version print one line" {
  run aistack version
  assert_equal 0 "$status"
  [[ $output =~ ^aistack\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
  assert_equal "$output" "$(aistack --version)"
}

@test "help lists every command of the lifecycle" {
  run aistack help
  assert_equal 0 "$status"
  for command in install start stop restart status logs remove catalog version help completion; do
    grep -qE "^ +$command( |$)" <<<"$output"
  done
}

@test "help COMMAND explains its options" {
  run aistack help install
  assert_equal 0 "$status"
  assert_line --profile
  assert_line --no-wait
  assert_line --pull
}

@test "a misspelt command gets a suggestion" {
  run --separate-stderr aistack instal ollama
  assert_equal 2 "$status"
  assert_equal "" "$output"
  assert_line "install"
}

@test "an unknown option is a usage error" {
  run --separate-stderr aistack install --nonsense
  assert_equal 2 "$status"
  assert_equal "" "$output"
  assert_line "--nonsense"
}

@test "the bash completion completes commands and services" {
  aistack completion bash >"$BOX/completion"
  bash -n "$BOX/completion"
  run bash -c '
    aistack() { "$AISTACK_BINARY" "$@"; }
    source "$1"
    complete_line() {
      COMP_WORDS=($1 "$2") COMP_CWORD=$(($(wc -w <<<"$1"))) COMP_LINE="$1 $2"
      COMP_POINT=${#COMP_LINE} COMPREPLY=()
      local name
      name=$(complete -p aistack | sed "s/.*-F \([^ ]*\).*/\1/")
      $name aistack "$2" ""
      echo "${COMPREPLY[@]}"
    }
    complete_line "aistack" "inst"
    complete_line "aistack start" "oll"' _ "$BOX/completion"
  assert_equal 0 "$status"
  assert_line install
  assert_line ollama
}

@test "a full disk under stdout is an error" {
  run bash -c '"$AISTACK_BINARY" help >/dev/full'
  assert_equal 1 "$status"
}

@test "a reader that goes away is no error" {
  run bash -c 'set -o pipefail; "$AISTACK_BINARY" help | head -n 1 >/dev/null'
  assert_equal 0 "$status"
}

@test "a reader that goes away does not hide that the command failed" {
  run bash -c '"$AISTACK_BINARY" --json start nosuch | exec true; exit "${PIPESTATUS[0]}"'
  assert_equal 2 "$status"
}

@test "closed standard streams are no trap" {
  local closed code
  for closed in '0<&-' '2>&-' '>&-' '0<&- >&- 2>&-'; do
    # An answer that nobody can get is a failure.
    code=0
    [[ $closed != *" >&-"* && $closed != ">&-" ]] || code=1
    run timeout 20 bash -c "\"\$AISTACK_BINARY\" version $closed"
    assert_equal "$code" "$status"
    run timeout 20 bash -c "\"\$AISTACK_BINARY\" start nosuch $closed"
    assert_equal 2 "$status"
  done
}

@test "remove knows all names before it removes anything" {
  run --separate-stderr aistack --json remove ollama nosuch
  assert_equal 2 "$status"
  assert_equal "unknown_service: nothing was changed" \
    "$(jq -r '.error.code + ": " + .error.state' <<<"$output")"
}

@test "logs --json gives its error as one line, too" {
  run --separate-stderr aistack --json logs nosuch
  assert_equal 2 "$status"
  assert_equal unknown_service "$(head -n 1 <<<"$output" | jq -r .error.code)"
}

@test "logs --since takes what people type" {
  local time
  for time in 10m 2026-11-24 2026-11-24T17:00 "2026-11-24 17:00:30" 2026-11-24T17:00:00+01:00; do
    run aistack logs ollama --tail 5 --since "$time"
    assert_equal 3 "$status" # nothing but the engine is missing
  done
  run aistack logs ollama --since yesterday
  assert_equal 2 "$status"
  assert_line 'neither a duration'
}

@test "catalog lists the services with their files" {
  run --separate-stderr aistack catalog
  assert_equal 0 "$status"
  assert_line "$SHIPPED/ollama.yaml"
  assert_line openwebui
  assert_line localai
  assert_equal "localai ollama openwebui" \
    "$(aistack --json catalog | jq -r '[.services[].service] | sort | join(" ")')"
}

@test "catalog show gives the file with its override and variables resolved" {
  run --separate-stderr aistack --json catalog show ollama
  assert_equal 0 "$status"
  assert_equal "$AISTACK_TEST_REGISTRY/ollama/ollama:1" "$(jq -r .services.ollama.image <<<"$output")"
  assert_equal 127.0.0.1 "$(jq -r '.services.ollama.ports[0].host_ip' <<<"$output")"
}

@test "catalog show keeps the generated secrets to itself" {
  install -d "$AISTACK_STATE_DIR/secrets"
  echo WEBUI_SECRET_KEY=0123456789abcdef >"$AISTACK_STATE_DIR/secrets/openwebui.env"
  run aistack catalog show openwebui
  assert_equal 0 "$status"
  assert_line WEBUI_SECRET_KEY
  [[ $output != *0123456789abcdef* ]]
  assert_equal '***' \
    "$(aistack --json catalog show openwebui | jq -r .services.openwebui.environment.WEBUI_SECRET_KEY)"
}

@test "network.expose lan publishes the backends on all addresses" {
  printf 'network:\n  expose: lan\n' >>"$AISTACK_CONFIG"
  assert_equal 0.0.0.0 \
    "$(aistack --json catalog show ollama | jq -r '.services.ollama.ports[0].host_ip')"
}
