#!/usr/bin/env bats
# Docker Compose, as Debian packages it (1.29), on aistack's containers, and the other way round.
# It cannot read a top-level `name:`, so the shipped files are not for it; nor does its `up` take a
# volume that is bound to a directory. What a current Compose does with both is told in
# docs/OPERATIONS.md.

load support

setup() {
  setup_box
  command -v docker-compose
  cat >"$ETC/mine.yaml" <<YAML
services:
  web:
    image: $AISTACK_TEST_IMAGE
    ports: ["127.0.0.1:18080:8080"]
    environment: { COLOR: "blue" }
  side:
    image: $AISTACK_TEST_IMAGE
    depends_on: [web]
YAML
}

compose() { docker-compose --no-ansi -f "$ETC/mine.yaml" "$@"; }

names() { docker ps -a --format '{{.Names}}' | sort | xargs; }

@test "Compose sees, stops and starts what aistack made" {
  aistack install mine
  run compose ps
  assert_equal 0 "$status"
  assert_line "etc-web-1"
  assert_line "127.0.0.1:18080->8080/tcp"
  run compose logs --tail 5
  assert_line "simulator of plain"
  compose stop
  assert_equal stopped "$(state_of mine)"
  compose start
  eventually is_green mine
  compose down
  assert_equal "" "$(names)"
  assert_equal missing "$(state_of mine)"
  aistack install mine
  assert_green mine
}

@test "Compose's up keeps to one container a service, and aistack takes its containers over" {
  aistack install mine
  compose up -d
  assert_equal 2 "$(docker ps -q | wc -l)"
  assert_equal running "$(state_of mine)"
  run --separate-stderr aistack install mine
  assert_equal 0 "$status"
  assert_equal 2 "$(docker ps -aq | wc -l)"
  assert_equal "etc-side-1 etc-web-1" "$(names)"
  assert_green mine
}

@test "aistack sees, stops, starts and removes what Compose made" {
  compose up -d
  assert_equal running "$(state_of mine)"
  aistack stop mine
  assert_equal 0 "$(docker ps -q | wc -l)"
  aistack start mine
  assert_green mine
  run aistack logs mine 5
  assert_line "listening"
  aistack remove mine
  assert_equal "" "$(names)"
}
