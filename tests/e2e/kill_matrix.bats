#!/usr/bin/env bats
# SIGKILL before and after every change that an update asks the engine for, however many there are:
# the matrix counts them itself. Each is followed by the next ordinary command, in turn. Kills
# between changes of files (plan, snapshot) are in the unit test Update.SurvivesAKill….

load support

proxy() {
  python3 "$BATS_TEST_DIRNAME/../lab/faulty_proxy.py" "$BOX/proxy.sock" \
    "${AISTACK_TEST_DOCKER#unix://}" --only '^(POST|DELETE|PUT)' --log "$BOX/requests" "$@" \
    3>&- >/dev/null 2>&1 &
  PROXY=$!
  eventually test -S "$BOX/proxy.sock"
}

end_proxy() {
  kill "$PROXY"
  wait "$PROXY" 2>/dev/null || true
  rm -f "$BOX/proxy.sock"
}

version_now() {
  curl -sf http://127.0.0.1:3000/api/version | jq -r .version | cut -d. -f1
}

only_ours() {
  aistack status >/dev/null
  [ "$(docker ps -a --format '{{.Names}}')" = aistack-openwebui ]
}

# Everything in the volume but what SQLite keeps beside a database in use.
data_digest() {
  (cd "$VOLUMES/openwebui_data" && find . -type f ! -name '*-wal' ! -name '*-shm' -print0 |
    sort -z | xargs -0 sha256sum | sha256sum)
}

# killed_update VERSION NUMBER SIDE: an update to VERSION, killed at its change NUMBER. KILLED: it has
# so many; else it must be done. Not called as a condition, in which no failure would count.
killed_update() {
  KILLED=yes
  local drop=()
  [ "$3" = after ] || drop=(--drop)
  rm -f "$BOX/pid"
  proxy --signal KILL --pid-file "$BOX/pid" --cut "$2" --back "${drop[@]}"
  use_image openwebui "open-webui/open-webui:$1"
  DOCKER_HOST=unix://$BOX/proxy.sock "$AISTACK_BINARY" update openwebui >"$BOX/out" 2>&1 3>&- &
  local pid=$! code=0
  echo "$pid" >"$BOX/pid.new" && mv "$BOX/pid.new" "$BOX/pid"
  wait "$pid" || code=$?
  change=$(sed -n "$2p" "$BOX/requests")
  end_proxy
  [ -n "$change" ] || KILLED=no
  assert_equal "$([ $KILLED = yes ] && echo 137 || echo 0)" "$code"
}

@test "an update that is killed at any change leaves a green service, its data and nothing else" {
  printf 'updates:\n  soak_seconds: 1\nvolumes:\n  root: %s\n' "$VOLUMES" >"$BOX/config.yaml"
  aistack install openwebui
  echo precious >"$VOLUMES/openwebui_data/kept"
  before=$(data_digest)
  commands=("status" "start openwebui" "update openwebui")
  echo "# change | side | next command | version after | plan" >&3
  for number in $(seq 1 40); do
    for side in before after; do
      old=$(version_now)
      new=$((3 - old))
      killed_update "$new" "$number" "$side"
      [ $KILLED = yes ] || break 2
      next=${commands[$(((number * 2 + (${#side} % 2)) % 3))]}
      # shellcheck disable=SC2086  # words
      aistack $next >"$BOX/next" 2>&1 || { cat "$BOX/next" >&2 && false; }
      eventually is_green openwebui
      now=$(version_now)
      plan=$(jq -r .status "$BOX/state/openwebui_update_plan.json" 2>/dev/null || echo none)
      echo "# ${change% HTTP/1.1} | $side | $next | $now (was $old) | $plan" >&3
      assert_equal "$before" "$(data_digest)"
      # What was on its way to the engine at the kill may come after the next command: one more then.
      eventually only_ours
      assert_equal openwebui_data "$(docker volume ls -q)"
      [[ $plan =~ ^(none|finished|rolled_back|abandoned)$ ]] || assert_equal "a plan that is over" "$plan"
      [ "$now" = "$old" ] || [ "$now" = "$new" ]
      # Only an update puts in what the file names, once an update to it has come to nothing.
      [ "$now" = "$old" ] || [ "$plan" = finished ]
      [ "$next" != "update openwebui" ] || assert_equal "$new" "$now"
    done
  done
  # All of them: pull, try, create, stop, two renames, start, and tidying up.
  [ "$number" -gt 8 ]
}
