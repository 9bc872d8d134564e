#!/usr/bin/env bash
# Builds the Python wheel, installs it in a clean virtual environment, and runs a task there.
#
#   scripts/python.sh [PROFILE [TASK [ARGUMENTS]]]
#
# PROFILE is dev (default: it builds in a quarter of the time), or wheel, which users get. TASK is
#   tests   (default) the tests and the checks of types; ARGUMENTS are those of pytest
#   spark   the tests of Spark in local mode, which need Java
#   site    the documentation site, with its notebooks executed; ARGUMENTS is the folder
#   bench   times of decisions beside functions by hand, of frames beside pandas, polars and DuckDB, and the
#           memory of a stream; ARGUMENTS is the number of rows
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
profile=${1:-dev}
task=${2:-tests}
shift $(($# < 2 ? $# : 2))
case "$task" in
    tests) scripts/setup.sh rust python node ;;
    spark) scripts/setup.sh rust python java ;;
    site | bench) scripts/setup.sh rust python ;;
    *) printf 'python: %s is not a task that is known here: tests, spark, site, bench\n' "$task" >&2 && exit 1 ;;
esac
use_build_cache
requirements=bindings-python/tests/requirements.txt
[ "$task" != spark ] || requirements=bindings-python/tests_spark/requirements.txt
[ "$task" != site ] || requirements=docs/requirements.txt

fail() {
    printf 'python: %s\n' "$1" >&2
    exit 1
}

# make_venv FOLDER: a virtual environment with what builds and tests the package.
make_venv() {
    rm -rf -- "$1"
    python3 -m venv "$1" || fail "no virtual environment could be made; on Debian please install python3-venv"
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile -r "$requirements" ||
        fail "pip could not install what $requirements names; is the package index reachable?"
}

# The tools are kept in the user's cache, for each list of them and each Python; the last four stay.
key=$({ cat "$requirements"; python3 -VV; } | sha256sum | cut -c1-16)
tools="$cache_root/tools-$key"
export PYRIGHT_PYTHON_CACHE_DIR="$tools/pyright" PYRIGHT_PYTHON_IGNORE_WARNINGS=1
if [ ! -e "$tools/complete" ]; then
    mkdir -p "$cache_root"
    make_venv "$tools"
    [ "$task" != tests ] || "$tools/bin/pyright" --version >/dev/null ||
        fail "pyright could not fetch its program; is the npm registry reachable?"
    touch "$tools/complete"
fi
touch "$tools"
find "$cache_root" -mindepth 1 -maxdepth 1 -type d -name 'tools-*' -printf '%T@ %p\n' |
    sort -rn | tail -n +5 | cut -d' ' -f2- | while read -r old; do rm -rf -- "$old"; done

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

(cd bindings-python && "$tools/bin/maturin" build --quiet --locked --profile "$profile" --out "$work/wheels") ||
    fail "the wheel could not be built"

python3 -m venv "$work/clean"
site=$("$tools/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
clean_site=$("$work/clean/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
"$work/clean/bin/python" -m pip install --quiet --disable-pip-version-check --no-index "$work"/wheels/*.whl ||
    fail "the wheel could not be installed"
# The wheel needs nothing: it works before the tools for its tests are there.
"$work/clean/bin/python" -c 'import loyalty_core; print("loyalty_core", loyalty_core.__version__)'
printf '%s\n' "$site" >"$clean_site/tools.pth"

python=$work/clean/bin/python
export PATH="$work/clean/bin:$PATH" PYTHONDONTWRITEBYTECODE=1
case "$task" in
    tests) (cd bindings-python && "$python" -m pytest "$@") ;;
    spark) (cd bindings-python && "$python" -m pytest tests_spark "$@") ;;
    site)
        "$python" -m sphinx --quiet --fail-on-warning --keep-going -b html docs "$1"
        printf 'written to %s/index.html\n' "$1"
        ;;
    bench)
        "$python" bindings-python/benches/engine.py
        "$python" bindings-python/benches/frames.py "$@"
        "$python" bindings-python/benches/stream.py "$@"
        ;;
esac
