#!/usr/bin/env bash
# `aistack status` on an engine with 1,000 containers of others, beside the one call that it cannot
# do without, GET /containers/json?all=1 made by hand, and beside `docker ps -a`.
# Wanted: at most 1.3 times the call.
# shellcheck source=bench/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

aistack install ollama openwebui localai >/dev/null 2>&1
by_hand crowd "${BENCH_CROWD:-1000}" "$AISTACK_TEST_REGISTRY/ollama/ollama:1"

heading "status, with $(docker ps -aq | wc -l) containers on the engine"
compare "the list by hand" "timed:python3 $here/by_hand.py list" \
  "aistack status" "$AISTACK_BINARY status" \
  "docker ps -a" "docker ps -a"
