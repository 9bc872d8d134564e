#!/usr/bin/env bash
# The benches: "quick" in a few minutes, "full" with longer repeats, "npm" for the npm package,
# "npm-instructions" for wasm's instructions of a quote, "npm-reached" for the functions that one calls.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
if [ "${1:-}" = npm ]; then
    scripts/setup.sh rust node chromium
    scripts/npm.sh build
    # What Medusa names as peers is not needed for its computation of promotions.
    npm install --silent --no-audit --no-fund --ignore-scripts --legacy-peer-deps --no-package-lock --prefix benches/npm
    exec node benches/npm/bench.js "${@:2}"
fi
if [ "${1:-}" = npm-instructions ] || [ "${1:-}" = npm-reached ]; then
    scripts/setup.sh rust node
    scripts/npm.sh build
    exec node "benches/npm/${1#npm-}.js"
fi
scripts/setup.sh rust valgrind
use_build_cache
exec cargo run --quiet --locked --release -p loyalty-core-benches -- "${1:-quick}"
