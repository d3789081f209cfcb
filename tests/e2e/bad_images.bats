#!/usr/bin/env bats
# Ten bad versions and two good ones, each offered to `aistack update` and to a script that does what
# most people's updaters do (pull, stop, rm, run). The table says how often the service is down, its
# data changed, and the good version there.

load support

# NAME=WHAT THE NEW VERSION DOES, as lines for the service in the Compose file.
declare -gA bad=(
  ["exits at once"]='environment: { SIM_FAULT: "exit:0:3" }'
  ["exits after 3 s"]='environment: { SIM_FAULT: "exit:3:3" }'
  ["answers 500"]='environment: { SIM_FAULT: "500" }'
  ["hangs"]='environment: { SIM_FAULT: "hang" }'
  ["never listens"]='environment: { SIM_FAULT: "never" }'
  ["listens elsewhere"]='environment: { SIM_FAULT: "wrong-port:9999" }'
  ["takes all memory"]='environment: { SIM_FAULT: "memory-hog:512" }'
  ["has no program"]='entrypoint: ["/no-such-program"]'
  ["migrates, then dies"]='environment: { SIM_SCHEMA: "2", SIM_FAULT: "exit:2:1" }'
  ["another architecture"]='platform: linux/arm64'
)
declare -gA good=(
  ["works"]='labels: { good: "yes" }'
  ["needs 8 s"]='environment: { SIM_FAULT: "late:8" }'
)

# service_file VERSION [LINE]
service_file() { svc_file "$AISTACK_TEST_REGISTRY/aistack-lab/plain:$1" 12s "mem_limit: 128m" "${2:-}"; }

answers() { [ -n "$(version_now)" ]; }

fresh() {
  clean_engine
  rm -rf "$VOLUMES" "$BOX/state"
  service_file 1
  aistack install svc 2>/dev/null
  echo precious >"$VOLUMES/svc_data/kept"
}

# script_update: what the file says, by hand.
script_update() {
  local image=$AISTACK_TEST_REGISTRY/aistack-lab/plain:2 options=()
  case $1 in
    environment*) mapfile -t options < <(sed -n 's/.*{ \(.*\) }/\1/p' <<<"$1" | sed 's/", /"\n/g' |
      sed 's/: /=/; s/"//g; s/^/-e\n/') ;;
    entrypoint*) options=(--entrypoint /no-such-program) ;;
    platform*) options=(--platform linux/arm64) ;;
  esac
  docker pull -q "$image" && docker stop -t 2 svc && docker rm svc &&
    docker run -d --name svc --restart unless-stopped -m 128m -p 127.0.0.1:12080:8080 \
      -v svc_data:/data "${options[@]}" "$image"
}

# row UPDATER NAME: what there is 10 s after it ended, at most.
row() {
  local end=$((SECONDS + 10)) state=down data=kept version
  while [ $SECONDS -lt $end ] && ! answers; do sleep 0.2; done
  # One that is restarted again and again answers now and then: it must do so for a while.
  version=$(version_now) && sleep 3.2
  if [ -n "$version" ] && answers; then state=up; fi
  [ "$(data_now)" = "$before" ] || data=changed
  echo "# $1 | $2 | $state | version ${version:--} | data $data" >&3
  ROW="$state ${version:--} $data"
}

@test "aistack update: none of ten bad versions takes the service or its data away" {
  printf 'updates:\n  soak_seconds: 5\nvolumes:\n  root: %s\n' "$VOLUMES" >"$BOX/config.yaml"
  echo "# updater | new version | service | runs | data" >&3
  assert_equal "10 2" "${#bad[@]} ${#good[@]}"
  for name in "${!bad[@]}"; do
    fresh
    before=$(data_now)
    service_file 2 "${bad[$name]}"
    run aistack update svc
    # 1: found before anything was changed; 4: taken back.
    [ "$status" = 1 ] || [ "$status" = 4 ]
    row aistack "$name"
    assert_equal "up 1 kept" "$ROW"
    assert_equal svc "$(docker ps -a --format '{{.Names}}')"
    if [ "$status" = 4 ]; then aistack logs svc 100 | grep -qi rollback; fi
  done
  for name in "${!good[@]}"; do
    fresh
    before=$(data_now)
    service_file 2 "${good[$name]}"
    aistack update svc
    row aistack "$name"
    assert_equal "up 2 kept" "$ROW"
  done
}

@test "the same by a script, for comparison" {
  local down=0 count=0
  for name in "${!bad[@]}"; do
    fresh
    before=$(data_now)
    script_update "${bad[$name]}" >/dev/null 2>&1 || true
    row script "$name"
    count=$((count + 1))
    [ "${ROW%% *}" = up ] || down=$((down + 1))
  done
  echo "# script: down $down times of $count" >&3
  [ "$down" -gt 5 ]
}
