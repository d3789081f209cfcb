#!/usr/bin/env bats
# `secret rotate`: a new value, proven, or the old one back; and no value is ever shown.

load support

value() { cut -d= -f2 "$AISTACK_STATE_DIR/secrets/openwebui.env"; }
in_container() { docker inspect -f '{{join .Config.Env "\n"}}' aistack-openwebui; }

@test "the running service gets a new value, which nothing shows" {
  aistack install openwebui
  before=$(value)
  run --separate-stderr aistack -v secret rotate openwebui
  assert_equal 0 "$status"
  assert_line "openwebui: new WEBUI_SECRET_KEY"
  assert_line "logs in again"
  after=$(value)
  [ "$before" != "$after" ]
  [[ $(in_container) == *"WEBUI_SECRET_KEY=$after"* ]]
  assert_green openwebui
  [[ $output$stderr != *"$before"* && $output$stderr != *"$after"* ]]
  run grep -rlE "$before|$after" "$AISTACK_LOG_DIR" "$AISTACK_STATE_DIR"
  assert_equal "$AISTACK_STATE_DIR/secrets/openwebui.env" "$output"
  assert_equal 600 "$(stat -c %a "$AISTACK_STATE_DIR/secrets/openwebui.env")"
}

@test "a service that does not become green with it: the old value is back" {
  aistack install openwebui
  before=$(value)
  # Under the same tag, a program that never works: neither value helps then.
  docker pull -q "$AISTACK_TEST_REGISTRY/open-webui/open-webui:error"
  docker tag "$AISTACK_TEST_REGISTRY/open-webui/open-webui:error" \
    "$AISTACK_TEST_REGISTRY/open-webui/open-webui:1"
  printf 'x-aistack:\n  health: {port: 8080, path: /health, startup_timeout: 2s}\n' \
    >>"$ETC/openwebui.override.yaml"
  run --separate-stderr aistack secret rotate openwebui
  assert_equal 5 "$status"
  assert_line "error: cannot rotate the secrets of openwebui"
  assert_line "does not run with its previous secrets"
  assert_equal "$before" "$(value)"
  [[ $(in_container) == *"WEBUI_SECRET_KEY=$before"* ]]
  [ ! -e "$AISTACK_STATE_DIR/secrets/openwebui.env.previous" ]
}

@test "a rotation that is killed: the next start is with the new value, and the old one goes" {
  aistack install openwebui
  before=$(value)
  background aistack secret rotate openwebui
  eventually test -e "$AISTACK_STATE_DIR/secrets/openwebui.env.previous"
  kill -9 "$BACKGROUND"
  wait "$BACKGROUND" || true
  aistack start openwebui
  assert_green openwebui
  [[ $(in_container) == *"WEBUI_SECRET_KEY=$(value)"* ]]
  [ ! -e "$AISTACK_STATE_DIR/secrets/openwebui.env.previous" ]
  [ "$before" != "$(value)" ]
}

@test "a service without generated secrets, and one that is not installed" {
  run --separate-stderr aistack secret rotate ollama
  assert_equal 1 "$status"
  assert_line "nothing was changed"
  run --separate-stderr aistack secret rotate openwebui
  assert_equal 1 "$status"
  assert_line "aistack install openwebui"
}
