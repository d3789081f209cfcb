#!/usr/bin/env bats
# The operations playbook, section by section: its commands as an administrator types them, in its
# order, and what he expects of each. Its error patterns are in ../e2e/patterns.bats, its manual
# rollback is in ../e2e/health.bats, Compose on the catalog's files in ../e2e/interop.bats.

load ../e2e/support

setup() {
  setup_box
  printf 'updates:\n  soak_seconds: 1\nvolumes:\n  root: %s\n' "$VOLUMES" >"$BOX/config.yaml"
}

# An image `ubuntu` with what the playbook's backup runs in it: this machine's own tar and gzip.
make_ubuntu() {
  local root=$BOX/ubuntu program library
  for program in sh tar gzip; do
    install -D "$(command -v "$program")" "$root/bin/$program"
    for library in $(ldd "$(command -v "$program")" | grep -o '/[^ ]*'); do
      install -D "$library" "$root$library"
    done
  done
  tar -C "$root" -c . | docker import --change "ENV PATH=/bin" - ubuntu >/dev/null
}

@test "service management" {
  aistack install --profile standard-gpu
  run aistack status
  assert_equal 0 "$status"
  [ "$(grep -c green <<<"$output")" = 3 ]
  aistack health --save
  assert_equal 3 "$(jq '.services | length' "$BOX/state/health_report.json")"
  aistack logs ollama
  run aistack logs openwebui 100
  assert_equal 0 "$status"
  [ "${#lines[@]}" -ge 1 ]
  run aistack logs openwebui 1
  assert_equal 0 "$status"
  assert_equal 1 "$(grep -vc '^\[aistack\] ' <<<"$output")"
  # shellcheck disable=SC2015  # as the playbook has it
  aistack stop ollama && aistack start ollama
  assert_green ollama
  echo precious >"$VOLUMES/ollama_data/kept"
  aistack remove ollama
  assert_equal precious "$(cat "$VOLUMES/ollama_data/kept")"
  aistack install ollama
  aistack remove ollama --purge
  [ ! -e "$VOLUMES/ollama_data/kept" ]
  assert_green openwebui
}

@test "profile minimal, and one service after the other" {
  aistack install --profile minimal
  assert_equal aistack-ollama "$(docker ps -a --format '{{.Names}}')"
  aistack install openwebui
  aistack install localai
  for service in ollama openwebui localai; do assert_green $service; done
}

@test "a service shows red: logs, repair, or stop and start" {
  aistack install ollama
  docker kill aistack-ollama >/dev/null
  assert_equal red "$(health_of ollama)"
  aistack logs ollama 50
  docker ps -a | grep -q aistack
  aistack repair ollama
  assert_green ollama
  docker kill aistack-ollama >/dev/null
  aistack stop ollama
  aistack start ollama
  assert_green ollama
}

@test "a port already in use: the port is changed in the compose file" {
  aistack install openwebui
  sed -i 's/"3000:8080"/"3001:8080"/' "$SHIPPED/openwebui.yaml"
  aistack start openwebui
  assert_equal 200 "$(http_status http://127.0.0.1:3001/health)"
  assert_equal 000 "$(http_status http://127.0.0.1:3000/health)"
  assert_green openwebui
}

@test "a service update failed: the plan, the rollback in the log, the policy, and a new container" {
  aistack install ollama
  echo precious >"$VOLUMES/ollama_data/kept"
  # It comes up beside the running one, and then does not live long.
  use_image ollama ollama/ollama:exits
  printf '  stage: false\n' | sed -i '/soak_seconds/r /dev/stdin' "$BOX/config.yaml"
  run aistack update ollama
  assert_equal 4 "$status"
  assert_equal rolled_back "$(jq -r .status "$BOX/state/ollama_update_plan.json")"
  aistack logs ollama 100 | grep -i rollback
  docker pull "$AISTACK_TEST_REGISTRY/ollama/ollama:2" >/dev/null
  run aistack versions
  assert_line "mode=rolling"
  use_image ollama ollama/ollama:2
  aistack stop ollama
  aistack remove ollama
  aistack install ollama
  assert_equal 2.0.0-simulator "$(curl -sf http://127.0.0.1:11434/api/version | jq -r .version)"
  assert_equal precious "$(cat "$VOLUMES/ollama_data/kept")"
}

@test "update one, update all, and the versions pinned" {
  aistack install --profile standard-gpu
  for service in ollama/ollama localai/localai; do use_image "${service#*/}" "$service:2"; done
  aistack update ollama
  aistack logs ollama 50 | grep -q updat
  aistack update-all
  assert_equal 2.0.0-simulator "$(curl -sf http://127.0.0.1:8080/version | jq -r .version)"
  echo "ollama:$AISTACK_TEST_REGISTRY/ollama/ollama:1" >"$AISTACK_VERSIONS_LOCK"
  sed -i 's/^updates:/&\n  mode: pinned/' "$BOX/config.yaml"
  run aistack versions
  assert_line "mode=pinned"
  run aistack update ollama
  assert_equal 1 "$status"
  aistack start ollama
  assert_equal 1.0.0-simulator "$(curl -sf http://127.0.0.1:11434/api/version | jq -r .version)"
}

@test "a volume is backed up with docker run, removed, and restored" {
  make_ubuntu
  aistack install ollama
  echo precious >"$VOLUMES/ollama_data/kept"
  cd "$BOX"
  aistack stop ollama
  docker run --rm \
    -v ollama_data:/data \
    -v "$(pwd)":/backup \
    ubuntu tar czf "/backup/ollama-backup-$(date +%Y%m%d).tar.gz" /data
  aistack start ollama
  assert_green ollama

  echo ruined >"$VOLUMES/ollama_data/kept"
  aistack stop ollama
  # The container, stopped, still holds its volume: the engine refuses, and names it.
  run docker volume rm ollama_data
  assert_line "$(container_id aistack-ollama)"
  docker rm aistack-ollama >/dev/null
  docker volume rm ollama_data >/dev/null
  docker run --rm \
    -v ollama_data:/data \
    -v "$(pwd)":/backup \
    ubuntu tar xzf "/backup/ollama-backup-$(date +%Y%m%d).tar.gz" -C /
  aistack start ollama
  assert_green ollama
  assert_equal precious "$(docker run --rm -v ollama_data:/data ubuntu tar -cC /data kept |
    tar -xO kept)"
}

@test "the configuration is backed up with tar, lost, and restored" {
  aistack install ollama
  id=$(container_id aistack-ollama)
  tar -C / -czf "$BOX/backup.tar.gz" "$ETC" "$BOX"/state/*.json
  rm -rf "$ETC" "$BOX"/state/*.json
  tar -C / -xzf "$BOX/backup.tar.gz"
  assert_green ollama
  aistack install ollama
  assert_equal "$id" "$(container_id aistack-ollama)"
}

@test "complete system reset" {
  aistack install --profile standard-gpu
  # With --remove-configs /etc/aistack would go, this machine's own: see purge.bats.
  aistack purge --all --yes
  docker system prune -a -f --volumes >/dev/null
  run aistack status
  assert_line "No services installed"
  assert_equal "" "$(docker ps -aq)$(docker volume ls -q)"
}

@test "recovery from corrupted state" {
  aistack install --profile standard-gpu
  echo precious >"$VOLUMES/ollama_data/kept"
  echo '{' >"$BOX/state/ollama_service.json"
  rm -rf "${BOX:?}"/state/*
  rm -rf "$ETC"
  mkdir -p "$ETC"
  use_image ollama ollama/ollama:1
  use_image openwebui open-webui/open-webui:1
  use_image localai localai/localai:1
  aistack install --profile standard-gpu
  for service in ollama openwebui localai; do assert_green $service; done
  assert_equal precious "$(cat "$VOLUMES/ollama_data/kept")"
}

@test "diagnostic packages" {
  aistack install ollama
  cd "$BOX"
  aistack diag
  aistack diag --output "$BOX/aistack-diag.zip"
  aistack diag --no-logs --output "$BOX/no-logs.zip"
  aistack diag --no-config --output "$BOX/no-config.zip"
  unzip -l "$BOX/aistack-diag.zip" | grep -q diag_manifest.json
  run unzip -l "$BOX/no-logs.zip"
  assert_equal 0 "$status"
  [[ $output != *"logs/"* ]]
  run unzip -l "$BOX/no-config.zip"
  assert_equal 0 "$status"
  [[ $output != *config.yaml* ]]
}
