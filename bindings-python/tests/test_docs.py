"""The pages of ``docs/`` on Python and the README: their code runs, its types hold, the codes are those of the package."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import loyalty_core as lc


def blocks(root: Path, page: str = "docs/python.md") -> list[str]:
    text = (root / page).read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```$", text, re.M | re.S)


def test_the_code_runs(root: Path) -> None:
    names: dict[str, object] = {}
    for place, block in enumerate(blocks(root)):
        exec(compile(block, f"docs/python.md, block {place}", "exec"), names)
    assert isinstance(names["decision"], lc.Decision) and len(blocks(root)) >= 6


def test_the_code_on_analytics_runs(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    names: dict[str, object] = {}
    page = "docs/python-analytics.md"
    for place, block in enumerate(blocks(root, page)):
        exec(compile(block, f"{page}, block {place}", "exec"), names)
    assert isinstance(names["buys"], lc.BetaGeo) and len(blocks(root, page)) >= 6


@pytest.mark.parametrize("page", ["docs/import.md", "docs/backtest.md"])
def test_the_code_on_history_runs(root: Path, monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    monkeypatch.chdir(root)
    (block,) = blocks(root, page)
    exec(compile(block, page, "exec"), {})


def test_the_code_on_plots_and_scale_runs(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    for page, least in (("docs/python-plots.md", 5), ("docs/python-scale.md", 3)):
        names: dict[str, object] = {}
        assert len(blocks(root, page)) >= least
        for place, block in enumerate(blocks(root, page)):
            exec(compile(block, f"{page}, block {place}", "exec"), names)


def test_the_readme_runs(root: Path) -> None:
    (block,) = blocks(root, "README.md")
    exec(compile(block, "README.md", "exec"), {})


def test_its_types_hold(root: Path, tmp_path: Path) -> None:
    program = tmp_path / "page.py"
    program.write_text("\n".join(blocks(root)), encoding="utf-8")
    readme = tmp_path / "readme.py"
    readme.write_text("\n".join(blocks(root, "README.md")), encoding="utf-8")
    (tmp_path / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}')
    analytics = tmp_path / "analytics.py"
    analytics.write_text("\n".join(blocks(root, "docs/python-analytics.md")), encoding="utf-8")
    history = tmp_path / "history.py"
    sources = ("docs/import.md", "docs/backtest.md")
    history.write_text("\n".join(block for page in sources for block in blocks(root, page)), encoding="utf-8")
    plots, scale = tmp_path / "plots.py", tmp_path / "scale.py"
    plots.write_text("\n".join(blocks(root, "docs/python-plots.md")), encoding="utf-8")
    scale.write_text("\n".join(blocks(root, "docs/python-scale.md")), encoding="utf-8")
    pages = [str(page) for page in (program, readme, analytics, history, plots, scale)]
    for command in (["mypy", "--strict", "--cache-dir", str(tmp_path / "cache")], ["pyright"]):
        run = [sys.executable, "-m", *command, *pages]
        done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_what_explain_prints_is_what_the_page_says(root: Path) -> None:
    names: dict[str, object] = {}
    first = blocks(root)[0]
    exec(compile(first, "docs/python.md", "exec"), names)
    decision = names["decision"]
    assert isinstance(decision, lc.Decision)
    said = "".join(f"# {line}\n" for line in decision.explain.splitlines())
    assert f"print(decision.explain)\n{said}" in first


def test_the_codes_of_the_package_are_listed(root: Path) -> None:
    page = (root / "docs" / "python.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `((?:input|internal)\.\w+)` \|", page, re.M)
    package = root / "bindings-python"
    sources = [*(package / "src").rglob("*.rs"), *(package / "python").rglob("*.py")]
    used = {
        code
        for path in sources
        for code in re.findall(r'"((?:input|internal)\.\w+)"', path.read_text(encoding="utf-8"))
    }
    # A state that cannot be reached has the core's own code.
    assert sorted(used - {"internal.state"}) == listed
