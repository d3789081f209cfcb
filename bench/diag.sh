#!/usr/bin/env bash
# A support bundle over 2 GiB of log: memory, and time beside `zip` of the same files.
# Wanted: below 64 MiB; faster than `zip`, which looks for no secrets.
# shellcheck source=bench/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need /usr/bin/time zip unzip

mib=${BENCH_LOG_MIB:-2048}
mkdir -p "$AISTACK_LOG_DIR"
# One log of aistack's own events, one of what services write; a block of 64 MiB of each, again and
# again (deflate sees 32 KiB of it at once).
python3 "$here/log_lines.py" events 64 >"$box/events"
python3 "$here/log_lines.py" services 64 >"$box/services"
for ((i = 0; i < mib / 128; ++i)); do
  cat "$box/events" >>"$AISTACK_LOG_DIR/events.log"
  cat "$box/services" >>"$AISTACK_LOG_DIR/aistack.log"
done

heading "$mib MiB of log: memory, time"
for ((round = 1; round <= ${BENCH_ROUNDS:-3}; ++round)); do
  rm -f "$box/diag.zip" "$box/zip.zip"
  /usr/bin/time -f 'aistack diag  %M %e %U' -o "$box/times" -a \
    "$AISTACK_BINARY" diag -q --output "$box/diag.zip" >/dev/null
  /usr/bin/time -f 'zip           %M %e %U' -o "$box/times" -a \
    zip -q "$box/zip.zip" "$AISTACK_LOG_DIR/events.log" "$AISTACK_LOG_DIR/aistack.log"
  [ "$round" -gt 1 ] || stat -c '%s %n' "$box/diag.zip" "$box/zip.zip" >"$box/sizes"
done
awk '{ time = $(NF - 1); name = $1 == "zip" ? "zip" : "aistack diag"
       printf "%-14s %8.1f MiB %8.2f s %8.2f s of CPU\n", name, $(NF - 2) / 1024, time, $NF
       if (!(name in best) || time < best[name]) best[name] = time }
     END { printf "%-14s %8.2f\n", "ratio", best["aistack diag"] / best["zip"] }' "$box/times"
cat "$box/sizes"
unzip -tqq "$box/diag.zip" && echo "unzip -t: no errors"
