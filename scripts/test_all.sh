#!/usr/bin/env bash
# The tests of CI, then the same tests in their long form (LOYALTY_LONG asks tests for more cases), then every
# published number beside ours.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
scripts/test.sh
use_build_cache

export LOYALTY_LONG=1
export PROPTEST_CASES="${PROPTEST_CASES:-20000}"
step "tests, long" 7200 cargo test --quiet --locked --release --workspace --all-features --lib --bins --tests
step "soak" 1800 env SEED="${SEED:-1}" MINUTES="${MINUTES:-10}" scripts/soak.sh
step "python, long" 7200 scripts/python.sh wheel
step "Spark" 1800 scripts/python.sh wheel spark
step "documentation" 2400 scripts/docs.sh
step "npm, long, Chromium" 3600 scripts/npm.sh browser
step "report, Chromium" 600 scripts/report_page.sh
step "published numbers" 1800 cargo run --quiet --locked --release -p loyalty-core --example truth -- --check

steps_summary
