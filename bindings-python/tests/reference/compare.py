"""Runs a case through the engine and through the model, and says where they differ.

A case is the JSON of ``vectors/``: a scheme, and steps with ``at`` and an ``act``. Before a purchase
is recorded it is quoted, and the whole decisions are compared; after every step the standings are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import loyalty_core as lc

from .bundles import Unsaid
from .cart import Json
from .member import Refused
from .pairs import Holder, merge, transfer


class Different(Exception):
    """The engine and the model differ."""


def instants_in_utc(value: Any) -> Any:
    """Texts that are instants, in one form."""
    if isinstance(value, dict):
        return {key: instants_in_utc(one) for key, one in value.items()}
    if isinstance(value, list):
        return [instants_in_utc(one) for one in value]
    if isinstance(value, str) and len(value) >= 20 and value[10] == "T":
        return datetime.fromisoformat(value).astimezone(ZoneInfo("UTC")).isoformat()
    return value


def engine_decision(said: Json) -> Json:
    """What is compared of the engine's decision."""
    made = {key: said[key] for key in ("lines", "discounts", "rewards", "wallets", "cards", "tiers")}
    totals = ("list", "goods", "shipping", "tax", "total", "points_tender", "due")
    made["totals"] = {key: said["totals"][key] for key in totals}
    made["refused"] = said.get("refused", [])
    told = ("offer", "code", "amount", "units", "missing", "sets")
    made["offers"] = [{key: offer[key] for key in told if key in offer} for offer in said.get("offers", ())]
    made["reasons"] = {}
    for reason in said["reasons"]:
        if reason["about"] not in ("rule", "benefit"):
            continue
        kept = {key: reason[key] for key in ("code", "wanted", "granted", "missing") if key in reason}
        made["reasons"][reason["id"]] = kept
    made["others"] = said["others"]
    made |= {key: said.get(key, []) for key in ("challenges", "referrals")}
    return made


def model_decision(made: Json, said: Json) -> Json:
    """The model's decision, without the reasons of rules that the engine need not list."""
    hidden = [
        name
        for name, reason in made["reasons"].items()
        if name not in said["reasons"] and reason["hidden"]
    ]
    reasons = {
        name: {key: one for key, one in reason.items() if key != "hidden"}
        for name, reason in made["reasons"].items()
        if name not in hidden
    }
    told = {one["offer"]: one for one in said["offers"]}
    offers = [
        told[offer["offer"]]
        if offer["open"] and offer["offer"] in told and told[offer["offer"]]["amount"] == offer["amount"]
        else {key: one for key, one in offer.items() if key not in ("hidden", "open")}
        for offer in made["offers"]
        if offer["offer"] in told or not offer["hidden"]
    ]
    return made | {"reasons": reasons, "others": len(hidden), "offers": offers}


def engine_standing(said: Json) -> Json:
    """What is compared of the engine's standing."""
    wallets = [{key: one[key] for key in ("wallet", "balance", "expiries")} for one in said["wallets"]]
    keys = ("ladder", "value", "tier", "next", "to_next", "benefits", "review")
    ladders = [{key: one[key] for key in keys if key in one} for one in said["ladders"]]
    made = {"wallets": wallets, "cards": said["cards"], "rewards": said["rewards"], "ladders": ladders}
    return made | {"challenges": said.get("challenges", [])}


def differences(model: Any, engine: Any, at: str) -> Iterator[str]:
    """Where two documents differ."""
    if isinstance(model, dict) and isinstance(engine, dict):
        for key in sorted({*model, *engine}):
            yield from differences(model.get(key), engine.get(key), f"{at}/{key}")
    elif isinstance(model, list) and isinstance(engine, list) and len(model) == len(engine):
        for place, (one, other) in enumerate(zip(model, engine, strict=True)):
            yield from differences(one, other, f"{at}/{place}")
    elif model != engine:
        yield f"{at}: the model says {json.dumps(model)}, the engine {json.dumps(engine)}"


def hold(model: Any, engine: Any, at: str) -> None:
    found = list(differences(model, instants_in_utc(engine), at))
    if found:
        raise Different("\n".join(found))


def run(case: Json) -> int:
    """Runs a case; gives how many triples of scheme, history and cart it holds."""
    triples = 0
    try:
        for _ in triples_of(case):
            triples += 1
    except Unsaid:
        pass
    return triples


def triples_of(case: Json) -> Iterator[int]:
    """Runs the steps of a case; gives the place of each whose purchase was compared."""
    scheme = lc.Scheme.from_dict(case["scheme"])
    accounts: dict[str, lc.Account] = {}
    models: dict[str, Holder] = {}
    for place, step in enumerate(case["steps"]):
        now = datetime.fromisoformat(step["at"])
        where = f"step {place}"
        name, other = step.get("member", "member"), step.get("other", "other")
        for one in (name, other) if "transfer" in step or "merge" in step else (name,):
            accounts.setdefault(one, lc.Account(one))
            models.setdefault(one, Holder(case["scheme"], one))
        if "act" in step:
            ((kind, body),) = step["act"].items()
            if kind == "record" and not models[name].closed:
                decide(scheme, accounts[name], models[name], step["at"], now, body, where)
                yield place
            accounts[name] = do(scheme, accounts[name], models[name], step, now, where)
        elif "transfer" in step or "merge" in step:
            if name == other:
                raise ValueError("one member twice")
            both = accounts[name], accounts[other]
            accounts[name], accounts[other] = between(scheme, both, (models[name], models[other]), step, now, where)
        for one, model in models.items():
            said = engine_standing(lc.standing(scheme, accounts[one], at=step["at"]).to_dict())
            made = model.standing(now)
            if model.closed:
                # What it had measured and filled is of the other member now, and stays in its own history too.
                for key in ("cards", "ladders", "challenges"):
                    del made[key], said[key]
            hold(made, said, f"{where} standing {one}")


def decide(
    scheme: lc.Scheme, account: lc.Account, model: Holder, at: str, now: datetime, body: Json, where: str
) -> None:
    """Quotes a purchase in both."""
    facts = body.get("facts")
    whole = lc.quote(scheme, account, body["purchase"], at=at, facts=facts).to_dict()
    said = engine_decision(whole)
    made = model.decision(body["purchase"], now, facts or {})
    hold([], displaced_in_vain(model.scheme, whole), f"{where} displaced in vain")
    hold(model_decision(made, said), said, f"{where} decision")


def displaced_in_vain(scheme: Json, said: Json) -> list[str]:
    """The offers that are displaced by one that does not apply."""
    tiers = [tier for ladder in scheme.get("ladders", ()) for tier in ladder["tiers"]]
    if any("discount" in one["benefit"] for tier in tiers for one in tier.get("benefits", ())):
        # Offers are chosen without standing discounts, which can leave the chosen one nothing to take.
        return []
    if any(band.get("per") == "line" for band in scheme.get("stacking", {}).get("bands", ())):
        # Those that are taken for two lines can exclude each other.
        return []
    offers = said.get("offers", ())
    giving = {offer["offer"] for offer in offers if offer["code"] == "granted"}
    return [offer["offer"] for offer in offers if offer["code"] == "offer.displaced" and offer["by"] not in giving]


def between(
    scheme: lc.Scheme,
    accounts: tuple[lc.Account, lc.Account],
    models: tuple[Holder, Holder],
    step: Json,
    now: datetime,
    where: str,
) -> tuple[lc.Account, lc.Account]:
    """Does an act between two accounts in both."""
    try:
        if "transfer" in step:
            transfer(*models, step["transfer"], now)
        else:
            merge(*models, now)
        made: Json = {}
    except Refused as refused:
        made = {"error": str(refused)}
    try:
        if "transfer" in step:
            first, second = lc.transfer(scheme, *accounts, **step["transfer"], at=step["at"])
        else:
            first, second = lc.merge(scheme, *accounts, **step["merge"], at=step["at"])
    except lc.LoyaltyError as error:
        if error.code.startswith("read."):
            raise
        hold(made, {"error": error.code}, f"{where} act")
        return accounts
    hold(made, {}, f"{where} act")
    return first.account, second.account


def do(scheme: lc.Scheme, account: lc.Account, model: Holder, step: Json, now: datetime, where: str) -> lc.Account:
    """Does an act in both."""
    try:
        made = model.act(step["act"], now)
    except Refused as refused:
        made = {"error": str(refused)}
    try:
        posted = lc.perform(scheme, account, step["act"], at=step["at"])
    except lc.LoyaltyError as error:
        if error.code.startswith("read."):
            raise
        hold(made, {"error": error.code}, f"{where} act")
        return account
    said: Json = {}
    assert posted.group is not None
    for entry in posted.group.entries:
        if "return" in entry:
            said |= {key: entry["return"][key] for key in ("refund", "charged") if key in entry["return"]}
    due = [asdict(one) for line in lc.answer(posted.group).lines for one in line.referrals]
    said |= {"referrals": due} if due else {}
    hold(made, said, f"{where} act")
    return posted.account


def fails(case: Json) -> str | None:
    """How a case differs, if it does. Cases that cannot be run do not differ."""
    try:
        run(case)
    except Different as found:
        return str(found)
    except (lc.LoyaltyError, AssertionError, KeyError, ValueError, IndexError, TypeError):
        return None
    return None


def without(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Copies of a document that lack one thing each, larger things first."""
    if isinstance(value, dict):
        for key in value:
            yield f"{at}/{key}", {k: v for k, v in value.items() if k != key}
        for key, one in value.items():
            for place, less in without(one, f"{at}/{key}"):
                yield place, {**value, key: less}
    elif isinstance(value, list):
        for i in reversed(range(len(value))):
            yield f"{at}/{i}", value[:i] + value[i + 1 :]
        for i, one in enumerate(value):
            for place, less in without(one, f"{at}/{i}"):
                yield place, [*value[:i], less, *value[i + 1 :]]
    elif isinstance(value, int) and not isinstance(value, bool) and value > 1:
        yield at, 1
        yield at, value - 1


def kinds_of(found: str | None) -> set[str]:
    """What differs, whatever the step and the place."""
    lines = (found or "").split("\n")
    return {re.sub(r"step \d+|\d", "", line.split(": the model")[0]) for line in lines} - {""}


def minimized(case: Json) -> Json:
    """The smallest case that still differs in the same way, found by leaving things out."""
    kinds = kinds_of(fails(case))
    again = True
    while again:
        again = False
        for _, less in without(case):
            if kinds & kinds_of(fails(less)):
                case, again = less, True
                break
    return case
