#!/usr/bin/env bash
# The include check itself: it lets the allowed pass and names what is not.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

check() { # check pass|fail FILE LINE
  mkdir -p "$tree/src/$(dirname "$2")"
  printf '#pragma once\n%s\n' "$3" >"$tree/src/$2"
  local found=pass
  "$here/includes.sh" "$tree/src" >"$tree/out" || found=fail
  rm -r "$tree/src"
  if [ "$found" != "$1" ]; then
    echo "expected $1 for $3 in $2, got $found: $(cat "$tree/out")" >&2
    exit 1
  fi
}

check pass domain/a.hpp '#include "base/text.hpp"'
check fail domain/a.hpp '#include "ports/clock.hpp"'
check fail base/a.hpp '#include "domain/a.hpp"'
check pass adapters/engine/a.cpp '#include "adapters/http/client.hpp"'
check fail adapters/http/a.cpp '#include "adapters/engine/client.hpp"'
check fail adapters/posix/a.cpp '#include "adapters/http/client.hpp"'
check fail adapters/http/a.cpp '#include "adapters/libarchive/libarchive.hpp"'
check fail adapters/engine/a.cpp '#include "operations/install.hpp"'
check pass cli/commands/a.cpp '#include "cli/output.hpp"'
check fail cli/a.cpp '#include "adapters/posix/files.hpp"'
check pass app/a.cpp '#include "adapters/posix/files.hpp"'
check fail domain/a.hpp '#include <boost/beast/http.hpp>'
check pass adapters/http/a.cpp '#include <boost/beast/http.hpp>'
check fail elsewhere/a.cpp '#include <string>'
echo "the include check finds what it should"
