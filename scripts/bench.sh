#!/usr/bin/env bash
# The benches: "quick" in a few minutes, "full" with instruction counts (valgrind).
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
scripts/setup.sh rust
use_build_cache
exec cargo run --quiet --locked --release -p loyalty-core-benches -- "${1:-quick}"
