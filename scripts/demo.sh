#!/usr/bin/env bash
# Three schemes over real purchases, recorded through the ledger and replayed from nothing.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
scripts/setup.sh rust
use_build_cache
exec cargo run --quiet --locked --release -p loyalty-core --example demo
