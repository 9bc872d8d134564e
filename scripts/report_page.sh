#!/usr/bin/env bash
# Makes the report on the sample of real purchases, and opens it in Chromium.
#
#   scripts/report_page.sh [SCREENSHOT.png]
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
scripts/setup.sh rust python chromium
use_build_cache
cargo test --quiet --locked -p loyalty-core --test report the_sample_has_every_section
scripts/check_page.py "$CARGO_TARGET_DIR/tmp/report.html" ${1:+--screenshot "$1"}
