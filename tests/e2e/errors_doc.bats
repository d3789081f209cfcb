#!/usr/bin/env bats
# docs/errors.md says what the programs' messages are now.

bats_require_minimum_version 1.5.0

@test "docs/errors.md is what scripts/errors-doc.sh writes" {
  cd "$BATS_TEST_DIRNAME/../.."
  diff -u docs/errors.md <(scripts/errors-doc.sh)
}

@test "every golden message is of a test, and on the page" {
  cd "$BATS_TEST_DIRNAME/../.."
  local file name
  for file in tests/golden/errors/*.txt; do
    name=$(basename "$file" .txt)
    grep -qE "(fault|keep) $name " tests/e2e/*.bats ||
      grep -qE "catalog_fault ${name#catalog-} " tests/e2e/faults_catalog.bats
    grep -qF "### $(sed -n 's/^fault: //p' "$file")" docs/errors.md
  done
}
