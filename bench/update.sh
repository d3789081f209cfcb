#!/usr/bin/env bash
# How long a service is away while it is updated: a probe every 2 ms counts. `aistack update` beside
# `docker-compose up -d` on the same change, and beside the engine's own stop and start of that
# container, which neither can do without.
# Wanted: at most 50 ms over stop and start.
# shellcheck source=bench/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need docker-compose curl

url=${probe[ollama]}
docker pull -q "$AISTACK_TEST_REGISTRY/ollama/ollama:2" >/dev/null
printf 'updates:\n  soak_seconds: 1\nvolumes:\n  root: %s\n' "$box/volumes" >"$box/config.yaml"

# away NAME CMD…: runs CMD and prints for how many milliseconds nobody answered meanwhile.
away() {
  python3 - "$url" "$@" <<'PYTHON'
import subprocess, sys, time, urllib.request

url, name, command = sys.argv[1], sys.argv[2], sys.argv[3:]
child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
last, longest, ended = time.monotonic(), 0.0, None
while ended is None or time.monotonic() - ended < 1:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:
            answer.read()
        now = time.monotonic()
        longest, last = max(longest, now - last), now
    except OSError:
        pass
    if ended is None and child.poll() is not None:
        ended = time.monotonic()
    time.sleep(0.002)
print(f"{name:28} {longest * 1000:8.0f} ms without an answer (exit code {child.returncode})")
PYTHON
}

for round in 1 2 3; do
  heading "round $round"
  clean_engine
  rm -rf "$AISTACK_STATE_DIR"
  use_image ollama ollama/ollama:1
  aistack install ollama >/dev/null 2>&1
  away "stop + start" bash -c 'docker stop aistack-ollama && docker start aistack-ollama'
  use_image ollama ollama/ollama:2
  away "aistack update" "$AISTACK_BINARY" update ollama

  use_image ollama ollama/ollama:1
  docker rm -f aistack-ollama >/dev/null
  for volume in openwebui_data localai_models; do docker volume create "$volume" >/dev/null; done
  compose_file ollama >"$box/one.yaml"
  docker-compose -f "$box/one.yaml" up -d >/dev/null 2>&1
  until curl -sfo /dev/null "$url"; do sleep 0.05; done
  use_image ollama ollama/ollama:2
  compose_file ollama >"$box/one.yaml"
  away "docker-compose up -d" docker-compose -f "$box/one.yaml" up -d
done
