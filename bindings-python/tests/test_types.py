"""The types: strict checkers over the package, its tests and its examples, and the stub against the build."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import loyalty_core as lc

FOLDER = Path(__file__).parents[1]


@pytest.mark.parametrize(
    "command",
    [
        ("mypy", "--no-incremental"),
        ("mypy.stubtest", "loyalty_core._core"),
        ("pyright",),
    ],
    ids=["mypy", "stubtest", "pyright"],
)
def test_checker(command: tuple[str, ...]) -> None:
    run = [sys.executable, "-m", *command]
    done = subprocess.run(run, cwd=FOLDER, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_public_name_is_documented() -> None:
    for name in lc.__all__:
        thing = getattr(lc, name)
        if callable(thing) and getattr(thing, "__module__", "").startswith("loyalty_core"):
            assert thing.__doc__ and not thing.__doc__.startswith(f"{name}("), name
    assert lc.__version__ == "0.1.0" and len(set(lc.__all__)) == len(lc.__all__)
