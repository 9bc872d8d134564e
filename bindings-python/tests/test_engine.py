"""The engine as a shop uses it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TypedDict
from zoneinfo import ZoneInfo

import pytest
from conftest import SCHEME, cart

import loyalty_core as lc


class By(TypedDict):
    """Who does something by hand, and why."""

    actor: str
    reason: str


def test_a_scheme_from_every_source(scheme: lc.Scheme, tmp_path: Path) -> None:
    (tmp_path / "scheme.toml").write_text(SCHEME, encoding="utf-8")
    (tmp_path / "scheme.json").write_text(scheme.to_json(), encoding="utf-8")
    for other in (
        lc.Scheme.from_json(scheme.to_json()),
        lc.Scheme.from_json(scheme.to_json().encode()),
        lc.Scheme.from_dict(scheme.to_dict()),
        lc.Scheme.from_file(tmp_path / "scheme.toml"),
        lc.Scheme.from_file(str(tmp_path / "scheme.json")),
    ):
        assert other == scheme and hash(other) == hash(scheme) and other.digest == scheme.digest
    assert (scheme.id, scheme.name, scheme.version) == ("com.example.cafe", "Café", "2026-11")
    assert (scheme.currency, scheme.time_zone) == ("EUR", "Europe/Madrid")
    assert scheme != lc.Scheme.from_toml(SCHEME.replace('"1.00"', '"2.00"'))
    assert repr(scheme).startswith('<Scheme "com.example.cafe" version "2026-11": 2 earn rules')
    assert "A bean for every euro." in scheme._repr_html_()


def test_from_quote_to_refund(scheme: lc.Scheme, account: lc.Account, now: datetime) -> None:
    purchase = cart()
    decision = lc.quote(scheme, account, purchase, at=now)
    assert decision.totals.due == Decimal("25.00") and decision.at == now
    (wallet,), (card,) = decision.wallets, decision.cards
    assert (wallet.earned, wallet.parts[0].rule) == (Decimal(25), "base")
    assert wallet.lots[0].expiry == date(2027, 11, 22)
    assert (card.card, card.stamps, card.on_card, card.target) == ("coffee", 2, 2, 3)
    assert json.loads(decision.to_json()) == decision.to_dict()
    assert "due 25.00 EUR, +25 points, 2 stamps on coffee" in repr(decision)

    posted = lc.record(scheme, account, purchase, at=now, expected=decision)
    assert posted.group is not None and not posted.repeated and account.seq == 0
    assert (posted.group.act, posted.group.key, posted.group.at) == ("record", "order-1", now)
    assert [next(iter(entry)) for entry in posted.group.entries][0] == "purchase"
    assert posted.answer is not None
    assert {line.kind for line in posted.answer.lines} == {"purchase", "earned", "stamps"}
    assert "earned: wallet points, points 25" in repr(posted)

    again = lc.record(scheme, posted.account, purchase, at=now)
    assert again.repeated and again.seq == 1 and again.group is None and again.answer is None
    assert again.account == posted.account

    back: lc.ReturnLine = {"line": "1", "back": {"quantity": 1}}
    refunded = lc.refund(
        scheme, posted.account, id="return-1", purchase="order-1", lines=[back], at=now
    )
    assert refunded.answer is not None
    (line,) = (line for line in refunded.answer.lines if line.kind == "refund")
    assert line.refund == Decimal("12.50")
    state = lc.standing(scheme, refunded.account, at=now)
    assert state.wallets[0].balance.available == Decimal("12.5")
    assert state.wallets[0].worth == Decimal("0.62") and state.cards[0].stamps == 1
    assert json.loads(state.to_json()) == state.to_dict()
    assert "12.5 points" in repr(state) and "1 of 3 on coffee" in repr(state)


def test_what_was_stored_gives_the_account_back(scheme: lc.Scheme, now: datetime) -> None:
    account, groups = lc.Account("ann"), []
    for number in range(4):
        posted = lc.record(scheme, account, cart(f"order-{number}"), at=now)
        assert posted.group is not None
        groups.append(posted.group)
        account = posted.account
    lines = [group.to_json() for group in groups]
    assert lc.Account.replay("ann", lines) == account
    assert lc.Account.replay("ann", "\n".join(lines).encode()) == account
    half = lc.Account.replay("ann", groups[:2])
    resumed = lc.Account.restore(half.snapshot())
    for group in (groups[2], lines[3]):
        resumed = resumed.apply(group)
    assert resumed == account and resumed.state_hash() == account.state_hash()
    assert account.to_dict()["member"] == "ann" and account.purchase_count == 4
    assert lc.replay_many({"ann": lines, "bob": []})["ann"] == account
    assert "version" in account._repr_html_()
    damaged = [lines[0], lines[1].replace('"order-1"', '"order-9"'), *lines[2:]]
    with pytest.raises(lc.LedgerError) as error:
        lc.Account.replay("ann", "\n".join(damaged))
    assert error.value.code == "ledger.hash" and error.value.context["whole_groups"] == "1"
    with pytest.raises(lc.LedgerError):
        lc.Account.replay("ann", damaged)


def test_every_act(scheme: lc.Scheme, account: lc.Account, now: datetime) -> None:
    later = now + timedelta(days=1)
    account = lc.enrol(scheme, account, id="join", at=now).account
    by: By = {"actor": "clerk", "reason": "opening"}
    account = lc.adjust(
        scheme, account, id="a1", wallet="points", points=100, at=now, **by
    ).account
    account = lc.adjust(scheme, account, id="a2", card="coffee", stamps=3, at=now, **by).account
    account = lc.event(scheme, account, id="e1", name="review", at=now).account
    account = lc.record(scheme, account, cart(), at=now).account
    account = lc.fulfil(
        scheme, account, id="f1", purchase="order-1", name="delivered", at=now
    ).account
    account = lc.redeem(scheme, account, id="r1", reward="cup", at=now).account
    account = lc.redeem(
        scheme, account, id="r2", points={"wallet": "points", "points": Decimal("0.5")}, at=now
    ).account
    account = lc.grant(scheme, account, id="g1", reward="free-latte", at=now, **by).account
    points: lc.WalletPoints = {"wallet": "points", "points": 10}
    account = lc.hold(scheme, account, id="h1", points=[points], until=later, at=now).account
    account = lc.capture(scheme, account, id="c1", hold="h1", at=now).account
    account = lc.hold(
        scheme, account, id="h2", rewards=[{"reward": "cup"}], until=later, at=now
    ).account
    account = lc.release(scheme, account, id="c2", hold="h2", at=now).account
    account = lc.assign_tier(
        scheme, account, id="t1", ladder="status", tier="gold", at=now, **by
    ).account
    account = lc.suspend(scheme, account, id="s1", at=now, **by).account
    assert account.status == "suspended"
    account = lc.resume(scheme, account, id="s2", at=now).account
    account = lc.cancel(scheme, account, id="x1", purchase="order-1", at=now).account
    state = lc.standing(scheme, account, at=now)
    assert state.wallets[0].balance.available == Decimal("59.5")
    assert state.ladders[0].tier == "gold" and state.ladders[0].to_stay == Decimal("100.00")
    assert {reward.reward for reward in state.rewards} == {"free-latte", "cup"}

    other = lc.Account("bob")
    first, second = lc.transfer(
        scheme, account, other, id="m1", wallet="points", points="9.5", at=now
    )
    assert lc.standing(scheme, second.account, at=now).wallets[0].balance.available == Decimal("9.5")
    account, other = first.account, second.account
    first, second = lc.merge(scheme, account, other, id="m2", at=now)
    assert second.account.status == "closed"
    account = lc.due(scheme, first.account, id="d1", at=now + timedelta(days=800)).account
    late = now + timedelta(days=801)
    account = lc.reinstate(
        scheme, account, id="i1", wallet="points", lapsed_days_max=900, valid_days=5, at=late, **by
    ).account
    assert lc.standing(scheme, account, at=late).wallets[0].balance.available == Decimal("59.5")
    assert lc.close(scheme, account, id="z1", at=late).account.status == "closed"


def test_a_quote_binds_a_record(scheme: lc.Scheme, account: lc.Account, now: datetime) -> None:
    decision = lc.quote(scheme, account, cart(), at=now)
    assert lc.verify_decision(scheme, account, cart(), decision) == lc.quote(
        scheme, account, cart(), at=now, explain=False
    )
    moved = lc.enrol(scheme, account, id="join", at=now).account
    assert lc.record(scheme, moved, cart(), at=now, expected=decision.outputs_digest).seq == 2
    with pytest.raises(lc.ActError) as error:
        lc.record(scheme, moved, cart(), at=now, expected_head=decision.head)
    assert error.value.code == "decision.head_moved"
    with pytest.raises(lc.ActError) as error:
        lc.record(scheme, moved, cart(price="13.00"), at=now, expected=decision)
    assert error.value.code == "decision.conflict"


def test_reasons(scheme: lc.Scheme, account: lc.Account, now: datetime) -> None:
    decision = lc.quote(scheme, account, cart(), at=now)
    assert "rule big-cart: condition.min_amount, 25.00 more" in decision.explain.splitlines()
    reason = lc.why_not(scheme, account, cart(), "big-cart", at=now)
    assert reason is not None and reason in decision.reasons
    assert reason.missing == lc.Shortage("amount", Decimal("25.00"))
    assert lc.why_not(scheme, account, cart(), "nothing", at=now) is None
    assert lc.quote(scheme, account, cart(), at=now, explain=False).reasons == ()
    assert "condition.min_amount" in decision._repr_html_()


def test_money_in_every_form(scheme: lc.Scheme, account: lc.Account, now: datetime) -> None:
    forms: list[lc.Money] = [1250, "12.50", "12.5", Decimal("12.5"), Decimal("12.500"), Decimal("1.25E+1")]
    decisions = {lc.quote(scheme, account, cart(price=form), at=now).canonical() for form in forms}
    assert len(decisions) == 1
    yen = lc.Scheme.from_toml(SCHEME.replace('"EUR"', '"JPY"').replace(".00", "").replace('"0.50"', '"1"'))
    purchase = cart(price=1250, quantity=1)
    purchase["currency"] = "JPY"
    assert lc.quote(yen, account, purchase, at=now).totals.due == 1250


def test_exchanged_money(scheme: lc.Scheme, account: lc.Account, now: datetime) -> None:
    purchase = lc.Purchase(
        id="o",
        currency="JPY",
        lines=[lc.Line(sku="cup", price=1600)],
        exchange={"from": 160, "to": 100},
    )
    decision = lc.quote(scheme, account, purchase, at=now)
    assert decision.currency == "JPY" and decision.totals.due == 1600
    assert decision.wallets[0].earned == 10
    account = lc.record(scheme, account, purchase, at=now).account
    lines: list[lc.ReturnLine] = [{"line": "1", "back": {"amount": 800}}]
    refund = lc.refund(scheme, account, id="r", purchase="o", lines=lines, at=now)
    assert refund.answer is not None and refund.answer.lines[0].refund == 800


def test_times(scheme: lc.Scheme, account: lc.Account) -> None:
    # One instant, many ways to say it.
    madrid = datetime(2026, 11, 21, 0, 30, tzinfo=ZoneInfo("Europe/Madrid"))
    for at in (
        madrid,
        madrid.astimezone(UTC),
        madrid.astimezone(ZoneInfo("Asia/Tokyo")),
        datetime(2026, 11, 21, 0, 30),
        "2026-11-21T00:30:00+01:00",
    ):
        decision = lc.quote(scheme, account, cart(), at=at)
        assert decision.at == madrid and decision.at.utcoffset() == timedelta(hours=1)
        assert decision.at.date() == date(2026, 11, 21)
    # Clocks that are put back show a time twice: fold says which.
    first, second = (datetime(2026, 10, 25, 2, 30, fold=fold) for fold in (0, 1))
    times = [lc.quote(scheme, account, cart(), at=at).at for at in (first, second)]
    assert times[1] - times[0] == timedelta(hours=1)
    # And those that are put forward leave one out.
    with pytest.raises(lc.InputError) as error:
        lc.quote(scheme, account, cart(), at=datetime(2026, 3, 29, 2, 30))
    assert error.value.code == "input.time_gap"


def test_facts_and_birthdays(account: lc.Account, now: datetime) -> None:
    text = SCHEME + '\n[[earn]]\nid = "birthday"\nwhen.birthday = {}\ngive.fixed = { points = "5" }\n'
    scheme = lc.Scheme.from_toml(text)
    for birthday in ("11-21", date(1980, 11, 21)):
        decision = lc.quote(scheme, account, cart(), at=now, facts={"birthday": birthday})
        assert "birthday" in [part.rule for part in decision.wallets[0].parts]


def test_many(scheme: lc.Scheme, now: datetime) -> None:
    accounts = [lc.Account(f"m{number % 50}") for number in range(1000)]
    purchases = [cart(f"o{number}", price=100 + number) for number in range(1000)]
    quotes = lc.quote_many(scheme, accounts, purchases, at=now, explain=True)
    single = [lc.quote(scheme, a, p, at=now) for a, p in zip(accounts, purchases, strict=True)]
    assert quotes == single
    assert lc.quote_many(scheme, accounts[0], purchases[:3], at=[now] * 3, facts=[None] * 3)
    done = lc.record_many(scheme, accounts, purchases, at=now)
    one_by_one: dict[str, lc.Account] = {}
    for account, purchase, posted in zip(accounts, purchases, done, strict=True):
        before = one_by_one.get(account.member, account)
        again = lc.record(scheme, before, purchase, at=now)
        assert posted == again
        one_by_one[account.member] = again.account
    logs: dict[str, list[lc.Group | str | bytes]] = {}
    for posted in done:
        assert posted.group is not None
        logs.setdefault(posted.account.member, []).append(posted.group)
    assert lc.replay_many(logs) == one_by_one
    assert lc.quote_many(scheme, [], [], at=now) == [] and lc.replay_many({}) == {}


def test_nothing_can_be_changed(scheme: lc.Scheme, account: lc.Account, now: datetime) -> None:
    decision = lc.quote(scheme, account, cart(), at=now)
    for thing, name in (
        (decision, "lines"),
        (decision.totals, "due"),
        (scheme, "id"),
        (account, "member"),
        (lc.standing(scheme, account, at=now), "status"),
    ):
        with pytest.raises(AttributeError):
            setattr(thing, name, "other")


def test_what_all_members_share(now: datetime) -> None:
    scheme = lc.Scheme.from_dict(
        {
            "format": 1,
            "id": "com.example.pool",
            "name": "Pool",
            "currency": "EUR",
            "time_zone": "Etc/UTC",
            "wallets": [{"id": "points"}],
            "earn": [
                {
                    "id": "launch",
                    "give": {"per_amount": {"points": "1", "per": "1.00"}},
                    "caps": [{"per": "scheme", "points": "150"}],
                }
            ],
        }
    )
    pool, earned = lc.Account("pool"), []
    for name in ("ann", "bob", "cem"):
        account, purchase = lc.Account(name), cart(f"of-{name}", price="100.00", quantity=1)
        quoted = lc.quote(scheme, account, purchase, at=now, pool=pool)
        earned.append(quoted.wallets[0].earned)
        posted = lc.record(scheme, account, purchase, at=now, pool=pool, expected=quoted)
        if posted.pool is not None:
            pool = pool.apply(posted.pool)
    assert earned == [100, 50, 0]
    with pytest.raises(lc.ActError) as error:
        lc.record(scheme, lc.Account("dan"), cart(), at=now)
    assert error.value.code == "pool.missing"


def test_a_quoted_version_is_kept(
    scheme: lc.Scheme, account: lc.Account, now: datetime
) -> None:
    account = lc.enrol(scheme, account, id="join", at=now).account
    decision = lc.quote(scheme, account, cart(), at=now)
    assert decision.head.seq == account.seq == 1
    posted = lc.record(scheme, account, cart(), at=now, expected_head=decision.head)
    assert posted.seq == 2
