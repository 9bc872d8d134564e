#!/usr/bin/env bash
# Removes build results: here and in the user's cache folder.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
rm -rf -- target dist demo-report.html "$cache_root"
