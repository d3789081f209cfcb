#!/usr/bin/env bash
# One command on a fresh Debian 12 or Ubuntu 24.04: installs what is missing, a container engine
# too, builds aistack, installs it and brings the first service up. Twice in a row is fine.
#
#   ./setup.sh              as root, or with sudo
#   ./setup.sh --simulator  with the simulator's images, even if a registry can be reached
#   ./setup.sh --undo       takes away what it put there; never data, never your configuration
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# shellcheck source=scripts/packages.sh
. scripts/packages.sh
# shellcheck source=scripts/simulator-images.sh
. scripts/simulator-images.sh

readonly record=/usr/share/aistack/setup # what this script did, for --undo
readonly overrides=/etc/aistack/compose
readonly marker="# Written by setup.sh: the simulator instead of the real image."
readonly build=$PWD/build/setup
export SIMULATOR=$build/simulator/aistack-simulator
DOCKER=(docker) # or podman: what makes the simulator's images

say() { printf '\n==> %s\n' "$*"; }

# The checkout may be a user's: then what is built in it is, too.
as_builder() {
  if [ -n "${SUDO_USER:-}" ] && [ "$(stat -c %U .)" = "$SUDO_USER" ]; then
    sudo -u "$SUDO_USER" -- "$@"
  else
    "$@"
  fi
}

# --- the engine ------------------------------------------------------------------------------

docker_answers() { docker version >/dev/null 2>&1; }

use_or_install_engine() {
  if docker_answers; then return; fi
  if ! command -v dockerd >/dev/null && podman info >/dev/null 2>&1 && [ -S /run/podman/podman.sock ]; then
    DOCKER=(podman)
    return
  fi
  say "Container engine"
  # shellcheck disable=SC2046  # a list of names, meant to be split
  install_and_record $(engine_packages)
  docker_answers || start_docker
}

start_docker() {
  local tries=600
  if [ -d /run/systemd/system ]; then
    systemctl enable --now docker
  else
    mkdir -p /var/log/aistack
    setsid dockerd >/var/log/aistack/dockerd.log 2>&1 </dev/null &
    echo $! >"$record/dockerd.pid"
  fi
  until docker_answers; do
    tries=$((tries - 1))
    if [ $tries -eq 0 ]; then
      echo "error: the container engine does not answer" >&2
      echo "  next:  journalctl -u docker, or less /var/log/aistack/dockerd.log" >&2
      exit 3
    fi
    sleep 0.1
  done
}

# --- build and install -------------------------------------------------------------------------

# Remembers which packages were not there before.
install_and_record() {
  missing_packages "$@" >>"$record/packages"
  install_packages "$@"
}

# A file of the catalog that was edited where it was installed moves to where it takes that one's place:
# nothing that is installed anew, or taken away, overwrites it there.
keep_edited_catalog() {
  local file sum own
  [ -f "$record/catalog" ] || return 0
  while read -r sum file; do
    if [ ! -f "$file" ] || [ "$(sha256sum <"$file")" = "$sum  -" ]; then continue; fi
    install -d "$overrides"
    own=$overrides/$(basename "$file")
    [ ! -e "$own" ] || own=$(mktemp -u "$own.edited.XXXXXX")
    cp "$file" "$own"
    echo "note: $file was edited; your version is now $own" >&2
  done <"$record/catalog"
  # What is there from now on is not known to be what was installed, until that is done.
  rm "$record/catalog"
}

build_and_install() {
  say "Build (some minutes the first time)"
  as_builder cmake --preset release -B "$build" -DCMAKE_INSTALL_PREFIX=/usr -DAISTACK_TESTS=OFF \
    -DAISTACK_WERROR=OFF >/dev/null
  as_builder cmake --build "$build" --target aistack aistack-simulator
  install -d "$overrides"
  keep_edited_catalog
  cmake --install "$build" >/dev/null
  cp "$build/install_manifest.txt" "$record/manifest"
  grep /aistack/compose/ "$record/manifest" | xargs -d '\n' sha256sum >"$record/catalog.new"
  mv "$record/catalog.new" "$record/catalog"
  if [ -d /run/systemd/system ]; then
    systemd-tmpfiles --create aistack.conf
  else
    install -d /run/aistack /var/log/aistack /var/lib/aistack /var/lib/aistack/volumes
    install -d -m 0700 /var/lib/aistack/secrets
  fi
}

# --- the simulator, where no registry can be reached ---------------------------------------------

simulator_overrides() { grep -lxF "$marker" "$overrides"/*.override.yaml 2>/dev/null || true; }
simulated_services() { simulator_overrides | xargs -rn1 basename -s .override.yaml; }

# use_simulator SERVICE…: makes the images of the simulator that was just built, and names them.
use_simulator() {
  local service checksum reference file
  checksum=$(sha256sum <"$SIMULATOR" | cut -c1-12)
  for service in "$@"; do
    reference=aistack-simulator/$service:$checksum
    file=$overrides/$service.override.yaml
    "${DOCKER[@]}" image inspect "$reference" >/dev/null 2>&1 ||
      simulator_image "$reference" "$service"
    if [ -e "$file" ] && ! grep -qxF "$marker" "$file"; then
      echo "note: $file is yours and stays as it is" >&2
      continue
    fi
    printf '%s\n# To go back: remove this file, then: aistack install %s\nservices:\n  %s:\n    image: %s\n' \
      "$marker" "$service" "$service" "$reference" >"$file"
  done
}

say_simulator() {
  local why="No registry could be reached, so the" service services sudo=${SUDO_USER:+sudo } installed=
  [ -z "$want_simulator" ] || why="As --simulator asks for, the"
  services=$(simulated_services | xargs)
  for service in $services; do
    ! is_installed "$service" || installed+=" $service"
  done
  cat <<TEXT

    NOTE: these are not the real services: $services. $why
    simulator stands in for them: it answers at the same addresses, and serves no model.
    To go back once there is a network:

        ${sudo}rm $(simulator_overrides | xargs)
        ${sudo}aistack install$installed
TEXT
}

is_installed() { aistack status 2>/dev/null | awk '{ print $1 }' | grep -qx "$1"; }

# --- the first service -----------------------------------------------------------------------------

registry_was_unreachable() {
  tail -n 3 /var/log/aistack/events.log 2>/dev/null | grep -q '"registry_unreachable"'
}

first_service() {
  say "First service"
  local services=(ollama openwebui localai)
  # Where only some are simulated any more, the others have been taken back.
  [ -n "$want_simulator" ] || mapfile -t services < <(simulated_services)
  use_simulator "${services[@]}"
  aistack install --profile minimal && return
  registry_was_unreachable || exit 1
  say "No registry can be reached: going on with the simulator"
  use_simulator ollama openwebui localai
  aistack install --profile minimal
}

setup() {
  case "$(os_release)" in
    debian12 | ubuntu24.04) ;;
    *) echo "note: made for Debian 12 and Ubuntu 24.04; trying all the same" >&2 ;;
  esac
  mkdir -p "$record"
  say "Packages"
  # shellcheck disable=SC2046  # a list of names, meant to be split
  install_and_record $(build_packages)
  use_or_install_engine
  build_and_install
  first_service
  say "Done"
  aistack status
  [ -z "$(simulator_overrides)" ] || say_simulator
  local sudo=${SUDO_USER:+sudo }
  cat <<TEXT

    Ollama answers at http://$(aistack status | awk '$1 == "ollama" { print $4 }'). What next:

        ${sudo}aistack status                          how everything is
        ${sudo}aistack install --profile standard-gpu  the chat page (port 3000) and LocalAI too
        ${sudo}aistack help                            every command
TEXT
}

# --- undo ------------------------------------------------------------------------------------------

# Containers that cannot be asked for now would come back with their engine, and nobody would know
# them then.
require_engine() {
  docker_answers && return
  if command -v dockerd >/dev/null; then
    echo "error: cannot undo: the container engine does not answer" >&2
    echo "  state: nothing was changed" >&2
    if [ -d /run/systemd/system ]; then
      echo "  next:  systemctl start docker" >&2
    else
      echo "  next:  dockerd >/dev/null 2>&1 &" >&2
    fi
    echo "         then again: ./setup.sh --undo" >&2
    exit 3
  fi
  DOCKER=(podman)
}

# Also those whose file is gone.
installed_services() {
  local file
  {
    for file in /usr/share/aistack/compose/*.y*ml "$overrides"/*.y*ml; do basename "${file%.y*ml}"; done
    for file in /var/lib/aistack/*_service.json; do basename "${file%_service.json}"; done
  } | grep -vE '\.override$|\*' | sort -u
}

undo() {
  local service file images failed=()
  command -v aistack >/dev/null && require_engine
  if command -v aistack >/dev/null && { docker_answers || [ -S /run/podman/podman.sock ]; }; then
    for service in $(installed_services); do aistack remove "$service" || failed+=("$service"); done
    mapfile -t images < <("${DOCKER[@]}" image ls -q --filter label=aistack.simulator=true | sort -u)
    [ ${#images[@]} -eq 0 ] || "${DOCKER[@]}" image rm -f "${images[@]}" >/dev/null ||
      echo "note: these images of the simulator stay, since a container runs them" >&2
  fi
  mapfile -t images < <(simulator_overrides)
  rm -f "${images[@]}"
  stop_own_engine
  keep_edited_catalog
  if [ -f "$record/manifest" ]; then
    xargs -d '\n' rm -f <"$record/manifest"
    # The folders of shells that are not installed.
    grep -E '/(bash-completion|zsh|fish)/' "$record/manifest" | xargs -d '\n' -n 1 dirname |
      xargs -d '\n' rmdir -p --ignore-fail-on-non-empty 2>/dev/null || true
  fi
  undo_packages_note
  rm -rf "$record" /run/aistack /var/log/aistack "$build"
  # Directories go only when nothing of the user's is in them.
  find /var/lib/aistack -maxdepth 1 -type f -name '*.json' -delete 2>/dev/null || true
  rmdir --ignore-fail-on-non-empty /usr/share/aistack/compose /usr/share/aistack "$overrides" \
    /etc/aistack /var/lib/aistack/volumes /var/lib/aistack/secrets /var/lib/aistack 2>/dev/null || true
  say "Undone"
  for file in /usr/share/aistack /var/lib/aistack /etc/aistack; do
    [ ! -e "$file" ] || echo "    stays, it is yours: $(find "$file" -mindepth 1 -maxdepth 2 | sort | tr '\n' ' ')"
  done
  [ ${#failed[@]} -eq 0 ] && return
  echo "error: cannot remove ${failed[*]}" >&2
  echo "  why:   aistack said so above" >&2
  echo "  state: everything else is gone; containers of these, if there are any, still run" >&2
  echo "  next:  ${DOCKER[*]} ps -a --filter name=aistack- , then: ${DOCKER[*]} rm -f NAME" >&2
  exit 1
}

# An engine that this script had to start by hand goes too, unless something else runs in it.
stop_own_engine() {
  local pid
  pid=$(cat "$record/dockerd.pid" 2>/dev/null) || return 0
  [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = dockerd ] || return 0
  [ -z "$(docker ps -q)" ] || return 0
  kill "$pid"
  while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
}

undo_packages_note() {
  local packages
  packages=$(sort -u "$record/packages" 2>/dev/null | xargs echo) || true
  [ -z "$packages" ] ||
    printf '\n    The packages that setup.sh installed stay, others may need them by now. To remove them:\n\n        apt-get purge --autoremove %s\n' "$packages"
}

# ---------------------------------------------------------------------------------------------------

action=setup want_simulator=
for argument in "$@"; do
  case $argument in
    --undo) action=undo ;;
    --simulator) want_simulator=yes ;;
    -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$PWD/setup.sh" && exit ;;
    *) echo "error: there is no option \"$argument\"; see ./setup.sh --help" >&2 && exit 2 ;;
  esac
done
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || { echo "error: run it as root, or install sudo" >&2 && exit 1; }
  exec sudo -- "$PWD/setup.sh" "$@"
fi
"$action"
