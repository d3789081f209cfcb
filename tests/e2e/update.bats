#!/usr/bin/env bats
# update, update-all and rollback on a real engine; bad versions are in bad_images.bats, kills in
# kill_matrix.bats.

load support

setup() {
  setup_box
  printf 'updates:\n  soak_seconds: 1\nvolumes:\n  root: %s\n' "$VOLUMES" >"$BOX/config.yaml"
}

version_of() { curl -sf "http://127.0.0.1:$1/api/version" | jq -r .version; }
plan() { jq -r "$1" "$BOX/state/ollama_update_plan.json"; }

@test "update replaces the container, reports the downtime and leaves nothing over" {
  aistack install ollama
  echo precious >"$VOLUMES/ollama_data/kept"
  use_image ollama ollama/ollama:2
  run aistack update ollama
  assert_equal 0 "$status"
  assert_line "ms of downtime"
  assert_equal 2.0.0-simulator "$(version_of 11434)"
  assert_equal precious "$(cat "$VOLUMES/ollama_data/kept")"
  assert_equal aistack-ollama "$(docker ps -a --format '{{.Names}}')"
  assert_equal finished "$(plan .status)"
  assert_equal 0 "$(plan '[.steps[] | select(.result != "ok")] | length')"
  run aistack update ollama
  assert_line "already up to date"
}

@test "an edited container_name takes effect with an update" {
  aistack install ollama
  use_image ollama ollama/ollama:2
  printf '    container_name: renamed\n' >>"$ETC/ollama.override.yaml"
  run aistack update ollama
  assert_equal 0 "$status"
  assert_equal 2.0.0-simulator "$(version_of 11434)"
  assert_equal renamed "$(docker ps -a --format '{{.Names}}')"
  run aistack start ollama
  assert_line "nothing changed"
}

# publish_version NUMBER: a further working version of ollama, made of version 2, in the registry.
publish_version() {
  local repository=$AISTACK_TEST_REGISTRY/ollama/ollama
  docker create --name made-by-the-test "$repository:2" >/dev/null
  docker commit --change "LABEL number=$1" made-by-the-test "$repository:$1" >/dev/null
  docker push --quiet "$repository:$1" >/dev/null
  docker rm made-by-the-test >/dev/null
  docker image rm "$repository:$1" >/dev/null
}

@test "old images go, but for as many as updates.keep_images says" {
  printf '  keep_images: 2\n' | sed -i '/soak_seconds/r /dev/stdin' "$BOX/config.yaml"
  docker pull --quiet "$AISTACK_TEST_REGISTRY/ollama/ollama:2" >/dev/null
  for number in 3 4; do publish_version $number; done
  aistack install ollama
  for number in 2 3 4; do
    use_image ollama "ollama/ollama:$number"
    aistack update ollama
  done
  assert_equal "2 3 4" "$(docker image ls --format '{{.Tag}}' "$AISTACK_TEST_REGISTRY/ollama/ollama" |
    sort | xargs)"
  aistack rollback ollama
  assert_equal "2 3 4" "$(docker image ls --format '{{.Tag}}' "$AISTACK_TEST_REGISTRY/ollama/ollama" |
    sort | xargs)"
}

@test "rollback goes back to the version before, and says so in the log" {
  aistack install ollama
  use_image ollama ollama/ollama:2
  aistack update ollama
  run aistack rollback ollama
  assert_equal 0 "$status"
  assert_equal 1.0.0-simulator "$(version_of 11434)"
  aistack logs ollama 100 | grep -qi rollback
}

@test "--check asks the registry and changes nothing" {
  aistack install ollama
  use_image ollama ollama/ollama:2
  before=$(engine_state)
  run aistack update ollama --check
  assert_line "an update is available"
  assert_equal "$before" "$(engine_state)"
  assert_equal "" "$(docker image ls -q "$AISTACK_TEST_REGISTRY/ollama/ollama:2")"
}

@test "pinned refuses, and says how to change it" {
  aistack install ollama
  printf 'updates: { mode: pinned }\n' >>"$BOX/config.yaml"
  sed -i '1,2d' "$BOX/config.yaml"
  run aistack update ollama
  assert_equal 1 "$status"
  assert_line "updates.mode is pinned"
  assert_line "rolling"
  run aistack versions
  assert_line "mode=pinned"
}

@test "update-all goes localai, ollama, openwebui, and one failure does not stop the others" {
  aistack install --profile standard-gpu
  use_image localai localai/localai:exits
  use_image ollama ollama/ollama:2
  use_image openwebui open-webui/open-webui:2
  run --separate-stderr aistack --json update-all
  [ "$status" != 0 ]
  assert_equal "localai ollama openwebui" \
    "$(jq -r '[.services[].service] | join(" ")' <<<"$output")"
  assert_equal "updated updated" \
    "$(jq -r '[.services[] | select(.outcome).outcome] | join(" ")' <<<"$output")"
  assert_equal 1.0.0-simulator "$(curl -sf http://127.0.0.1:8080/version | jq -r .version)"
  assert_equal 2.0.0-simulator "$(version_of 3000)"
}

@test "while one service is updated, no request to another is missed" {
  aistack install --profile standard-gpu
  cat >"$BOX/requests.py" <<'PYTHON'
import os, sys, time, urllib.request

missed = sent = 0
end = time.monotonic() + 60
while time.monotonic() < end:
    begin = time.monotonic()
    try:
        with urllib.request.urlopen("http://127.0.0.1:3000/health", timeout=30) as answer:
            answer.read()
    except OSError:
        missed += 1
    sent += 1
    with open(sys.argv[1] + ".new", "w", encoding="ascii") as file:
        file.write(f"{sent} {missed}\n")
    os.replace(file.name, sys.argv[1])
    time.sleep(max(0, 0.02 - (time.monotonic() - begin)))
PYTHON
  background python3 "$BOX/requests.py" "$BOX/count"
  eventually test -s "$BOX/count"
  use_image ollama ollama/ollama:2
  aistack update ollama
  end_background
  read -r sent missed <"$BOX/count"
  echo "# $sent requests, $missed missed" >&3
  [ "$sent" -gt 20 ]
  assert_equal 0 "$missed"
}

@test "a registry that is gone leaves everything as it is" {
  aistack install ollama
  printf 'services: { ollama: { image: "127.0.0.1:5999/ollama/ollama:2" } }\n' \
    >"$ETC/ollama.override.yaml"
  before=$(docker ps -a --no-trunc --format '{{.ID}} {{.Names}} {{.State}}')
  run aistack update ollama
  assert_equal 1 "$status"
  assert_line "nothing was changed"
  assert_equal "$before" "$(docker ps -a --no-trunc --format '{{.ID}} {{.Names}} {{.State}}')"
  assert_green ollama
}

@test "a second update at once names the first" {
  aistack install ollama
  use_image ollama ollama/ollama:never
  background aistack update ollama
  eventually docker inspect aistack-ollama.aistack-stage
  run aistack update ollama
  assert_equal 1 "$status"
  assert_line "pid $BACKGROUND"
  kill -INT "$BACKGROUND"
  wait "$BACKGROUND" || code=$?
  assert_equal 130 "$code"
  assert_equal aistack-ollama "$(docker ps -a --format '{{.Names}}')"
  assert_green ollama
}

@test "somebody removes the new container while it is watched: the old one is back" {
  printf 'updates:\n  soak_seconds: 20\nvolumes:\n  root: %s\n' "$VOLUMES" >"$BOX/config.yaml"
  aistack install ollama
  use_image ollama ollama/ollama:2
  background aistack update ollama
  eventually grep -q '"watch it"' "$BOX/state/ollama_update_plan.json"
  docker rm -f aistack-ollama
  code=0
  wait "$BACKGROUND" || code=$?
  assert_equal 4 "$code"
  assert_equal 1.0.0-simulator "$(version_of 11434)"
  assert_equal rolled_back "$(plan .status)"
}

@test "a full disk for the snapshot leaves the running version alone" {
  mkdir -p "$VOLUMES"
  mount -t tmpfs -o size=6m tmpfs "$VOLUMES"
  aistack install openwebui
  head -c 4M /dev/zero >"$VOLUMES/openwebui_data/large"
  use_image openwebui open-webui/open-webui:2
  run aistack update openwebui
  healthy=$(health_of openwebui)
  version=$(version_of 3000)
  docker rm -f aistack-openwebui
  umount "$VOLUMES"
  assert_equal 1 "$status"
  assert_line "a copy of the volumes takes"
  assert_line "nothing was changed"
  assert_equal green "$healthy"
  assert_equal 1.0.0-simulator "$version"
}
