#!/usr/bin/env bats
# What goes wrong around an update that is under way: the engine is restarted, the clock is set back,
# the tag moves, a disk fills up, the registry goes away, somebody else is at work. Bad images are in
# bad_images.bats, kills of aistack itself in kill_matrix.bats.

load support
load faults_golden

setup() {
  setup_box
  configure 0
}

teardown() {
  in_lab || return 0
  end_background
  # A test that failed while the engine was away must not take the others with it.
  curl -sf -o /dev/null --unix-socket "${AISTACK_TEST_DOCKER#unix://}" http://docker/_ping || start_engine
  clean_engine
  end_small
}

# configure SOAK_SECONDS [STAGE]
configure() {
  printf 'updates: { soak_seconds: %s, stage: %s }\nvolumes: { root: "%s" }\n' \
    "$1" "${2:-true}" "$VOLUMES" >"$BOX/config.yaml"
}

# service_file IMAGE [LINE]: a service of our own with a snapshot before each update, and LINE in it.
service_file() { svc_file "$1" 15s "${2:-}"; }
# The same that does not wait long for what never comes up.
short_lived_file() { svc_file "$1" 3s "${2:-}"; }

plain() { echo "$AISTACK_TEST_REGISTRY/aistack-lab/plain:$1"; }

# installed: version 1 with data; the file names version 2 from now on.
installed() {
  service_file "$(plain 1)"
  aistack install svc
  head -c 1M /dev/urandom >"$VOLUMES/svc_data/kept"
  DATA=$(data_now)
  service_file "$(plain 2)"
}

plan() { jq -r "$1" "$AISTACK_STATE_DIR/svc_update_plan.json"; }
snapshots() { find "$VOLUMES/.aistack-snapshots" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l; }

# begin_update [ARGUMENTS…]: in the background, as BACKGROUND; what it says in OUT and $BOX/err.
begin_update() {
  OUT=${OUT:-$BOX/out}
  : >"$OUT"
  : >"$BOX/err"
  "$AISTACK_BINARY" update svc "$@" >>"$OUT" 2>>"$BOX/err" 3>&- </dev/null &
  BACKGROUND=$!
}

# end_update CODE…: it ends with one of these, which is then in CODE.
end_update() {
  CODE=0
  wait "$BACKGROUND" || CODE=$?
  export DOCKER_HOST=$AISTACK_TEST_DOCKER
  [[ " $* " == *" $CODE "* ]] && return
  printf 'expected exit code: %s\nactual: %s\n' "$*" "$CODE" | cat - "$OUT" "$BOX/err" >&2
  return 1
}

message() { sed -n '/^error: /,$p' "$BOX/err" | mask; }

# reached STEP: the update is at the step of this name.
reached() { [ "$(plan '.status + " " + .steps[-1].name' 2>/dev/null)" = "running $1" ]; }

# update_paused REQUEST: an update that does not go on from its first request to the engine that
# matches; the engine gets that one. Ends with resume.
update_paused() {
  rm -f "$BOX/pid"
  engine_through --only "$1" --cut 1 --signal STOP --pid-file "$BOX/pid"
  begin_update
  echo "$BACKGROUND" >"$BOX/pid.new"
  mv "$BOX/pid.new" "$BOX/pid"
  export DOCKER_HOST=$AISTACK_TEST_DOCKER
  eventually is_paused
}
is_paused() { [[ $(sed 's/.*) //' "/proc/$BACKGROUND/stat") == T* ]]; }
resume() { kill -CONT "$BACKGROUND"; }

# by_hand CONTAINER: somebody removes it as soon as it is there.
by_hand() {
  eventually docker inspect "$1"
  docker rm -f "$1"
}

# assert_settled VERSION PLAN: the service is green with this version and its data; nothing else is
# left of the update, and its plan says how it ended.
assert_settled() {
  eventually is_green svc
  assert_equal "$1 $2" "$(version_now) $(plan .status)"
  assert_equal "$DATA" "$(data_now)"
  assert_equal "svc running" "$(docker ps -a --format '{{.Names}} {{.State}}')"
  assert_equal svc_data "$(docker volume ls -q)"
  assert_equal "" "$(find "$BOX" -name '*.partial' -o -name '*.replaced')"
  # What the last finished update has saved is kept for `rollback`.
  assert_equal "$(plan 'if .status == "finished" or .proven then 1 else 0 end')" "$(snapshots)"
  assert_tidy
}

# next_command ARGUMENTS…: the next ordinary command, which works.
next_command() {
  run --separate-stderr timeout 60 "$AISTACK_BINARY" "$@"
  assert_equal 0 "$status" || { printf '%s\n' "$stderr" >&2 && false; }
}

# -- the engine

# A registry that falls silent in the middle of the layer, and an update that waits for it.
stalled_pull() {
  background "$AISTACK_TEST_SIMULATOR" stall-proxy 5001 "${AISTACK_TEST_REGISTRY#*:}" 4000000
  STALL=$BACKGROUND
  eventually curl -sf http://127.0.0.1:5001/v2/
  service_file 127.0.0.1:5001/aistack-lab/big:1
  begin_update
  eventually grep -q pulling "$BOX/err"
}

@test "the engine is stopped while the image is pulled" {
  installed
  stalled_pull
  stop_engine
  end_update 3
  keep update-engine-pull 3 "The engine goes away while an update pulls the image" \
    "Start the engine and repeat the command." "aistack update svc" "$(message)"
  start_engine
  [ ! -e "$AISTACK_STATE_DIR/svc_update_plan.json" ]
  eventually is_green svc
  service_file "$(plain 2)"
  next_command update svc
  assert_settled 2 finished
}

# restarted_at_request REQUEST: the engine is told to end when it gets this one, and started again.
restarted_at_request() {
  engine_through --only "$1" --cut 1 --signal TERM --pid-file "$AISTACK_TEST_DIR/docker.pid"
  begin_update
  export DOCKER_HOST=$AISTACK_TEST_DOCKER
  eventually test -s "$BOX/requests"
  restart_engine
}

# restarted_at_step STEP
restarted_at_step() {
  begin_update
  eventually reached "$1"
  restart_engine
}

@test "the engine is restarted at any stage of an update" {
  # Stage | exit codes | the next command. Docker serves on while it stops the containers, so that
  # the update may or may not come further; and a loaded machine may take longer to start it again
  # than the rollback waits, which the next command then finishes.
  local old=1 new=2 stage codes next ended number=0
  installed
  while IFS='|' read -r stage codes next; do
    configure 0
    service_file "$(plain $new)"
    case $stage in
      "wait for green") configure 0 false && service_file "$(plain $new)" 'environment: { SIM_FAULT: "late:2" }' ;;
      "watch it") configure 20 ;;
    esac
    case $stage in
      *[!a-z\ ]*) restarted_at_request "$stage" ;;
      *) restarted_at_step "$stage" ;;
    esac
    # shellcheck disable=SC2086  # words
    end_update $codes
    grep -q '^  state: ' "$BOX/err"
    configure 0
    # shellcheck disable=SC2086  # words
    next_command $next
    ended=$(plan .status)
    [ "$next" != "update svc" ] || assert_equal finished "$ended"
    [ "$ended" != finished ] || old=$new
    echo "# $stage | exit code $CODE | $next | version $(version_now)" >&3
    new=$((3 - old))
    number=$((number + 1))
    [[ $ended =~ ^(finished|rolled_back|abandoned)$ ]]
    assert_settled "$old" "$ended"
  done <<'STAGES'
stage/start|1 3 4 5|status
POST .*/svc/stop|0 4 5|status
next/rename|0 4 5|update svc
wait for green|4 5|status
watch it|4 5|update svc
STAGES
  assert_equal 5 "$number"
}

@test "the engine dies between the two renames" {
  installed
  engine_through --only next/rename --cut 1
  begin_update
  end_update 5
  grep -q "state: rollback failed: .*ENOENT" "$BOX/err"
  assert_equal rolling_back "$(plan .status)"
  assert_equal "$DATA" "$(data_now)"
  next_command status
  assert_settled 1 rolled_back
}

# -- the clock

# update_with_clock: an update whose clock stands as "$BOX/clock" says, at any moment.
update_with_clock() {
  local preload
  preload=$(find /usr/lib -name libfaketime.so.1 | head -1)
  echo +0 >"$BOX/clock"
  # Exported to this one and not to the shell's own programs.
  LD_PRELOAD=$preload FAKETIME_TIMESTAMP_FILE=$BOX/clock FAKETIME_NO_CACHE=1 DONT_FAKE_MONOTONIC=1 \
    begin_update
}

@test "the clock is set back by two hours while the new version comes up, or never does" {
  configure 0 false
  installed
  short_lived_file "$(plain 2)" 'environment: { SIM_FAULT: "never" }'
  update_with_clock
  eventually reached "wait for green"
  echo -2h >"$BOX/clock"
  SECONDS=0
  end_update 4
  [ $SECONDS -lt 120 ]
  assert_settled 1 rolled_back
  service_file "$(plain 2)" 'environment: { SIM_FAULT: "late:2" }'
  update_with_clock
  eventually reached "wait for green"
  echo -2h >"$BOX/clock"
  end_update 0
  # So it was: the plan ended before it began.
  [[ $(plan .ended) < $(plan .started) ]]
  [ "$(plan .downtime_ms)" -gt 1500 ]
  [ "$(plan .downtime_ms)" -lt 120000 ]
  assert_settled 2 finished
}

# -- the registry and the tag

# A repository of the test's own, so that the others' tags stay where they are.
push_moving() {
  local tag
  DOCKER=(docker)
  SIMULATOR=$AISTACK_TEST_SIMULATOR
  # shellcheck source=scripts/simulator-images.sh
  . "$BATS_TEST_DIRNAME/../../scripts/simulator-images.sh"
  MOVING=$AISTACK_TEST_REGISTRY/aistack-lab/moving
  for tag in 1 2 3; do
    simulator_image "$MOVING:$tag" plain "SIM_VERSION=$tag.0.0"
    docker push -q "$MOVING:$tag"
  done
  docker rmi "$MOVING:1" "$MOVING:2" "$MOVING:3"
}

# move_tag FROM TO: in the registry alone; what the engine has pulled stays.
move_tag() {
  local url=http://$AISTACK_TEST_REGISTRY/v2/aistack-lab/moving/manifests
  local type=application/vnd.docker.distribution.manifest.v2+json
  curl -sf -H "Accept: $type" -o "$BOX/manifest" "$url/$1"
  curl -sf -X PUT -H "Content-Type: $type" --data-binary "@$BOX/manifest" "$url/$2"
}

@test "the tag moves on in the registry: what was tried is what runs and is recorded" {
  push_moving
  installed
  service_file "$MOVING:2"
  update_paused stage/start
  tried=$(docker inspect -f '{{.Image}}' svc.aistack-stage)
  move_tag 3 2
  resume
  end_update 0
  assert_equal "$tried" "$(docker inspect -f '{{.Image}}' svc)"
  assert_equal "$tried" "$(plan '.members[0].to_image_id')"
  assert_settled 2 finished
  run aistack update svc --check
  assert_line "an update is available"
  next_command update svc
  assert_equal "$tried" "$(plan '.members[0].from_image_id')"
  assert_settled 3 finished
}

@test "the registry goes away in the middle of the layer" {
  installed
  before=$(engine_state)
  stalled_pull
  kill "$STALL"
  end_update 1
  keep update-registry-gone 1 "The registry goes away while an update pulls the image" \
    "Three tries were made, and the old version runs on. Run the command again." "aistack update svc" \
    "$(message)"
  assert_unchanged "$before"
  assert_green svc
  assert_equal 1 "$(version_now)"
  assert_tidy
}

@test "the registry goes away after the pull: the update does without" {
  installed
  proxy 5006 "${AISTACK_TEST_REGISTRY#*:}"
  registry=$BACKGROUND
  service_file 127.0.0.1:5006/aistack-lab/plain:2
  update_paused stage/start
  kill "$registry"
  resume
  end_update 0
  assert_settled 2 finished
  before=$(engine_state)
  run --separate-stderr aistack update svc --check
  assert_equal 1 "$status"
  assert_line "connection refused"
  assert_unchanged "$before"
}

# -- disks

@test "no space for the new image" {
  small_engine size=24m
  service_file "$(plain 1)" 'network_mode: bridge'
  aistack install svc
  service_file "$AISTACK_TEST_BIG_IMAGE" 'network_mode: bridge'
  run --separate-stderr timeout 60 "$AISTACK_BINARY" update svc
  healthy="$(health_of svc) $(version_now)"
  aistack remove svc
  assert_equal 1 "$status"
  keep update-disk-image 1 "No space for the image of an update" \
    "The old version runs on. Make space, then repeat the command." "aistack update svc" \
    "$(sed -n '/^error: /,$p' <<<"$stderr" | mask)"
  assert_equal "green 1" "$healthy"
  [ ! -e "$AISTACK_STATE_DIR/svc_update_plan.json" ]
}

@test "no space for the plan" {
  small_disk "$AISTACK_STATE_DIR" size=256k,mode=0700
  installed
  fill "$AISTACK_STATE_DIR"
  fault update-disk-plan 1 "No space for the plan of an update" \
    "Nothing is begun without it. Make space, then repeat the command." update svc
  assert_green svc
  assert_equal 1 "$(version_now)"
  rm "$AISTACK_STATE_DIR/ballast"
  # Full from the trial on: the running version is not touched, and the next command clears up.
  update_paused stage/start
  fill "$AISTACK_STATE_DIR"
  resume
  end_update 1
  grep -q "ENOSPC" "$BOX/err"
  grep -q "state: nothing was changed" "$BOX/err"
  rm "$AISTACK_STATE_DIR/ballast"
  next_command status
  assert_settled 1 rolled_back
}

@test "the disk fills up while the volumes are saved" {
  small_disk "$VOLUMES" size=6m
  installed
  update_paused svc/stop
  fill "$VOLUMES"
  resume
  end_update 4
  keep update-disk-snapshot 4 "The disk fills up while an update saves the volumes" \
    "The old version runs with its data. Make space, then repeat the command." "aistack update svc" \
    "$(message)"
  rm "$VOLUMES/ballast"
  assert_settled 1 rolled_back
  next_command update svc
  assert_settled 2 finished
}

# -- others at work

@test "somebody removes the new container: the old one goes on, or is back" {
  installed
  before=$(docker ps -aq --no-trunc)
  update_paused stage/json
  by_hand svc.aistack-stage
  resume
  end_update 1
  keep update-trial-removed 1 "Somebody removes the container that a new version is tried in" \
    "The old version was not touched. Repeat the command." "aistack update svc" "$(message)"
  assert_equal "$before" "$(docker ps -aq --no-trunc)"
  assert_settled 1 abandoned
  update_paused svc/stop
  by_hand svc.aistack-next
  resume
  end_update 4
  keep update-new-removed 4 "Somebody removes the new container" \
    "The old version is back. Find out what removes containers, then repeat the command." \
    "aistack update svc" "$(message)"
  assert_settled 1 rolled_back
  update_paused next/rename
  by_hand svc
  resume
  end_update 4
  assert_equal "$before" "$(docker ps -aq --no-trunc)"
  assert_settled 1 rolled_back
}

@test "somebody removes the old container, or both: the data are there" {
  installed
  update_paused next/rename
  by_hand svc.aistack-previous
  resume
  end_update 0
  assert_settled 2 finished
  service_file "$(plain 1)"
  update_paused next/rename
  by_hand svc.aistack-previous
  by_hand svc
  resume
  end_update 5
  grep -q "state: .*the container is missing" "$BOX/err"
  assert_equal "$DATA" "$(data_now)"
  assert_equal "" "$(docker ps -aq)"
  # The version that was proven, though the file names the other one.
  next_command start svc
  assert_settled 2 rolled_back
}

@test "two updates at once: the one waits, and finds nothing to do" {
  local first second
  installed
  OUT=$BOX/out.1 begin_update --lock-timeout 30s
  first=$BACKGROUND
  begin_update --lock-timeout 30s
  second=$BACKGROUND
  wait "$first"
  wait "$second"
  assert_equal "1 1" "$(grep -l "updated to" "$BOX/out" "$BOX/out.1" | wc -l) $(
    grep -l "already up to date" "$BOX/out" "$BOX/out.1" | wc -l)"
  assert_settled 2 finished
}

@test "while an update is watched, every other command on the service is refused and harms nothing" {
  configure 4
  installed
  begin_update
  eventually reached "watch it"
  for command in update rollback start stop restart repair remove install; do
    run --separate-stderr aistack "$command" svc
    assert_equal "$command 1" "$command $status"
    assert_line "pid $BACKGROUND"
    assert_line "state: nothing was changed"
  done
  # What only looks leaves the plan alone.
  next_command status
  reached "watch it"
  end_update 0
  assert_settled 2 finished
}

@test "the engine goes away while the new version is tried: the next command clears the trial away" {
  installed
  engine_through --only 'DELETE .*stage' --cut 1
  begin_update
  end_update 3
  next_command status
  assert_equal "svc running" "$(docker ps -a --format '{{.Names}} {{.State}}')"
  next_command update svc
  assert_settled 2 finished
}

@test "the engine goes away while the new version is tried: the next update is not in its own way" {
  installed
  engine_through --only 'POST .*stage/start' --cut 1 --when after
  begin_update
  end_update 3
  next_command update svc
  assert_settled 2 finished
}

@test "the engine goes away after the decision: updated, and the next command tidies up" {
  installed
  engine_through --only 'DELETE .*previous' --cut 1
  begin_update
  end_update 0
  grep -q "note: updated; the next command removes the old container" "$BOX/err"
  assert_equal 2 "$(version_now)"
  next_command status
  assert_settled 2 finished
}

@test "the tag is moved in the engine while the new version is tried: what was tried is what runs" {
  push_moving
  installed
  service_file "$MOVING:2"
  update_paused stage/start
  tried=$(docker inspect -f '{{.Image}}' svc.aistack-stage)
  docker pull -q "$MOVING:3"
  docker tag "$MOVING:3" "$MOVING:2"
  resume
  end_update 0
  assert_equal "$tried" "$(docker inspect -f '{{.Image}}' svc)"
  assert_equal "$tried" "$(plan '.members[0].to_image_id')"
  assert_settled 2 finished
}

@test "the disk of the state fills up during the exchange: the old version is back, which is no exit code 5" {
  small_disk "$AISTACK_STATE_DIR" size=256k,mode=0700
  installed
  update_paused svc/stop
  fill "$AISTACK_STATE_DIR"
  resume
  end_update 4
  eventually is_running_1
  keep update-disk-state 4 "The disk of the state fills up during an update" \
    "The old version is back. Make space: the next command closes the plan." "aistack update svc" \
    "$(message)"
  rm "$AISTACK_STATE_DIR/ballast"
  next_command status
  assert_settled 1 rolled_back
}
is_running_1() { [ "$(version_now)" = 1 ]; }

@test "an open plan that cannot be closed for want of space does not keep status and health from looking" {
  small_disk "$AISTACK_STATE_DIR" size=256k,mode=0700
  installed
  update_paused svc/stop
  fill "$AISTACK_STATE_DIR"
  resume
  end_update 4 5
  next_command status
  next_command health
}

# advice: the first "aistack …" of the error's `next`, as words.
advice() { sed -nE 's/^ +(next:)? +(or )?aistack ([a-z][^(]*).*/\3/p' "$BOX/err" | head -1; }

@test "what a failed rollback advises finishes the rollback, and does not put the new version in" {
  installed
  # A version that brings the data to a new format, which the old one cannot read.
  service_file "$(plain 2)" 'environment: { SIM_SCHEMA: "2" }'
  engine_through --only svc/start --cut 1 --when after
  begin_update
  end_update 5
  # shellcheck disable=SC2046  # words
  next_command $(advice)
  next_command status
  assert_equal "1 $DATA" "$(version_now) $(data_now)"
}

@test "what a finished rollback advises does not put the version in that has just failed" {
  configure 0 false
  installed
  short_lived_file "$(plain 2)" 'environment: { SIM_SCHEMA: "2", SIM_FAULT: "500" }'
  begin_update
  end_update 4
  # shellcheck disable=SC2046  # words
  run timeout 60 "$AISTACK_BINARY" $(advice)
  assert_equal 4 "$status"
  assert_equal "1 $DATA" "$(version_now) $(data_now)"
}

@test "a pull that failed is not announced as pulled" {
  installed
  stalled_pull
  kill "$STALL"
  end_update 1
  run ! grep -q "svc: pulled" "$BOX/err"
}

@test "update --check without the registry: it could not check, and says what to do" {
  installed
  service_file 127.0.0.1:5999/aistack-lab/plain:2
  run --separate-stderr aistack update svc --check
  assert_equal 1 "$status"
  [[ $stderr == *"error: cannot check svc"* ]]
}
