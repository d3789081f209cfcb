#!/usr/bin/env bash
# How much memory `aistack logs` takes of a log of 200 MB, beside `docker logs`, and how long a
# command takes that asks nobody.
# Wanted: below 12 MiB at any size of log; `version` below 5 ms.
# shellcheck source=bench/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need /usr/bin/time

lines=${BENCH_LOG_LINES:-3000000}
printf '    environment:\n      SIM_FAULT: "lines:%d"\n' "$lines" >>"$box/etc/ollama.override.yaml"
aistack install ollama >/dev/null 2>&1

# peak NAME CMD…: bytes printed, the most memory had at once, seconds.
peak() {
  local name=$1 bytes
  shift
  bytes=$(/usr/bin/time -f '%M %e' -o "$box/peak" "$@" 2>/dev/null | wc -c)
  awk -v name="$name" -v bytes="$bytes" \
    '{ printf "%-42s %8.1f MB %8.1f MiB %8.2f s\n", name, bytes / 1e6, $1 / 1024, $2 }' "$box/peak"
}

heading "a log of $lines lines: printed, memory, time"
peak "aistack logs ollama" "$AISTACK_BINARY" logs ollama
peak "aistack logs ollama 1000000" "$AISTACK_BINARY" logs ollama 1000000
peak "aistack logs ollama 1000000 --json" "$AISTACK_BINARY" logs ollama 1000000 --json
peak "aistack logs ollama --since 1h" "$AISTACK_BINARY" logs ollama --since 1h
peak "docker logs --tail 1000000 aistack-ollama" docker logs --tail 1000000 aistack-ollama

heading "a command that asks nobody"
compare --rounds 50 "true" "/bin/true" "aistack version" "$AISTACK_BINARY version" \
  "docker --version" "docker --version"
