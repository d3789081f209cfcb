#!/usr/bin/env bats
# Full disks, and a state directory that cannot be used.

load support
load faults_golden

teardown() {
  in_lab || return 0
  end_background
  clean_engine
  end_small
}

@test "no space for the state" {
  small_disk "$AISTACK_STATE_DIR"
  fill "$AISTACK_STATE_DIR"
  fault disk-state 1 "No space for aistack's state" "Make space, then repeat the command." install ollama
}

@test "no space for the volumes" {
  small_disk "$VOLUMES" size=64k,nr_inodes=2
  fill "$VOLUMES"
  fault disk-volumes 1 "No space for a volume's directory" "Make space, then repeat the command." \
    install ollama
}

@test "no space for the log of events is no reason to fail" {
  small_disk "$AISTACK_LOG_DIR"
  fill "$AISTACK_LOG_DIR"
  run --separate-stderr aistack install ollama
  assert_equal 0 "$status"
  assert_line "event log is not written"
}

@test "no space for images" {
  small_engine size=24m
  printf 'services:\n  ollama:\n    image: %s\n' "$AISTACK_TEST_BIG_IMAGE" \
    >"$ETC/ollama.override.yaml"
  fault disk-images 1 "No space for an image" \
    "\`docker system df\` shows what takes the space, \`docker image prune\` frees what nothing uses." install ollama
}

@test "a state directory that is read-only, a link, a file, or everybody's" {
  mkdir "$AISTACK_STATE_DIR"
  mount -t tmpfs -o ro,mode=0700 tmpfs "$AISTACK_STATE_DIR"
  fault disk-read-only 3 "The state directory is on a read-only file system" \
    "Mount it writable, or name another one." install ollama
  umount "$AISTACK_STATE_DIR"
  rmdir "$AISTACK_STATE_DIR"
  ln -s "$BOX/elsewhere" "$AISTACK_STATE_DIR"
  mkdir "$BOX/elsewhere"
  fault disk-link 3 "The state directory is a symbolic link" \
    "aistack follows no link there, as somebody else might have made it." install ollama
  rm "$AISTACK_STATE_DIR"
  touch "$AISTACK_STATE_DIR"
  fault disk-file 1 "The state directory is a file" "Move it away." install ollama
  rm "$AISTACK_STATE_DIR"
  mkdir -m 0777 "$AISTACK_STATE_DIR"
  fault disk-everybody 3 "Everybody may write into the state directory" \
    "Take the right away." install ollama
}

@test "a state directory of another user, or that may not be written" {
  # The engine's own group: it is the state directory that stands in the way.
  group=$(stat -c %g "${AISTACK_TEST_DOCKER#unix://}")
  mkdir -m 0755 "$AISTACK_STATE_DIR"
  mkdir -m 0777 "$AISTACK_RUN_DIR" "$AISTACK_LOG_DIR" "$VOLUMES"
  run --separate-stderr as_nobody --groups "$group" -- install ollama
  assert_equal 3 "$status"
  keep disk-other-user 3 "The state directory belongs to another user" \
    "Run aistack as the user that owns it, as a rule with sudo." "aistack install ollama" \
    "$(sed -n '/^error: /,$p' <<<"$stderr" | mask)"
  chown 65534 "$AISTACK_STATE_DIR"
  chmod 0500 "$AISTACK_STATE_DIR"
  run --separate-stderr as_nobody --groups "$group" -- install ollama
  assert_equal 3 "$status"
  keep disk-not-writable 3 "The state directory may not be written" \
    "Run aistack as the user that owns it, as a rule with sudo." "aistack install ollama" \
    "$(sed -n '/^error: /,$p' <<<"$stderr" | mask)"
  assert_equal "" "$(docker ps -aq)$(docker volume ls -q)"
}

@test "a state file that is damaged is named and kept" {
  aistack install ollama
  echo '{"schema": 1, "serv' >"$AISTACK_STATE_DIR/ollama_service.json"
  fault disk-damaged 1 "A state file is damaged" \
    "Move it away: aistack then goes by what the engine shows." stop ollama
  grep -q serv "$AISTACK_STATE_DIR/ollama_service.json"
}
