#!/usr/bin/env bash
# The API documentation of the workspace, and the site with its notebooks executed; a warning is an error.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
scripts/setup.sh rust
use_build_cache
RUSTDOCFLAGS="-D warnings" cargo doc --quiet --locked --workspace --no-deps --all-features
printf 'written to %s/doc/loyalty_core/index.html\n' "$CARGO_TARGET_DIR"
scripts/python.sh dev site "$CARGO_TARGET_DIR/site"
