#!/usr/bin/env bats
# `doctor`: what aistack needs, each with a result and a fix, in five seconds whatever hangs.

load support

# result_of CHECK, detail_of CHECK, fix_of CHECK: from what `run` caught of --json.
result_of() { jq -r --arg c "$1" '.checks[] | select(.check == $c).result' <<<"$output"; }
detail_of() { jq -r --arg c "$1" '.checks[] | select(.check == $c).detail' <<<"$output"; }
fix_of() { jq -r --arg c "$1" '.checks[] | select(.check == $c).fix[]' <<<"$output"; }

doctor() { run --separate-stderr aistack --json doctor; }

@test "a machine in order" {
  aistack install ollama
  before=$(engine_state)
  doctor
  assert_equal 0 "$status"
  assert_equal true "$(jq .healthy <<<"$output")"
  for check in engine "engine API" ports directories "state documents" configuration catalog; do
    assert_equal ok "$(result_of "$check")"
  done
  [[ $(detail_of engine) == *"$DOCKER_HOST"* ]]
  assert_equal "$before" "$(engine_state)"
  run --separate-stderr aistack doctor
  assert_equal 0 "$status"
  assert_line "CHECK"
  assert_line "RESULT"
}

@test "the engine is absent: exit 6, with the fix, and the rest is looked at" {
  export DOCKER_HOST=unix://$BOX/nothing.sock
  doctor
  assert_equal 6 "$status"
  assert_equal failure "$(result_of engine)"
  [[ $(fix_of engine) == *"systemctl enable --now docker"* ]]
  assert_equal skipped "$(result_of ports)"
  assert_equal ok "$(result_of catalog)"
}

@test "the engine hangs: ends within seconds" {
  background python3 -c 'import os, socket, sys, time
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1] + ".new")
s.listen(16)
os.rename(sys.argv[1] + ".new", sys.argv[1])
time.sleep(600)' "$BOX/hung.sock"
  eventually test -S "$BOX/hung.sock"
  export DOCKER_HOST=unix://$BOX/hung.sock
  begin=$(date +%s%N)
  doctor
  took=$((($(date +%s%N) - begin) / 1000000))
  assert_equal 6 "$status"
  [ $took -lt 10000 ]
  assert_equal failure "$(result_of engine)"
  [[ $(fix_of engine) == *"systemctl restart docker"* ]]
  assert_equal ok "$(result_of configuration)"
}

@test "a broken configuration, versions.lock and catalog: every mistake is a row" {
  printf 'health:\n  slow_msec: 5\nprofil: x\n' >>"$AISTACK_CONFIG"
  export AISTACK_VERSIONS_LOCK=$BOX/versions.lock
  echo "ollama" >"$AISTACK_VERSIONS_LOCK"
  printf 'services:\n  broken:\n    imagee: x\n' >"$ETC/broken.yaml"
  doctor
  assert_equal 6 "$status"
  assert_equal 2 "$(jq '[.checks[] | select(.check == "configuration")] | length' <<<"$output")"
  [[ $(detail_of configuration) == *"config.yaml:4:"* ]]
  [[ $(detail_of versions.lock) == *"versions.lock:1:"* ]]
  [[ $(detail_of "catalog broken") == *"broken.yaml:3:"* ]]
  assert_equal ok "$(result_of engine)"
}

@test "an engine address that is not spoken" {
  export DOCKER_HOST=ssh://elsewhere
  doctor
  assert_equal 6 "$status"
  assert_equal skipped "$(result_of engine)"
  [[ $(fix_of configuration) == *DOCKER_HOST* ]]
}

@test "a port of an installed service that somebody else took" {
  aistack install ollama
  aistack stop ollama
  SIM_SERVICE=plain SIM_PORT=11434 SIM_DATA=$BOX/squatter background "$AISTACK_TEST_SIMULATOR"
  eventually curl -sf http://127.0.0.1:11434/
  doctor
  assert_equal 6 "$status"
  assert_equal failure "$(result_of "ports ollama")"
  [[ $(detail_of "ports ollama") == *"pid $BACKGROUND"* ]]
}

@test "secrets that others may read, damaged documents, an update left open" {
  aistack install openwebui
  chmod 0644 "$AISTACK_STATE_DIR/secrets/openwebui.env"
  echo garbage >"$AISTACK_STATE_DIR/gpu_lock.json"
  chmod 0600 "$AISTACK_STATE_DIR/gpu_lock.json"
  use_image openwebui open-webui/open-webui:2
  background aistack update openwebui
  eventually docker inspect aistack-openwebui.aistack-previous
  kill -KILL "$BACKGROUND"
  doctor
  assert_equal 6 "$status"
  secret=$AISTACK_STATE_DIR/secrets/openwebui.env
  assert_equal "chmod 0600 $secret" "$(fix_of "file $secret")"
  assert_equal failure "$(result_of "file $AISTACK_STATE_DIR/gpu_lock.json")"
  assert_equal warning "$(result_of "update openwebui")"
}

@test "a file system that hangs costs its own rows only" {
  # A directory on which everything blocks: a FUSE server that never answers.
  [ -e /dev/fuse ] || mknod /dev/fuse c 10 229
  mkdir -p "$BOX/dead"
  background python3 -c 'import ctypes, os, sys, time
fd = os.open("/dev/fuse", os.O_RDWR)
options = f"fd={fd},rootmode=40000,user_id=0,group_id=0".encode()
libc = ctypes.CDLL(None, use_errno=True)
if libc.mount(b"dead", sys.argv[1].encode(), b"fuse", 0, options) != 0:
    sys.exit(os.strerror(ctypes.get_errno()))
open(sys.argv[2], "w").close()
time.sleep(600)' "$BOX/dead" "$BOX/mounted"
  mounted() { [ -e "$BOX/mounted" ] || ! kill -0 "$BACKGROUND" 2>/dev/null; }
  eventually mounted
  [ -e "$BOX/mounted" ] || { cat "$BOX/background.out" >&2 && false; }
  printf 'volumes:\n  root: %s/dead/volumes\n' "$BOX" >"$AISTACK_CONFIG"
  begin=$(date +%s%N)
  run --separate-stderr timeout -s KILL 20 "$AISTACK_BINARY" --json doctor
  took=$((($(date +%s%N) - begin) / 1000000))
  kill "$BACKGROUND"
  umount -l "$BOX/dead"
  assert_equal 6 "$status"
  [ $took -lt 10000 ]
  assert_equal failure "$(result_of "disk $BOX/dead/volumes")"
  assert_equal ok "$(result_of engine)"
}
