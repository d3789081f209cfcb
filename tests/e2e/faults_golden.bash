# shellcheck shell=bash
# Faults whose message is kept in tests/golden/errors and shown in docs/errors.md. With
# AISTACK_ACCEPT_GOLDEN=1 the files are written instead of compared.

GOLDEN=$BATS_TEST_DIRNAME/../golden/errors

# What differs from run to run: directories, ids, pids, durations.
mask() {
  sed -E -e "s,$BOX,DIR,g" -e "s,$AISTACK_TEST_DIR,LAB,g" \
    -e "s,$(cd "$BATS_TEST_DIRNAME/../.." && pwd),SOURCE,g" \
    -e 's,\b[0-9a-f]{64}\b,ID,g' -e 's,\b[0-9a-f]{12}\b,ID,g' -e 's,\b(pid|kill) [0-9]+,\1 PID,g' \
    -e 's/\b(for|in|after) [0-9.]+ ?m?s\b/\1 SECONDS/g' \
    -e 's,(127\.0\.0\.1|localhost):[1-9][0-9]{4}->,127.0.0.1:PORT->,g'
}

# Nothing that a finished aistack may leave: half-written files, locks that somebody holds.
assert_tidy() {
  local lock
  assert_equal "" "$(find "$BOX" -name '*.tmp' 2>/dev/null)"
  for lock in "$AISTACK_RUN_DIR"/*.lock; do
    [ ! -e "$lock" ] || flock -n "$lock" true
  done
}

# fault NAME CODE WHAT REMEDY ARGUMENTS…: `aistack ARGUMENTS` fails with this exit code within a
# minute, leaves nothing behind, changes nothing if it says so, and says what the golden file has.
# WHAT is the fault and REMEDY what to do, both for docs/errors.md.
fault() {
  local name=$1 code=$2 what=$3 remedy=$4 before text
  shift 4
  before=$(engine_state)
  run --separate-stderr timeout 60 "$AISTACK_BINARY" "$@"
  assert_equal "$code" "$status"
  assert_equal "" "$output"
  text=$(sed -n '/^error: /,$p' <<<"$stderr" | mask)
  keep "$name" "$code" "$what" "$remedy" "aistack ${*:-}" "$text"
  [[ $text != *"state: nothing was changed"* ]] || assert_unchanged "$before"
  assert_tidy
}

# assert_unchanged BEFORE: but for the network, which another service may use by then.
assert_unchanged() {
  assert_equal "$(grep -v ' aistack-net$' <<<"$1")" "$(engine_state | grep -v ' aistack-net$')"
}

# keep NAME CODE WHAT REMEDY COMMAND TEXT: compares with the golden file, or writes it.
keep() {
  local file=$GOLDEN/$1.txt text
  [ -n "$6" ]
  # A name of 10,000 characters says no more than its start.
  text=$(printf 'fault: %s\ncommand: %.100s\nexit: %s\nremedy: %s\n\n%s\n' \
    "$3" "$(mask <<<"$5")" "$2" "$4" "$6")
  if [ -n "${AISTACK_ACCEPT_GOLDEN:-}" ]; then
    mkdir -p "$GOLDEN"
    printf '%s\n' "$text" >"$file"
  fi
  diff -u "$file" - <<<"$text" >&2
}

# proxy LISTEN TARGET OPTIONS…: tests/lab/faulty_proxy.py in the background.
proxy() {
  background python3 "$BATS_TEST_DIRNAME/../lab/faulty_proxy.py" "$@"
  if [[ $1 == /* ]]; then
    eventually test -S "$1"
  else
    eventually curl -s -o /dev/null "http://127.0.0.1:$1/v2/"
  fi
}

# engine_through OPTIONS…: aistack reaches the engine through a proxy with these options.
engine_through() {
  rm -f "$BOX/proxy.sock" "$BOX/requests"
  export DOCKER_HOST=$AISTACK_TEST_DOCKER
  proxy "$BOX/proxy.sock" "${AISTACK_TEST_DOCKER#unix://}" --log "$BOX/requests" "$@"
  export DOCKER_HOST=unix://$BOX/proxy.sock
}
