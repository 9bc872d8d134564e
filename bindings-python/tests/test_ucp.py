"""Decisions in the form of the Loyalty Extension of the Universal Commerce Protocol."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from conftest import cart

import loyalty_core as lc

KINDS: dict[str, dict[str, tuple[type | tuple[type, ...], bool]]] = {
    # Field: its type, and whether it is needed.
    "membership": {
        "id": (str, True),
        "name": (str, True),
        "display_id": (str, False),
        "tiers": (list, False),
        "rewards": (list, False),
        "provisional": (bool, True),
    },
    "tier": {"id": (str, True), "name": (str, True), "benefits": (list, False)},
    "benefit": {"id": (str, True), "description": (str, True)},
    "reward": {"currency": (dict, True), "earning_forecast": (dict, False)},
    "currency": {"name": (str, True), "code": (str, True), "decimal_places": (int, False)},
    "forecast": {"amount": (int, True), "breakdown": (list, False)},
    "part": {
        "id": (str, True),
        "amount": (int, True),
        "description": (str, True),
        "benefit_id": (str, False),
    },
}


def check(kind: str, value: dict[str, Any]) -> None:
    fields = KINDS[kind]
    assert set(value) <= set(fields), f"{kind}: {set(value) - set(fields)}"
    for name, (of, needed) in fields.items():
        assert name in value or not needed, f"{kind}: no {name}"
        assert name not in value or isinstance(value[name], of), f"{kind}: {name}"


def check_all(loyalty: dict[str, Any]) -> None:
    for program, membership in loyalty.items():
        assert "." in program
        check("membership", membership)
        benefits: set[str] = set()
        for tier in membership.get("tiers", ()):
            check("tier", tier)
            for benefit in tier.get("benefits", ()):
                check("benefit", benefit)
                benefits.add(benefit["id"])
        for reward in membership.get("rewards", ()):
            check("reward", reward)
            check("currency", reward["currency"])
            forecast = reward["earning_forecast"]
            check("forecast", forecast)
            for part in forecast.get("breakdown", ()):
                check("part", part)
                assert part["amount"] > 0 and part.get("benefit_id") in {None, *benefits}
            amounts = [part["amount"] for part in forecast.get("breakdown", ())]
            assert sum(amounts) == forecast["amount"] >= 0


def test_a_members_tier_and_points(
    scheme: lc.Scheme, account: lc.Account, now: datetime
) -> None:
    account = lc.record(scheme, account, cart("first", price="150.00", quantity=1), at=now).account
    loyalty = lc.quote(scheme, account, cart(price="3.33", quantity=1), at=now).to_ucp()
    check_all(loyalty)
    membership = loyalty["com.example.cafe"]
    assert (membership["name"], membership["provisional"]) == ("Café", False)
    (tier,), (reward,) = membership["tiers"], membership["rewards"]
    assert (tier["id"], tier["name"]) == ("gold", "Gold")
    assert tier["benefits"] == [{"id": "gold-multiplier", "description": "Half as many beans again."}]
    assert reward["currency"] == {"name": "beans", "code": "points", "decimal_places": 1}
    # 3.33 EUR bring 3 beans a euro, and half as many: 4.9 beans, in tenths.
    forecast = reward["earning_forecast"]
    assert forecast["amount"] == 49
    assert forecast["breakdown"][0]["description"] == "A bean for every euro."
    assert forecast["breakdown"][1]["benefit_id"] == "gold-multiplier"
    assert "ann" not in json.dumps(loyalty)


def test_every_purchase_of_the_vectors(root: Path) -> None:
    count = 0
    for path in (root / "vectors").glob("*.json"):
        for case in json.loads(path.read_text())["cases"]:
            scheme = lc.Scheme.from_dict(case["scheme"])
            account = lc.Account("member")
            for step in case["steps"]:
                record = step.get("act", {}).get("record", {})
                purchase = step.get("quote") or record.get("purchase")
                if purchase is None or "." not in scheme.id:
                    continue
                facts = step.get("facts") or record.get("facts")
                try:
                    decision = lc.quote(scheme, account, purchase, at=step["at"], facts=facts)
                except lc.InputError:
                    continue
                check_all(decision.to_ucp())
                count += 1
    assert count >= 40
