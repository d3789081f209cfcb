#!/usr/bin/env bash
# Checks that every #include of the sources keeps to the layers of docs/ARCHITECTURE.md. Prints each
# one that does not as FILE:LINE and fails.
#
#   includes.sh [SOURCE_DIR]
set -euo pipefail
cd "${1:-$(dirname "${BASH_SOURCE[0]}")/../../src}"

# folder: what it may include besides itself. An adapter has a line of its own, or that of all.
rules='
base:
domain: base
compose: domain base
ports: domain base
operations: ports domain compose base
adapters: ports domain base
adapters/engine: ports domain base adapters/http adapters/libarchive
adapters/archive: ports domain base adapters/libarchive
adapters/libarchive: base
cli: operations ports domain base
agent: operations ports domain base
app: *
main.cpp: app
'

# shellcheck disable=SC2016  # the dollar signs are awk's
find . -name '*.?pp' -printf '%P\n' | sort | xargs awk -v rules="$rules" '
  # "adapters/engine" of adapters/engine/client.cpp, else the first folder.
  function layer_of(path, parts) {
    split(path, parts, "/")
    return parts[1] == "adapters" ? parts[1] "/" parts[2] : parts[1]
  }
  BEGIN {
    count = split(rules, lines, "\n")
    for (i = 1; i <= count; i++) {
      colon = index(lines[i], ":")
      if (colon) allowed[substr(lines[i], 1, colon - 1)] = substr(lines[i], colon + 1) " "
    }
  }
  FNR == 1 { own = layer_of(FILENAME); folder = own; if (!(own in allowed)) sub(/\/.*/, "", folder) }
  FNR == 1 && !(folder in allowed) { print FILENAME ":1: " folder "/ is no layer"; bad = 1 }
  /^#include <boost\/beast/ && FILENAME ~ /\.hpp$/ {
    print FILENAME ":" FNR ": Beast in a header costs everybody 15 s of compile time"; bad = 1
  }
  /^#include "/ {
    split($0, quoted, "\"")
    target = layer_of(quoted[2])
    if (target == own || allowed[folder] ~ /\*/ || index(allowed[folder], " " target " ")) next
    print FILENAME ":" FNR ": " own " must not include \"" quoted[2] "\""
    bad = 1
  }
  END { exit bad }
'
