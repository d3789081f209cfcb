#!/usr/bin/env bash
# Writes docs/errors.md from what the end-to-end tests saw (tests/golden/errors).
#
#   scripts/errors-doc.sh           to standard output
#   scripts/errors-doc.sh --write   to docs/errors.md
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The files of a group have its name in front.
section() {
  local group=$1 file
  echo
  echo "## $2"
  for file in tests/golden/errors/"$group"-*.txt; do
    value() { sed -n "s/^$1: //p;/^\$/q" "$file"; }
    echo
    echo "### $(value fault)"
    echo
    echo '```'
    echo "\$ $(value command)"
    sed '1,/^$/d' "$file"
    echo '```'
    echo
    echo "Exit code $(value exit). $(value remedy)"
  done
}

document() {
  cat <<'HEAD'
# What can go wrong, and what aistack says

Every message on this page was printed by the program in an end-to-end test, which also checks its
exit code and that nothing is left behind. Directories, ids and times are replaced: `DIR` is a
test's own directory, `LAB` the test engine's, and 127.0.0.1:5000 a registry made for the tests. The
page is written by `scripts/errors-doc.sh`; do not edit it by hand.

An error has up to four parts: what could not be done, `why` (what the lower layer said, untouched),
the `state` that things are in now, and what to do `next`. With `--json` the same parts come with a
`code` that stays the same from version to version.

| exit code | meaning |
|---|---|
| 1 | it failed |
| 2 | the command line, the configuration or a catalog file is wrong |
| 3 | the engine cannot be reached, or a permission is missing |
| 4 | it failed, and what was there before is back |
| 5 | it failed, and what was there before could not be brought back |
| 130 | interrupted |
HEAD
  section engine "The container engine"
  section registry "Images and registries"
  section update "Updates"
  section disk "Disks and directories"
  section catalog "Catalog files"
  section name "Names"
  section conflict "What is there already"
  section interrupt "Interruptions"
}

if [ "${1:-}" = --write ]; then
  document >docs/errors.md
else
  document
fi
