#!/usr/bin/env bash
# `aistack install` of services whose images, volumes and network are there, beside the calls that
# it cannot do without, made by hand: create, start, first green probe (of several services at
# once), and beside `docker-compose up -d`, which waits for no probe.
# Wanted: one at most 20 ms over the calls by hand, three at most 1.15 times them.
# shellcheck source=bench/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need docker-compose

aistack install ollama openwebui localai >/dev/null 2>&1
by_hand record "$box/recorded" aistack-ollama="${probe[ollama]}" \
  aistack-openwebui="${probe[openwebui]}" aistack-localai="${probe[localai]}"
compose_file ollama >"$box/one.yaml"
compose_file ollama openwebui localai >"$box/three.yaml"

# As after `aistack remove`, which keeps the volumes and the secrets; but the network stays.
prepare="python3 $here/by_hand.py clear && rm -f $AISTACK_STATE_DIR/*.json && sleep 0.3"

heading "install of one service"
compare --prepare "$prepare" \
  "by hand" "timed:python3 $here/by_hand.py up $box/recorded aistack-ollama" \
  "aistack install" "$AISTACK_BINARY install ollama" \
  "docker-compose up -d" "docker-compose -f $box/one.yaml up -d"

heading "install of three services"
compare --prepare "$prepare" \
  "by hand, at once" "timed:python3 $here/by_hand.py up $box/recorded aistack-ollama aistack-openwebui aistack-localai" \
  "aistack install" "$AISTACK_BINARY install ollama openwebui localai" \
  "docker-compose up -d" "docker-compose -f $box/three.yaml up -d"
