#!/usr/bin/env bash
# One command: installs what the tests need, builds, starts the lab (a private engine and registry,
# see tests/lab/lab.sh), runs every test in it, and ends with ctest's own summary.
#
#   ./test.sh [CTEST_ARGUMENTS…]     e.g. ./test.sh -L e2e, ./test.sh -R Install
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# shellcheck source=scripts/packages.sh
. scripts/packages.sh
# shellcheck disable=SC2046  # lists of names, meant to be split
install_packages $(build_packages) $(engine_packages) $(test_packages)

# What one checkout compiled serves another, wherever it lies.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1

build() {
  cmake --preset "$1" >/dev/null
  cmake --build --preset "$1"
}
build release
build asan

lab=$(mktemp -d /tmp/aistack-lab.XXXXXX)
trap 'as_root tests/lab/lab.sh down "$lab"' EXIT
as_root tests/lab/lab.sh up "$lab"

run_tests() { as_root tests/lab/lab.sh enter "$lab" ctest --test-dir "build/$1" "${@:2}"; }

# What checks code rather than the installed program runs with the sanitizers too.
run_tests asan --output-on-failure --no-tests=ignore -LE 'e2e|playbook|lint' "$@"
run_tests release --output-on-failure --no-tests=error "$@"
