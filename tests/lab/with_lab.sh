#!/usr/bin/env bash
# with_lab.sh CMD…: CMD in the lab that ctest lends this test, one of those in AISTACK_LABS (see test.sh).
# Without ctest's resources (a suite by hand, inside `lab.sh enter`) in the lab that it is in already.
set -euo pipefail

lent=${CTEST_RESOURCE_GROUP_0_LAB:-}
[ -n "$lent" ] || exec "$@"
lab=${lent#id:}
exec "$(dirname "${BASH_SOURCE[0]}")/lab.sh" enter "$AISTACK_LABS/${lab%%,*}" "$@"
