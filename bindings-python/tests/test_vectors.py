"""Every case of ``vectors/`` in Python: the answers, and the bytes. ``vectors/README.md`` has the format."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

import loyalty_core as lc

FOLDER = Path(__file__).parents[2] / "vectors"
CASES = [
    case for path in sorted(FOLDER.glob("*.json")) for case in json.loads(path.read_text())["cases"]
]
DIGESTS = dict(line.split() for line in (FOLDER / "digests.txt").read_text().splitlines())
FIELDS = {"at", "member", "other", "transfer", "merge", "act", "quote", "facts", "standing", "scheme",
          "expect"}  # fmt: skip

Said = dict[str, Any]


class Run:
    """The accounts of a case, and everything that was written, as text."""

    def __init__(self, case: dict[str, Any]) -> None:
        self.schemes = [lc.Scheme.from_dict(case["scheme"])]
        self.accounts: dict[str, lc.Account] = {}
        self.groups: dict[str, list[lc.Group]] = {}
        self.written: list[str] = []

    def account(self, name: str) -> lc.Account:
        self.groups.setdefault(name, [])
        return self.accounts.setdefault(name, lc.Account(name))

    def store(self, name: str, posted: lc.Posted) -> None:
        assert posted.group is not None
        self.accounts[name] = posted.account
        self.groups[name].append(posted.group)
        self.written.append(posted.group.to_json())

    def step(self, step: dict[str, Any]) -> Said:
        assert set(step) <= FIELDS
        said: Said = {}
        if "scheme" in step:
            self.schemes.append(lc.Scheme.from_dict(step["scheme"]))
        name, other = step.get("member", "member"), step.get("other", "other")
        account, at = self.account(name), step["at"]
        for do in (self.quote, self.act, self.pair):
            try:
                said |= do(step, name, other, at)
            except lc.LoyaltyError as error:
                said["error"] = {"code": error.code, "path": error.path}
                self.written.append(f"{error.code} {error.path or ''}")
        account = self.account(name)
        try:
            standing = lc.standing(self.schemes[-1], account, at=at)
        except lc.LoyaltyError:
            return said
        self.written.append(standing.to_json())
        hold(standing.to_dict(), standing)
        return said | {"standing": standing.to_dict()}

    def quote(self, step: dict[str, Any], name: str, _other: str, at: str) -> Said:
        if "quote" not in step:
            return {}
        scheme, account, facts = self.schemes[-1], self.account(name), step.get("facts")
        decision = lc.quote(scheme, account, step["quote"], at=at, facts=facts)
        canonical = decision.canonical()
        again = lc.verify_decision(scheme, account, step["quote"], canonical, facts=facts)
        assert again.canonical() == canonical
        changed = canonical.replace(f'"due":"{decision.totals.due}"', '"due":"0.01"')
        assert changed != canonical
        with pytest.raises(lc.ActError) as refused:
            lc.verify_decision(scheme, account, step["quote"], changed, facts=facts)
        assert refused.value.code == "decision.tampered"
        self.written.append(decision.to_json())
        hold(decision.to_dict(), decision)
        return {"decision": decision.to_dict()}

    def act(self, step: dict[str, Any], name: str, _other: str, at: str) -> Said:
        if "act" not in step:
            return {}
        scheme, earlier = self.schemes[-1], self.schemes[:-1]
        posted = lc.perform(scheme, self.account(name), step["act"], at=at, earlier=earlier)
        if posted.group is None:
            return {"repeated": posted.seq}
        self.store(name, posted)
        again = lc.perform(scheme, posted.account, step["act"], at=at, earlier=earlier)
        assert again.repeated and again.seq == posted.seq and again.account == posted.account
        said: Said = {"answer": json.loads(posted.group._answer())}
        hold(said["answer"], posted.answer)
        for entry in posted.group.entries:
            said |= {kind: entry[kind] for kind in ("return", "tier_change") if kind in entry}
        return said

    def pair(self, step: dict[str, Any], name: str, other: str, at: str) -> Said:
        scheme, account = self.schemes[-1], self.account(name)
        if "transfer" in step:
            done = lc.transfer(scheme, account, self.account(other), at=at, **step["transfer"])
        elif "merge" in step:
            done = lc.merge(scheme, account, self.account(other), at=at, **step["merge"])
        else:
            return {}
        if done[0].repeated:
            return {"repeated": [posted.seq for posted in done]}
        for of, posted in zip((name, other), done, strict=True):
            self.store(of, posted)
        return {}

    def check(self) -> None:
        """Every account is the fold of its groups, and its chain holds."""
        for name, account in self.accounts.items():
            account.audit()
            groups = self.groups[name]
            lines = [group.to_json() for group in groups]
            assert lc.verify_groups(groups) == len(groups)
            for handed in (groups, lines, "\n".join(lines)):
                replayed = lc.Account.replay(name, handed)
                assert replayed == account and replayed.state_hash() == account.state_hash()
            assert [lc.Group.from_json(line) for line in lines] == groups
            assert lc.Account.restore(account.snapshot()) == account


def hold(said: Any, made: Any) -> None:
    """The typed object has every field of the JSON, with its value."""
    if isinstance(made, lc.Shortage):
        assert said in ({made.kind: str(made.value)}, {made.kind: made.value})
    elif isinstance(made, lc.AnswerLine):
        ((kind, fields),) = said.items()
        assert made.kind == kind
        for name, value in fields.items():
            hold(value, getattr(made, name))
    elif isinstance(said, dict):
        for name, value in said.items():
            hold(value, getattr(made, "before" if name == "from" else name))
    elif isinstance(said, list):
        assert isinstance(made, tuple) and len(made) == len(said)
        for one, other in zip(said, made, strict=True):
            hold(one, other)
    elif isinstance(made, datetime):
        assert made == datetime.fromisoformat(said)
    elif isinstance(made, date | Decimal):
        assert str(made) == said
    else:
        assert made == said and type(made) is type(said)


def differences(expected: Any, found: Any, at: str) -> Iterator[str]:
    """Where ``found`` lacks something that ``expected`` lists."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key, value in expected.items():
            if key in found:
                yield from differences(value, found[key], f"{at}/{key}")
            else:
                yield f"{at}/{key}: expected {value}, found nothing"
    elif isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            yield f"{at}: expected {len(expected)} items, found {len(found)}: {found}"
        for place, (one, other) in enumerate(zip(expected, found, strict=False)):
            yield from differences(one, other, f"{at}/{place}")
    elif type(expected) is not type(found) or expected != found:
        yield f"{at}: expected {expected}, found {found}"


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    run = Run(case)
    for place, step in enumerate(case["steps"]):
        said, expect = run.step(step), step.get("expect", {})
        assert "error" not in said or "error" in expect, f"step {place}: {said['error']}"
        assert list(differences(expect, said, f"step {place}")) == []
    run.check()
    # The bytes of every decision, group, standing and error code are those of Rust.
    written = "".join(f"{text}\n" for text in run.written)
    assert sha256(written.encode()).hexdigest() == DIGESTS[case["id"]]


def test_all_cases_ran(root: Path) -> None:
    files = sorted((root / "vectors").glob("*.json"))
    count = sum(len(json.loads(path.read_text())["cases"]) for path in files)
    assert len(CASES) == count == len(DIGESTS) >= 55
    assert {case["id"] for case in CASES} == set(DIGESTS)
