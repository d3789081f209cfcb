#!/usr/bin/env bash
# Every shell script passes shellcheck, the bats files too.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
git -c safe.directory='*' ls-files '*.sh' '*.bash' .ci/run | xargs shellcheck -x
git -c safe.directory='*' ls-files '*.bats' | xargs -r shellcheck -x --shell=bats
