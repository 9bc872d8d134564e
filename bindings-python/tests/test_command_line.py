"""``python -m loyalty_core``."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from conftest import SCHEME, cart

import loyalty_core as lc

AT = "2026-11-21T12:00:00+01:00"


def run(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "loyalty_core", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.toml").write_text(SCHEME, encoding="utf-8")
    bad = SCHEME.replace('"1.00"', '"0.001"').replace('"50.00"', '"50.001"')
    (tmp_path / "bad.toml").write_text(bad, encoding="utf-8")
    (tmp_path / "cart.json").write_text(json.dumps(cart()), encoding="utf-8")
    return tmp_path


def test_check(folder: Path, scheme: lc.Scheme) -> None:
    good, bad = str(folder / "good.toml"), str(folder / "bad.toml")
    code, out, err = run("check", good)
    ok, *notes = out.splitlines()
    assert (code, err) == (0, "")
    assert ok == f"{good}: ok, Café (com.example.cafe), digest {scheme.digest}"
    assert notes == [f"{good}: {finding}" for finding in lc.lint(scheme)]
    assert {finding.code for finding in lc.lint(scheme)} == {"lint.no_description"}
    code, out, _ = run("check", good, bad)
    assert code == 1 and [line.startswith(bad) for line in out.splitlines()][-2:] == [True, True]
    assert f"{bad}: scheme.amount at /earn/0/give/per_amount/per: found 0.001" in out
    code, out, _ = run("check", "--json", bad)
    assert [json.loads(line)["code"] for line in out.splitlines()] == ["scheme.amount"] * 2


def test_check_lints(folder: Path) -> None:
    forgiving = SCHEME.replace("precision = 1", 'precision = 1\nshortfall = "write_off"')
    assert forgiving != SCHEME
    (folder / "forgiving.toml").write_text(forgiving, encoding="utf-8")
    file = str(folder / "forgiving.toml")
    code, out, err = run("check", file)
    assert (code, err) == (0, "")
    assert f"\n{file}: warning lint.spent_then_returned at /wallets/0/shortfall: " in out
    assert run("check", "--strict", file)[0] == 1
    assert run("check", "--strict", str(folder / "good.toml"))[0] == 0
    code, out, _ = run("check", "--json", file)
    found = [json.loads(line) for line in out.splitlines()]
    warnings = [one for one in found if one["severity"] == "warning"]
    assert code == 0 and [one["code"] for one in warnings] == ["lint.spent_then_returned"]
    assert warnings[0]["file"] == file


def test_lint_of_windows(scheme: lc.Scheme) -> None:
    document = scheme.to_dict()
    document["earn"][1]["when"] = {"between": {"until": "2026-11-22T12:00:00"}}
    ending = lc.Scheme.from_dict(document)
    ended = [one.path for one in lc.lint(ending, at="2026-11-22T12:00:00+01:00") if one.code == "lint.ended"]
    assert ended == ["/earn/1/when"]
    assert lc.lint(ending) == lc.lint(ending, at="2026-11-22T11:59:59+01:00") == lc.lint(scheme)
    with pytest.raises(lc.InputError) as caught:
        lc.lint(scheme, at="tomorrow")
    assert caught.value.path == "/at"


def test_check_of_the_projects_schemes(root: Path) -> None:
    files = [str(path) for path in (root / "loyalty-core" / "examples" / "schemes").glob("*.toml")]
    assert len(files) >= 3 and run("check", *files)[0] == 0


def test_quote(folder: Path, scheme: lc.Scheme, now: datetime) -> None:
    good, purchase = str(folder / "good.toml"), str(folder / "cart.json")
    code, out, err = run("quote", good, purchase, "--at", AT)
    assert (code, err) == (0, "") and "due: 25.00 EUR" in out and "points: +25, -0" in out
    assert "coffee: +2 stamps, 2 of 3 on the card" in out and "condition.min_amount" in out
    ann = lc.record(scheme, lc.Account("ann"), cart("before", price="150.00"), at=now)
    assert ann.group is not None
    (folder / "ann.jsonl").write_text(ann.group.to_json() + "\n", encoding="utf-8")
    member = ("--member", "ann", "--ledger", str(folder / "ann.jsonl"))
    code, out, _ = run("quote", good, "-", "--json", "--at", AT, *member, stdin=json.dumps(cart()))
    decision = lc.quote(scheme, ann.account, cart(), at=now)
    assert (code, out) == (0, decision.to_json() + "\n")
    assert run("quote", good, purchase)[0] == 0


def test_what_goes_wrong(folder: Path) -> None:
    good, purchase = str(folder / "good.toml"), str(folder / "cart.json")
    for arguments, stdin, code, said in (
        (("quote", good, "-", "--at", AT), "{", 1, "read.syntax"),
        (("quote", good, "-", "--at", AT), '{"price": 1.5}', 1, "input.float"),
        (("quote", good, "-", "--at", AT), "{}", 1, "read.missing_field"),
        (("quote", good, purchase, "--at", "noon"), "", 1, "time.syntax"),
        (("quote", str(folder / "bad.toml"), purchase), "", 1, "scheme.amount"),
        (("quote", str(folder / "none.toml"), purchase), "", 2, "none.toml"),
        (("check", str(folder / "none.toml")), "", 2, "none.toml"),
        (("dance",), "", 2, "invalid choice"),
        ((), "", 2, "command"),
    ):
        found, out, err = run(*arguments, stdin=stdin)
        assert (found, out) == (code, "") and said in err and "Traceback" not in err, arguments
