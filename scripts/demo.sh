#!/usr/bin/env bash
# Three schemes over real purchases, recorded through the ledger and replayed from nothing; then the report on
# these purchases.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

printf 'Looking for Rust and a C compiler, and installing what is missing where that is possible.\n'
scripts/setup.sh rust
use_build_cache
printf 'Building the demo with full optimisation. The first time takes a minute or two; later runs use the cache.\n'
cargo build --quiet --locked --release -p loyalty-core --example demo
printf 'Running it.\n\n'
exec cargo run --quiet --locked --release -p loyalty-core --example demo -- "$PWD/demo-report.html"
