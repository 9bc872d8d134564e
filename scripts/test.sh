#!/usr/bin/env bash
# What CI runs: each step under a time limit, the cheapest first, stopping at the first that fails.
# A new step is one line: step NAME LIMIT_SECONDS COMMAND...
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
scripts/setup.sh rust python node
use_build_cache

step "format"   60 cargo fmt --all --check
step "tidy"    900 cargo test --quiet --locked -p loyalty-core --test tidy
step "clippy"  900 cargo clippy --quiet --locked --workspace --all-targets --all-features -- -D warnings
step "tests"   2400 cargo test --quiet --locked --workspace --all-features --lib --bins --tests
step "doc tests" 900 cargo test --quiet --locked --workspace --all-features --doc
step "examples" 900 cargo build --quiet --locked --profile test --workspace --all-features --examples
step "python" 1200 scripts/python.sh
step "npm" 1800 scripts/npm.sh
step "storefront" 600 scripts/storefront.sh test

steps_summary
