# shellcheck shell=bash
# The packages of Debian 12 and Ubuntu 24.04 that building, running and testing need: the one place
# that names them. Sourced by setup.sh and test.sh.

# "debian12", "ubuntu24.04".
os_release() {
  # shellcheck source=/dev/null
  (. /etc/os-release && echo "${ID:-}${VERSION_ID:-}")
}

# Debian 12's default Boost is 1.74; 1.81 lies beside it. Ubuntu 24.04 has 1.83.
boost_packages() {
  local version=1.83
  [ "$(os_release)" != debian12 ] || version=1.81
  echo "libboost$version-dev libboost-url$version-dev"
}

build_packages() {
  echo "g++ cmake ninja-build $(boost_packages) nlohmann-json3-dev libyaml-cpp-dev libcli11-dev" \
    "libfmt-dev libssl-dev libarchive-dev libsqlite3-dev"
}

# Without recommendations docker.io brings no iptables, which it needs.
engine_packages() {
  command -v dockerd >/dev/null || echo docker.io
  echo "iptables ca-certificates"
}

# Ubuntu's docker-compose needs distutils, which Python 3.12 has no more.
test_packages() {
  [ "$(os_release)" = debian12 ] || echo python3-setuptools
  echo "ccache libgtest-dev libgmock-dev bats shellcheck clang-format docker-registry podman" \
    "containernetworking-plugins iproute2 util-linux curl jq strace git python3 unzip" \
    "faketime docker-compose perl zsh fish"
}

# as_root CMD…: through sudo when this is not root.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    echo "this needs root: run it as root, or install sudo" >&2
    return 1
  fi
}

# missing_packages NAME…: those that are not installed.
missing_packages() {
  local package
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
      echo "$package"
  done
}

# install_packages NAME…: installs those that are missing; touches nothing when none is.
install_packages() {
  local missing
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  echo "Installing: ${missing[*]}"
  as_root apt-get -qq update
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq install -y --no-install-recommends "${missing[@]}" </dev/null >/dev/null
}
