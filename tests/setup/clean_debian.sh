#!/usr/bin/env bash
# setup.sh on a clean Debian 12 that holds nothing else: a chroot made by debootstrap, in namespaces
# of its own (network, processes, mounts), with packages and nothing more within reach. Runs setup
# twice, looks at the service, undoes it, and looks for what was left behind.
#
#   clean_debian.sh [--podman] [KEPT_BASE]
#
#   --podman    Podman is there already, with its service, and no Docker: setup.sh uses that
#   KEPT_BASE   a folder for the bare system, made once and used again
#
# Takes the packages from where this machine takes its own. Not part of test.sh: it builds
# everything anew and needs some minutes.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$here/../.." && pwd)
# shellcheck source=scripts/packages.sh
. "$repository/scripts/packages.sh"
install_packages debootstrap iproute2 util-linux python3 git
engine=docker
[ "${1:-}" != --podman ] || { engine=podman && shift; }
netns=aistack-setup-$$
work=$(mktemp -d /tmp/aistack-setup.XXXXXX)
root=$work/root
port=3142

cleanup() {
  [ -z "${proxy:-}" ] || kill "$proxy" 2>/dev/null || true
  ip netns del "$netns" 2>/dev/null || true
  rm -rf --one-file-system "$work"
}
trap cleanup EXIT

# shellcheck disable=SC2016  # apt's own placeholder
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Component: main' |
  grep -m1 'debian/*$')
base=${1:-$work/base}
[ -d "$base/etc" ] || debootstrap --variant=minbase bookworm "$base" "$mirror" >"$work/debootstrap.log"
cp -a "$base" "$root"
mkdir "$root/root/aistack"
git -c safe.directory='*' -C "$repository" archive HEAD | tar -x -C "$root/root/aistack"
echo "Acquire::http::Proxy \"http://127.0.0.1:$port\";" >"$root/etc/apt/apt.conf.d/99proxy"

ip netns add "$netns"
nsenter --net="/run/netns/$netns" ip link set lo up
python3 "$here/apt_proxy.py" "$netns" "$port" &
proxy=$!
until nsenter --net="/run/netns/$netns" bash -c "</dev/tcp/127.0.0.1/$port" 2>/dev/null; do
  kill -0 "$proxy"
  sleep 0.05
done

# The end of the first process in the new process namespace ends everything that it left running.
cat >"$root/root/inside.sh" <<'INSIDE'
set -euo pipefail
cd /root/aistack
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root

fail() { echo "FAILED: $*" >&2; exit 1; }
files() { find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /root/aistack \) -prune -o \
  -type f -iname '*aistack*' -not -path '/root/*' -print | sort; }

if [ "$engine" = podman ]; then
  apt-get -qq update
  apt-get -qq install -y --no-install-recommends podman containernetworking-plugins iptables runc >/dev/null
  # Without systemd, and whatever control groups this machine has.
  printf '[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n' \
    >/etc/containers/containers.conf
  mkdir -p /run/podman
  # As podman.socket does it where systemd runs.
  podman system service --time=0 unix:///run/podman/podman.sock >/root/podman.log 2>&1 &
  for _ in $(seq 300); do [ -S /run/podman/podman.sock ] || sleep 0.1; done
  [ -S /run/podman/podman.sock ] || fail "Podman does not listen: $(cat /root/podman.log)"
fi

before=$(files)
./setup.sh || fail "the first setup.sh"
aistack status --exit-code || fail "not green after setup.sh"
first=$($engine inspect -f '{{.Id}}' aistack-ollama)
echo data >/var/lib/aistack/volumes/ollama_data/mine
[ -s /usr/share/bash-completion/completions/aistack ] || fail "no completion"
[ -s /usr/share/aistack/compose/ollama.yaml ] || fail "no catalog"
[ -s /etc/logrotate.d/aistack ] || fail "logs are not rotated"

rm /etc/aistack/compose/localai.override.yaml
echo "# mine" >>/usr/share/aistack/compose/localai.yaml
./setup.sh || fail "the second setup.sh"
aistack status --exit-code || fail "not green after the second setup.sh"
[ ! -e /etc/aistack/compose/localai.override.yaml ] || fail "LocalAI is simulated again"
grep -qx "# mine" /etc/aistack/compose/localai.yaml || fail "an edited file of the catalog is lost"
! grep -qx "# mine" /usr/share/aistack/compose/localai.yaml || fail "the catalog was not installed anew"
rm -r /etc/aistack # also without it, what is edited must be kept
echo "# mine" >>/usr/share/aistack/compose/openwebui.yaml
printf 'services:\n  added:\n    image: nothing/at-all\n' >/usr/share/aistack/compose/added.yaml
[ "$first" = "$($engine inspect -f '{{.Id}}' aistack-ollama)" ] || fail "setup.sh twice made a new container"

pid=$(cat /usr/share/aistack/setup/dockerd.pid 2>/dev/null || echo none)
./setup.sh --undo || fail "setup.sh --undo"
[ ! -e /usr/bin/aistack ] || fail "the program is still there"
[ ! -d "/proc/$pid" ] || fail "the engine that setup.sh had started is still there"
[ "$(cat /var/lib/aistack/volumes/ollama_data/mine)" = data ] || fail "data is gone"
[ -f /usr/share/aistack/compose/added.yaml ] || fail "a file that was added to the catalog is gone"
rm -r /usr/share/aistack
grep -qx "# mine" /etc/aistack/compose/openwebui.yaml || fail "an edited file of the catalog went too"
rm /etc/aistack/compose/openwebui.yaml
rmdir /etc/aistack/compose /etc/aistack || fail "configuration is left behind"
left=$(comm -13 <(echo "$before") <(files))
[ -z "$left" ] || fail "left behind: $left"
left=$(find /var/lib/aistack /etc/aistack /var/log/aistack /run/aistack /usr/share/aistack -mindepth 1 \
  2>/dev/null | grep -vE '^/var/lib/aistack/(volumes|secrets)(/|$)' || true)
[ -z "$left" ] || fail "left behind: $left"
if [ "$engine" = podman ]; then
  ! command -v dockerd || fail "Docker was installed beside Podman"
  [ "$pid" = none ] || fail "an engine was started beside Podman"
else
  dockerd >/dev/null 2>&1 & until docker version >/dev/null 2>&1; do sleep 0.1; done
fi
[ -z "$($engine ps -aq)" ] || fail "containers are left: $($engine ps -a)"
./setup.sh --undo || fail "setup.sh --undo, again"
echo "setup.sh: twice, and undone; nothing left behind but data"
INSIDE

# shellcheck disable=SC2016  # for the inner shell
nsenter --net="/run/netns/$netns" unshare --mount --pid --fork --kill-child bash -c '
  root=$1
  mount --make-rprivate /
  mount --bind "$root" "$root"
  mount -t proc proc "$root/proc"
  mount --rbind /sys "$root/sys"
  mount --rbind /dev "$root/dev"
  mount -t tmpfs tmpfs "$root/run"
  exec env "engine=$2" chroot "$root" bash /root/inside.sh' _ "$root" "$engine"
