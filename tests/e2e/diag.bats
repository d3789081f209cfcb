#!/usr/bin/env bats
# The support bundle: nothing secret leaves, what is around it stays, and it is there whatever is
# broken.

load support

CORPUS=$BATS_TEST_DIRNAME/../data/redaction

# The corpus of planted secrets without its marks; every secret in it has PLANTED in it, or is the
# base64 of something that has.
planted() { sed -e 's/⇒[^»]*»//g' -e 's/[«»]//g' -e '/^== /s/.*/--/' "$CORPUS/planted.txt"; }
unmarked() { sed -e '/^== /s/.*/--/' "$CORPUS/public.txt"; }

# bundle ARGS…: makes a bundle and unpacks it to $BOX/out.
bundle() {
  rm -rf "$BOX/out" "$BOX/diag.zip"
  aistack diag --output "$BOX/diag.zip" "$@" 2>"$BOX/notes" >"$BOX/report"
  unzip -qq -d "$BOX/out" "$BOX/diag.zip"
}

# Secrets everywhere: in the configuration, the containers' environment, arguments, labels and logs,
# in events, state and rotated logs.
plant() {
  mkdir -p "$AISTACK_LOG_DIR" "$AISTACK_STATE_DIR/secrets"
  { echo 'SESSION_KEY=PLANTEDsessionkey0123'; sed 's/^/KNOWN=/' "$CORPUS/known.txt"; } \
    >"$AISTACK_STATE_DIR/secrets/ollama.env"
  planted >"$BOX/planted"
  {
    printf '    environment:\n      HF_TOKEN: PLANTEDoverride0123\n      SIM_LOG: |\n'
    sed 's/^/        /; s/\$/$$/g' "$BOX/planted"
    printf '        a session of PLANTEDsessionkey0123 and PLANTEDoverride0123 ends\n'
  } >>"$ETC/ollama.override.yaml"
  printf '# admin_password: PLANTED in a comment\n' >>"$AISTACK_CONFIG"
  aistack install ollama
  docker run -d --name helper --label io.aistack.service=ollama --label app.password=PLANTEDlabel \
    -e PLAIN=PLANTEDplain -e URL=http://bob:PLANTEDinurl@host/ "$AISTACK_TEST_IMAGE" \
    --api-key PLANTEDarg --token=PLANTEDarg2
  cat "$BOX/planted" >>"$AISTACK_LOG_DIR/events.log"
  gzip <"$BOX/planted" >"$AISTACK_LOG_DIR/events.log.2.gz"
  unmarked >"$AISTACK_LOG_DIR/aistack.log"
  printf '{"schema": 1, "registry": "https://bob:PLANTEDstate@registry.example/", "n": 1}\n' \
    >"$AISTACK_STATE_DIR/other.json"
}

@test "no planted secret is in any file of the bundle" {
  plant
  bundle
  run grep -rlaE 'PLANTED|UExBTlRFR|BMQU5URU|QTEFOVEVE|dXNlcjpQ' "$BOX/out"
  assert_equal "" "$output"
  [ ! -e "$BOX/out/secrets" ]
  [ "$(jq .redacted "$BOX/out/diag_manifest.json")" -gt 200 ]
}

@test "the text around the secrets is still there" {
  plant
  bundle
  log=$BOX/out/containers/aistack-ollama/log.txt
  for file in "$BOX/out/logs/events.log" "$BOX/out/logs/events.log.2" "$log"; do
    grep -qF '  host: db.example' "$file"
    grep -qF 'INFO login user=bob password=*** from 10.0.0.1' "$file"
    grep -qF 'pull from https://bob:***@registry.example/v2/ failed' "$file"
    grep -qF 'GET /v1/models?key=***&page=2 HTTP/1.1' "$file"
    grep -qF '{"headers":{"Authorization":"***","Accept":"*/*"}}' "$file"
    grep -qF -- '-----END RSA PRIVATE KEY-----' "$file"
  done
  grep -qF 'a session of *** and *** ends' "$log"
  grep -qF service.install.completed "$BOX/out/logs/events.log"
  cmp "$AISTACK_LOG_DIR/aistack.log" "$BOX/out/logs/aistack.log"
  inspect=$BOX/out/containers/helper/inspect.json
  assert_equal 'PLAIN=***' "$(jq -r '.Config.Env[] | select(startswith("PLAIN"))' "$inspect")"
  assert_equal '***' "$(jq -r '.Config.Labels["app.password"]' "$inspect")"
  assert_equal '--api-key *** --token=***' "$(jq -r '.Args | join(" ")' "$inspect")"
  assert_equal running "$(jq -r .State.Status "$inspect")"
  assert_equal 'https://bob:***@registry.example/' "$(jq -r .registry "$BOX/out/state/other.json")"
  assert_equal 1 "$(jq .n "$BOX/out/state/other.json")"
}

@test "the manifest lists every file with its digest, and what is missing" {
  aistack install ollama
  bundle
  manifest=$BOX/out/diag_manifest.json
  assert_equal "$(cd "$BOX/out" && find . -type f ! -name diag_manifest.json -printf '%P\n' | sort)" \
    "$(jq -r '.files[].name' "$manifest" | sort)"
  (cd "$BOX/out" && jq -r '.files[] | .sha256 + "  " + .name' "$manifest" | sha256sum -c --quiet)
  assert_equal 1 "$(jq .schema "$manifest")"
  assert_equal "$(hostname)" "$(jq -r .host.name "$manifest")"
  jq -e '.missing[] | select(.part == "GPU devices") | .why' "$manifest"
  find "$BOX/out" -name '*.json' -print0 | xargs -0 -n 1 jq -e . >/dev/null
  assert_equal green "$(jq -r '.services[0].health' "$BOX/out/health_report.json")"
  image=$(jq -r '.images[0]' "$BOX/out/versions.json")
  [[ $(jq -r '.digests[0]' <<<"$image") == *@sha256:* ]]
  assert_equal 600 "$(stat -c %a "$BOX/diag.zip")"
}

@test "without the engine there is a bundle that says so" {
  mkdir -p "$AISTACK_LOG_DIR"
  echo '{"event": "something"}' >"$AISTACK_LOG_DIR/events.log"
  DOCKER_HOST=unix:///nonexistent/docker.sock bundle
  grep -q 'ENOENT' <(jq -r '.missing[] | select(.part == "engine") | .why' "$BOX/out/diag_manifest.json")
  assert_equal '{"event": "something"}' "$(cat "$BOX/out/logs/events.log")"
}

@test "with a broken configuration there is a bundle that has it" {
  printf 'profle: minimal\n' >>"$AISTACK_CONFIG"
  printf 'services: [\n' >"$ETC/broken.yaml"
  bundle
  jq -r '.missing[].why' "$BOX/out/diag_manifest.json" >"$BOX/why"
  grep -q profle "$BOX/why"
  grep -q broken.yaml "$BOX/why"
  grep -rq 'profle: minimal' "$BOX/out/config"
}

@test "a damaged state document is in the bundle, and a file that is a link is not followed" {
  mkdir -p "$AISTACK_STATE_DIR" "$AISTACK_LOG_DIR"
  echo '{"half": ' >"$AISTACK_STATE_DIR/idle_state.json"
  echo 'somebody:else' >"$BOX/elsewhere"
  ln -s "$BOX/elsewhere" "$AISTACK_LOG_DIR/events.log.1"
  bundle
  assert_equal '{"half": ' "$(cat "$BOX/out/state/idle_state.json")"
  run grep -r somebody "$BOX/out"
  assert_equal 1 "$status"
}

@test "--no-logs and --no-config leave those out" {
  mkdir -p "$AISTACK_LOG_DIR"
  echo '{}' >"$AISTACK_LOG_DIR/events.log"
  bundle --no-logs --no-config
  [ ! -e "$BOX/out/logs" ]
  [ ! -e "$BOX/out/config" ]
  assert_equal "configuration logs" \
    "$(jq -r '[.missing[].part | select(. == "logs" or . == "configuration")] | sort | join(" ")' \
      "$BOX/out/diag_manifest.json")"
}

@test "the default name has the time, and a file that is there is not overwritten" {
  cd "$BOX"
  run --separate-stderr aistack diag --json
  assert_equal 0 "$status"
  path=$(jq -r .path <<<"$output")
  [[ $path =~ ^aistack-diag-20[0-9]{6}-[0-9]{6}\.zip$ ]]
  assert_equal "$(stat -c %s "$path")" "$(jq .bytes <<<"$output")"
  echo mine >taken.zip
  run --separate-stderr aistack diag --output taken.zip
  assert_equal 1 "$status"
  assert_line "taken.zip exists already"
  assert_line "nothing was written"
  assert_equal mine "$(cat taken.zip)"
}

@test "Ctrl-C leaves nothing behind" {
  mkdir -p "$AISTACK_LOG_DIR" "$BOX/target"
  truncate -s 3G "$AISTACK_LOG_DIR/events.log"
  background aistack diag --output "$BOX/target/diag.zip"
  eventually grep -q events.log "$BOX/background.out"
  kill -INT "$BACKGROUND"
  wait "$BACKGROUND" || code=$?
  assert_equal 130 "$code"
  assert_equal "" "$(ls -A "$BOX/target")"
}
