#!/usr/bin/env bats
# aistack.log: what aistack itself did, who called it, and how it ended.

load support

setup() {
  setup_box
  configure ''
  LOG=$BOX/log/aistack.log
}

# configure LINES: the configuration of every test, and these.
configure() {
  printf 'volumes:\n  root: %s\nupdates:\n  soak_seconds: 1\n%s\n' "$VOLUMES" "$1" >"$BOX/config.yaml"
}

# faulty IMAGE FAULT: an override file with an image that does not work.
faulty() {
  printf 'services:\n  ollama:\n    image: %s/%s\n    environment:\n      SIM_FAULT: "%s"\n' \
    "$AISTACK_TEST_REGISTRY" "$1" "$2" >"$ETC/ollama.override.yaml"
}

# logged FILTER: the lines for which the jq FILTER holds, one a line.
logged() { jq -c "select($1)" "$LOG"; }

# last FIELD: of the last line.
last() { tail -n 1 "$LOG" | jq -r ".$1"; }

# Every line is a whole JSON object with what each line has.
assert_whole() {
  local file
  for file in "$LOG"*; do
    jq -es 'all(has("time") and has("level") and has("pid") and has("command") and has("message"))' \
      "$file" >/dev/null
  done
}

@test "a good install is told from its caller to its end" {
  aistack install ollama --timeout 1m
  assert_whole
  assert_equal "install ollama --timeout 1m" "$(jq -r .command "$LOG" | sort -u)"
  assert_equal 1 "$(jq -r .pid "$LOG" | sort -u | wc -l)"
  head -n 1 "$LOG" | jq -e '.message == "started" and .level == "info" and .user == "'"$(id -un)"'"
    and (.from | startswith("bats") or startswith("bash"))
    and (.time | test("^20[0-9-]+T[0-9:]+\\.[0-9]{3}Z$"))'
  assert_equal "finished 0" "$(last message) $(last exit_code)"
  [ "$(last duration_ms)" -gt 0 ]
  [ -n "$(logged '.message | startswith("pulling ")')" ]
  [ -n "$(logged '.message == "creating aistack-ollama" and .service == "ollama"')" ]
  # The id leads to the events, and back.
  local id
  id=$(logged '.message == "service.install.completed"' | jq -r .operation)
  grep -q "\"$id\"" "$BOX/log/events.log"
  assert_equal "" "$(logged '.level == "error" or .level == "warn"' | grep -v GPU)"
  assert_equal 640 "$(stat -c %a "$LOG")"
}

@test "a failed install has its error, with reason, state and advice" {
  background python3 -m http.server --bind 127.0.0.1 11434
  eventually curl -s -o /dev/null http://127.0.0.1:11434/
  for form in "" --json; do
    rm -f "$LOG"
    run aistack $form install ollama
    assert_equal 1 "$status"
    assert_whole
    assert_equal 1 "$(logged '.level == "error"' | wc -l)"
    logged '.level == "error"' | jq -e '.code == "port_in_use" and (.what | contains("ollama"))
      and (.why | contains("11434")) and (.next | length > 0) and .state != ""
      and (.operation | length > 0)'
    assert_equal "finished 1" "$(last message) $(last exit_code)"
  done
}

@test "an update that rolls back says why, and ends with 4" {
  configure '  stage: false'
  aistack install ollama
  faulty ollama/ollama:2 exit:0:3
  run aistack update ollama
  assert_equal 4 "$status"
  assert_equal "finished 4" "$(last message) $(last exit_code)"
  logged '.command == "update ollama" and .level == "error"' |
    jq -e '.why != "" and .state != "" and (.operation | length > 0)'
  logged '.message == "service.update.rolled_back"' | jq -e '.fields.reason != ""'
  assert_whole
}

@test "a command whose configuration is broken, or that is refused, is told too" {
  configure 'nonsense: 1'
  run aistack stop ollama
  assert_equal 2 "$status"
  logged '.level == "error"' | jq -e '.code == "bad_config" and .command == "stop ollama"'
  assert_equal 2 "$(last exit_code)"
  configure ''
  run aistack install ollama --timeout soon
  assert_equal 2 "$status"
  logged '.level == "error"' | tail -n 1 | jq -e '.code == "usage"'
}

@test "an interrupted command ends with 130, a killed one has no end" {
  faulty ollama/ollama:1 hang
  background aistack install ollama
  eventually grep -q 'waiting for green' "$LOG"
  kill -INT "$BACKGROUND"
  eventually grep -q '"exit_code":130' "$LOG"
  rm "$LOG"
  background aistack install ollama
  eventually grep -q 'waiting for green' "$LOG"
  kill -KILL "$BACKGROUND"
  wait "$BACKGROUND" || true
  assert_equal "" "$(logged '.message == "finished"')"
}

@test "commands that only read write nothing, and do not open the file" {
  aistack install ollama
  local before
  before=$(sha256sum "$LOG")
  for command in status "status --json" "status --exit-code" health "health --save" "logs ollama" \
    versions catalog "catalog show ollama" "config show" "update ollama --check" \
    "repair ollama --dry-run" "completion bash" version help "status --watch"; do
    limit=60 ends=0
    [ "$command" != "status --watch" ] || limit=3 ends=124
    # shellcheck disable=SC2086  # the words are the arguments
    run strace -f -qq -e trace=file -o "$BOX/trace" timeout $limit "$AISTACK_BINARY" $command
    assert_equal "$command $ends" "$command $status"
    run grep -F aistack.log "$BOX/trace"
    assert_equal "" "$output"
  done
  run env DOCKER_HOST=unix:///nowhere "$AISTACK_BINARY" status
  assert_equal 3 "$status"
  assert_equal "$before" "$(sha256sum "$LOG")"
}

@test "a directory that cannot be written costs one note at most, and status is silent" {
  mkdir -p "$BOX/log"
  mount -t tmpfs -o ro tmpfs "$BOX/log"
  run --separate-stderr aistack install ollama
  local code=$status text=$stderr
  run --separate-stderr aistack versions lock
  local lock_code=$status lock_text=$stderr
  run --separate-stderr aistack status
  umount "$BOX/log"
  assert_equal 0 "$code"
  [[ $text == *"events.log: EROFS"* && $text != *aistack.log* ]]
  assert_equal 0 "$lock_code"
  assert_equal 1 "$(grep -c 'aistack.log is not written: .*EROFS' <<<"$lock_text")"
  assert_equal 0 "$status"
  assert_equal "" "$stderr"
}

@test "a full disk and a file size limit change no command's result" {
  mkdir -p "$BOX/log"
  mount -t tmpfs -o size=4k tmpfs "$BOX/log"
  head -c 4096 /dev/zero >"$BOX/log/filler" || true
  run aistack install ollama
  local code=$status
  rm "$BOX/log/filler"
  run aistack stop ollama
  assert_equal 0 "$(last exit_code)"
  assert_whole
  umount "$BOX/log"
  assert_equal 0 "$code"
  # A limit that the log is over, and nothing else.
  aistack start ollama
  head -c 200000 /dev/zero | tr '\0' '\n' >>"$LOG"
  run bash -c 'ulimit -f 100; exec "$AISTACK_BINARY" restart ollama'
  assert_equal 0 "$status"
}

@test "logrotate's rename in the middle loses no line" {
  aistack install ollama
  use_image ollama ollama/ollama:2
  background aistack update ollama
  eventually grep -q '"command":"update ollama"' "$LOG"
  mv "$LOG" "$LOG.1"
  eventually grep -q '"message":"finished"' "$LOG"
  assert_whole
  assert_equal "started" "$(jq -r 'select(.command == "update ollama").message' "$LOG.1" | head -n 1)"
  assert_equal "finished 0" "$(last message) $(last exit_code)"
}

@test "debug adds what only reads and every call of the engine, without queries" {
  configure $'logging:\n  level: debug'
  aistack install ollama
  aistack status
  logged '.command == "status" and .message == "finished"' | jq -e '.level == "debug"'
  [ -n "$(logged '.message == "POST /images/create" and .status == 200 and .ms >= 0')" ]
  [ -n "$(logged '.message == "GET /containers/json" and .command == "status"')" ]
  assert_equal "" "$(logged '.message | contains("?")')"
  assert_whole
}

@test "logging.level and logging.format are obeyed" {
  configure $'logging:\n  level: error'
  aistack install ollama
  [ ! -e "$LOG" ]
  configure $'logging:\n  format: text'
  aistack stop ollama
  grep -Eq '^20[^ ]+Z info  aistack\[[0-9]+\] stop ollama: started version=.* user=' "$LOG"
  grep -Eq ' stop ollama: finished operation=[^ ]+ exit_code=0 duration_ms=[0-9]+$' "$LOG"
}

@test "no secret comes into the log, and diag has the log" {
  cat >"$ETC/openwebui.override.yaml" <<END
services:
  openwebui:
    image: $AISTACK_TEST_REGISTRY/open-webui/open-webui:1
    environment:
      UPSTREAM_API_KEY: planted-secret-4711
END
  configure $'logging:\n  level: debug'
  aistack install ollama openwebui
  aistack secret rotate openwebui
  run aistack install openwebui --timeout planted-secret-4711
  assert_equal 2 "$status"
  local value
  while IFS='=' read -r _ value; do
    run grep -F -- "$value" "$LOG"
    assert_equal "" "$output"
  done <"$BOX/state/secrets/openwebui.env"
  aistack diag --output "$BOX/with.zip"
  unzip -p "$BOX/with.zip" logs/aistack.log | grep -q '"command":"secret rotate openwebui"'
  run grep -F planted-secret-4711 <(unzip -p "$BOX/with.zip" logs/aistack.log)
  assert_equal "" "$output"
  aistack diag --no-logs --output "$BOX/without.zip"
  run unzip -l "$BOX/without.zip" logs/aistack.log
  assert_equal 11 "$status"
}

@test "purge takes the log with it, and makes none" {
  run aistack purge --all --yes
  assert_equal 0 "$status"
  [ ! -e "$LOG" ]
  aistack install ollama
  run aistack purge --all
  assert_equal 2 "$status"
  logged '.command == "purge --all"' | tail -n 1 | jq -e '.exit_code == 2'
  aistack purge --all --yes
  [ ! -e "$LOG" ]
}

@test "two commands at once do not mix their lines" {
  aistack install ollama
  background aistack restart ollama
  for _ in 1 2 3 4 5; do aistack --lock-timeout 30s restart ollama; done
  wait "$BACKGROUND" || true
  assert_equal 6 "$(logged '.command | test("restart ollama$")' | jq -s 'map(select(.message == "finished")) | length')"
  assert_whole
}

@test "lines for the journal carry their priority, others do not" {
  local code=0
  JOURNAL_STREAM=$(stat -Lc '%d:%i' "$BOX/config.yaml") aistack install ollama 2>"$BOX/plain"
  run grep '^<' "$BOX/plain"
  assert_equal "" "$output"
  : >"$BOX/journal"
  local stream
  stream=$(stat -Lc '%d:%i' "$BOX/journal")
  JOURNAL_STREAM=$stream aistack restart ollama 2>"$BOX/journal"
  assert_equal "" "$(grep -v '^<[346]>' "$BOX/journal")"
  grep -q '^<6>ollama: starting' "$BOX/journal"
  JOURNAL_STREAM=$stream aistack start nonsense 2>"$BOX/journal" || code=$?
  assert_equal 2 "$code"
  assert_equal "" "$(grep -v '^<3>' "$BOX/journal")"
  grep -q '^<3>error: ' "$BOX/journal"
}
