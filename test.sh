#!/usr/bin/env bash
# One command: installs what the tests need, builds, starts labs (a private engine and registry
# each, see tests/lab/lab.sh), runs every test in them, and ends with ctest's own summary.
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

# A lab for the contract tests, and those that ctest lends to the suites of end-to-end tests: each has
# one to itself, and as they mostly wait, three at once take less than half the time.
lent=(one two three)
labs=$(mktemp -d /tmp/aistack-labs.XXXXXX)
chmod 0755 "$labs"
each_lab() {
  local lab running=() failed=0
  for lab in contract "${lent[@]}"; do
    as_root tests/lab/lab.sh "$1" "$labs/$lab" &
    running+=($!)
  done
  for lab in "${running[@]}"; do wait "$lab" || failed=1; done
  return $failed
}
end_labs() {
  each_lab down
  rm -rf "$labs"
}
trap end_labs EXIT
each_lab up
ids=$(printf ',{"id":"%s","slots":1}' "${lent[@]}")
echo "{\"version\":{\"major\":1,\"minor\":0},\"local\":[{\"lab\":[${ids#,}]}]}" >"$labs/lent.json"

run_tests() {
  as_root tests/lab/lab.sh enter "$labs/contract" env "AISTACK_LABS=$labs" ctest \
    --test-dir "build/$1" --parallel $((${#lent[@]} + 1)) --resource-spec-file "$labs/lent.json" \
    --output-on-failure "${@:2}"
}

# What checks code rather than the installed program runs with the sanitizers too.
run_tests asan --no-tests=ignore -LE 'e2e|playbook|lint' "$@"
run_tests release --no-tests=error "$@"
