#!/usr/bin/env bash
# `aistack status` with three services up, beside `docker ps`, `docker-compose ps` and the slowest
# probe; and what it does to the machine: processes, connections, memory.
# Wanted: at most the slowest probe and `docker ps` together; no child process; one connection to
# the engine and one a probe.
# shellcheck source=bench/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need strace docker-compose /usr/bin/time

aistack install ollama openwebui localai >/dev/null 2>&1
compose_file ollama openwebui localai >"$box/compose.yaml"

heading "status, three services up"
compare "docker ps" "docker ps" \
  "the slowest probe" "timed:python3 $here/by_hand.py probe ${probe[ollama]} ${probe[openwebui]} ${probe[localai]}" \
  "aistack status" "$AISTACK_BINARY status" \
  "docker-compose ps" "docker-compose -f $box/compose.yaml ps"

heading "what one \`aistack status\` does"
strace -f -qq -e trace=process,connect -o "$box/trace" "$AISTACK_BINARY" status >/dev/null
printf '%-40s %s\n' \
  "programs executed (1: itself)" "$(grep -c 'execve(' "$box/trace")" \
  "processes and threads made (0)" "$(grep -cE '(clone3?|v?fork)\(' "$box/trace" || true)" \
  "connections to the engine (1)" "$(grep -c 'connect(.*docker.sock' "$box/trace")" \
  "connections to services (3)" "$(grep -c 'connect(.*AF_INET' "$box/trace")" \
  "other connections (0)" "$(grep 'connect(' "$box/trace" | grep -cvE 'docker.sock|AF_INET' || true)"

# peak CMD…: the most memory that it had at once, in MiB.
peak() {
  /usr/bin/time -f %M -o "$box/peak" "$@" >/dev/null 2>&1
  awk '{ printf "%.1f MiB\n", $1 / 1024 }' "$box/peak"
}
printf '%-40s %s\n' "memory of aistack status" "$(peak "$AISTACK_BINARY" status)" \
  "memory of docker ps" "$(peak docker ps)" \
  "memory of docker-compose ps" "$(peak docker-compose -f "$box/compose.yaml" ps)"
