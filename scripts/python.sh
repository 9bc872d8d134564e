#!/usr/bin/env bash
# Builds the Python wheel, installs it in a clean virtual environment, and runs the tests there.
#
#   scripts/python.sh [PROFILE [ARGUMENTS OF PYTEST]]
#
# PROFILE is dev (default: it builds in a quarter of the time), or wheel, which users get.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
scripts/setup.sh rust python node
use_build_cache
profile=${1:-dev}
shift || true
requirements=bindings-python/tests/requirements.txt

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

# The tools are kept in the user's cache, for each list of them and each Python; the last two stay.
key=$({ cat "$requirements"; python3 -VV; } | sha256sum | cut -c1-16)
tools="$cache_root/tools-$key"
export PYRIGHT_PYTHON_CACHE_DIR="$tools/pyright" PYRIGHT_PYTHON_IGNORE_WARNINGS=1
if [ ! -e "$tools/complete" ]; then
    mkdir -p "$cache_root"
    make_venv "$tools"
    "$tools/bin/pyright" --version >/dev/null ||
        fail "pyright could not fetch its program; is the npm registry reachable?"
    touch "$tools/complete"
fi
touch "$tools"
find "$cache_root" -mindepth 1 -maxdepth 1 -type d -name 'tools-*' -printf '%T@ %p\n' |
    sort -rn | tail -n +3 | cut -d' ' -f2- | while read -r old; do rm -rf -- "$old"; done

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

cd bindings-python
PATH="$work/clean/bin:$PATH" PYTHONDONTWRITEBYTECODE=1 "$work/clean/bin/python" -m pytest "$@"
