#!/usr/bin/env bash
# Loading all conformance cases, beside `docker-compose config` of those that 1.29 can read. Needs
# no lab, but a build with -DAISTACK_BENCH=ON (BENCH_BUILD, build/release unless told).
# Wanted: all 43 below 50 ms.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
"${BENCH_BUILD:-$here/../build/release}/bench/compose_load" "$@"

command -v docker-compose >/dev/null || exit 0
read_by_compose=0
begin=$(date +%s%N)
for directory in "$here"/../tests/conformance/cases/*/; do
  files=(-f compose.yaml)
  [ ! -f "$directory/compose.override.yaml" ] || files+=(-f compose.override.yaml)
  if (cd "$directory" && docker-compose "${files[@]}" config -q >/dev/null 2>&1); then
    read_by_compose=$((read_by_compose + 1))
  fi
done
echo "docker-compose config of each: $((($(date +%s%N) - begin) / 1000000)) ms" \
  "($read_by_compose of them without an error)"
