#!/usr/bin/env bats
# Switching Open WebUI's backend, in both shapes in which it has stored its settings.

load support

# setting KEY: the stored value, in either shape; read as a program beside aistack would.
setting() {
  python3 - "$VOLUMES/openwebui_data/webui.db" "$1" <<'PYTHON'
import json, sqlite3, sys
database = sqlite3.connect("file:%s?mode=ro" % sys.argv[1], uri=True)
columns = [row[1] for row in database.execute("PRAGMA table_info(config)")]
if "key" in columns:
    print(database.execute("SELECT value FROM config WHERE key = ?", (sys.argv[2],)).fetchone()[0])
else:
    value = json.loads(database.execute("SELECT data FROM config").fetchone()[0])
    for part in sys.argv[2].split("."):
        value = value[part]
    print(json.dumps(value, separators=(",", ":")))
PYTHON
}

# What the running page would use, asked over HTTP.
served() {
  curl -sf -H "Authorization: Bearer simulator-admin" "http://127.0.0.1:3000/$1/config" | jq -c "$2"
}

# administrator_sets KEY JSON: as its pages would, with the service stopped.
administrator_sets() {
  docker stop -t 2 aistack-openwebui >/dev/null
  python3 - "$VOLUMES/openwebui_data/webui.db" "$1" "$2" <<'PYTHON'
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
database.execute("UPDATE config SET value = ? WHERE key = ?", (sys.argv[3], sys.argv[2]))
database.commit()
PYTHON
  docker start aistack-openwebui >/dev/null
}

@test "backend shows and switches, and keeps what the administrator set" {
  aistack install --profile standard-gpu
  administrator_sets ui.name '"Our lab"'
  run aistack backend
  assert_line "openwebui talks to ollama"
  run aistack backend localai
  assert_equal 0 "$status"
  assert_line "openwebui now talks to localai"
  assert_equal '["http://aistack-localai:8080/v1"]' "$(served openai .OPENAI_API_BASE_URLS)"
  assert_equal false "$(served ollama .ENABLE_OLLAMA_API)"
  assert_equal '"Our lab"' "$(setting ui.name)"
  assert_equal localai "$(jq -r .backend "$BOX/state/ui_binding.json")"
  assert_green openwebui
  [ ! -e "$VOLUMES/.aistack-snapshots" ] || [ -z "$(ls -A "$VOLUMES/.aistack-snapshots")" ]
  run aistack backend localai
  assert_line "already talks to localai"
  aistack backend ollama
  assert_equal '["http://aistack-ollama:11434"]' "$(served ollama .OLLAMA_BASE_URLS)"
  assert_equal false "$(served openai .ENABLE_OPENAI_API)"
}

@test "a database in the older shape is switched too" {
  cat >>"$ETC/openwebui.override.yaml" <<'YAML'
    environment: { SIM_SETTINGS: tree }
YAML
  aistack install --profile standard-gpu
  aistack backend localai
  assert_equal '["http://aistack-localai:8080/v1"]' "$(setting openai.api_base_urls)"
  assert_equal '["http://aistack-localai:8080/v1"]' "$(served openai .OPENAI_API_BASE_URLS)"
  assert_equal '"Open WebUI"' "$(setting ui.name)"
}

@test "what is not installed or no backend is refused, and nothing changes" {
  run aistack backend localai
  assert_equal 1 "$status"
  aistack install openwebui
  run aistack backend localai
  assert_equal 1 "$status"
  assert_line "localai is not installed"
  run aistack backend openwebui
  assert_equal 2 "$status"
  assert_line "cannot be a backend"
  assert_equal '["http://aistack-ollama:11434"]' "$(setting ollama.base_urls)"
}

@test "a page that stores no settings is refused, with the variables to set" {
  sed '/stored_settings:/d' "$SHIPPED/openwebui.yaml" >"$ETC/openwebui.yaml"
  aistack install --profile standard-gpu
  before=$(engine_state)
  run aistack backend localai
  assert_equal 1 "$status"
  assert_line "openwebui is not aistack's to change"
  assert_line "set OPENAI_API_BASE_URL=http://aistack-localai:8080/v1"
  assert_line "openwebui.override.yaml"
  assert_equal "$before" "$(engine_state)"
}

@test "a switch that is killed is taken back by the next command" {
  aistack install --profile standard-gpu
  for point in 0.02 0.1 0.2 0.4; do
    background aistack backend localai
    sleep "$point"
    kill -9 "$BACKGROUND" 2>/dev/null || true
    wait "$BACKGROUND" 2>/dev/null || true
    aistack status
    eventually is_green openwebui
    now=$(aistack --json backend | jq -r .backend)
    [ "$now" = ollama ] || [ "$now" = localai ]
    aistack backend ollama
  done
  assert_equal '"Open WebUI"' "$(setting ui.name)"
  assert_equal "" "$(docker ps -aq --filter name=aistack-next)"
}

@test "a switch after which the page does not come up goes back, exit code 4" {
  aistack install --profile standard-gpu
  before=$(setting ollama.base_urls)
  # The port is taken while the page is stopped for the switch.
  cat >"$BOX/thief.py" <<'PYTHON'
import socket, sys, time
while True:
    try:
        listener = socket.create_server(("0.0.0.0", 3000))
    except OSError:
        open(sys.argv[1], "w").close()
        time.sleep(0.001)
        continue
    time.sleep(600)
PYTHON
  background python3 "$BOX/thief.py" "$BOX/at_work"
  eventually test -e "$BOX/at_work"
  run aistack backend localai
  assert_line "the switch of openwebui to localai failed"
  [ "$status" = 4 ] || [ "$status" = 5 ]
  end_background
  wait
  aistack start openwebui
  assert_equal "$before" "$(setting ollama.base_urls)"
  assert_equal ollama "$(aistack --json backend | jq -r .backend)"
}
