"""The command line: ``python -m loyalty_core check``, ``quote``, ``backtest`` and ``report``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import _core, _report_command
from ._core import Account, Scheme
from .engine import quote
from .errors import InputError, LoyaltyError, SchemeError
from .findings import lint
from .history import Backtest, Comparison, backtest
from .shops import ShopOrders, read_orders_csv, read_shopify_csv

FAILED = 1
MISUSED = 2


def _read(path: str) -> str:
    """A file, or standard input for ``-``."""
    if path == "-":
        return sys.stdin.read()
    return Path(path).read_text(encoding="utf-8")


def _json(path: str) -> Any:
    try:
        return json.loads(_read(path), parse_float=_no_float)
    except json.JSONDecodeError as error:
        message = f"{path} is no JSON: {error}"
        raise InputError(message, "read.syntax", "", {"found": str(error)}) from error


def _no_float(text: str) -> float:
    message = f'found the number {text}, allowed is text, such as "{text}"'
    raise InputError(message, "input.float", None, {"found": text})


def check(arguments: argparse.Namespace) -> int:
    """Compiles schemes, and says everything that is wrong with them or looks like a mistake."""
    failed = 0
    for path in arguments.scheme:
        try:
            scheme = Scheme.from_file(path)
        except SchemeError as error:
            failed = FAILED
            if arguments.json:
                problems = [
                    {"file": path, "code": p.code, "path": p.path, "found": p.found, "allowed": p.allowed}
                    for p in error.problems
                ]
                print("\n".join(json.dumps(problem, ensure_ascii=False) for problem in problems))
            else:
                print("\n".join(f"{path}: {problem}" for problem in error.problems))
            continue
        findings = lint(scheme, at=arguments.at)
        if arguments.strict and any(finding.severity == "warning" for finding in findings):
            failed = FAILED
        if arguments.json:
            for finding in findings:
                print(json.dumps({"file": path, **asdict(finding)}, ensure_ascii=False))
        else:
            print(f"{path}: ok, {scheme.name} ({scheme.id}), digest {scheme.digest}")
            for finding in findings:
                print(f"{path}: {finding}")
    return failed


def quoted(arguments: argparse.Namespace) -> int:
    """Says what a cart would bring."""
    scheme = Scheme.from_file(arguments.scheme)
    account = Account(arguments.member)
    if arguments.ledger is not None:
        account = Account.replay(arguments.member, _read(arguments.ledger))
    at: datetime | str = arguments.at or datetime.now(UTC)
    facts = None if arguments.facts is None else _json(arguments.facts)
    decision = quote(scheme, account, _json(arguments.cart), at=at, facts=facts)
    if arguments.json:
        print(decision.to_json())
        return 0
    totals = decision.totals
    for line in decision.lines:
        print(f"line {line.line}: {line.list}, less {line.discount}, is {line.net}")
    print(f"due: {totals.due} {decision.currency}, of goods {totals.goods}, tax {totals.tax}")
    for wallet in decision.wallets:
        print(f"{wallet.wallet}: +{wallet.earned}, -{wallet.spent}")
    for card in decision.cards:
        print(f"{card.card}: +{card.stamps} stamps, {card.on_card} of {card.target} on the card")
    for tier in decision.tiers:
        print(f"{tier.ladder}: {tier.before or 'no tier'} to {tier.to}")
    print(decision.explain)
    return 0


def orders_of(arguments: argparse.Namespace, currency: str) -> ShopOrders:
    """Orders of a file: Shopify's export, or a table whose columns the arguments name."""
    text = _read(arguments.orders).removeprefix("\ufeff")
    if _core.is_shopify_csv(text):
        return read_shopify_csv(text, currency=currency)
    return read_orders_csv(
        text,
        customer=arguments.customer,
        at=arguments.at,
        amount=arguments.amount,
        order=arguments.order,
        quantity=arguments.quantity,
        sku=arguments.sku,
        kind=arguments.kind,
        currency=currency,
    )


def _meter(orders: int) -> Callable[[int], None]:
    """Writes how far a run is to standard error."""
    done = 0

    def told(more: int) -> None:
        nonlocal done
        done += more
        end = "\n" if done >= orders else ""
        print(f"\r{done:,} of {orders:,} orders", end=end, file=sys.stderr, flush=True)

    return told


def backtested(arguments: argparse.Namespace) -> int:
    """Plays orders under a scheme, and under a second one beside it."""
    scheme = Scheme.from_file(arguments.scheme)
    other = None if arguments.compare is None else Scheme.from_file(arguments.compare)
    orders = orders_of(arguments, scheme.currency)
    played = sum(order.paid and order.customer is not None for order in orders)
    progress = _meter(played * (1 if other is None else 2)) if arguments.progress else None
    first = backtest(
        scheme,
        orders,
        redeem=arguments.redeem,
        redeem_from=arguments.redeem_from,
        until=arguments.until,
        progress=progress,
    )
    if other is None:
        return _tell(arguments, first)
    second = backtest(
        other,
        orders,
        redeem=arguments.redeem,
        redeem_from=arguments.redeem_from,
        until=arguments.until,
        progress=progress,
    )
    return _tell(arguments, Comparison(first, second))


def _tell(arguments: argparse.Namespace, found: Backtest | Comparison) -> int:
    if isinstance(found, Comparison):
        results = [found.first, found.second]
        columns = [found.first.totals.rows(), found.second.totals.rows(), found.totals.rows()]
        head = ["", found.first.scheme, found.second.scheme, "difference"]
    else:
        results, columns, head = [found], [found.totals.rows()], ["", found.scheme]
    if arguments.json:
        for result in results:
            print(result.to_json())
        return 0
    first = results[0]
    until = "" if first.until is None else f" until {first.until:%Y-%m-%d}"
    print(f"{first.totals.orders} orders of {len(first.members)} members{until}, in {first.currency}")
    rows = [head, *([row[0][0], *(f"{value:,}" for _, value in row)] for row in zip(*columns, strict=True))]
    for row in rows:
        print(f"{row[0]:<20}" + "".join(f"{cell:>24}" for cell in row[1:]))
    for result in results:
        for ladder, tier, members in zip(*result.tiers.to_dict().values(), strict=True):
            print(f"{result.scheme}: {members} members, {ladder} {tier or 'no tier'}")
    return 0


def parser() -> argparse.ArgumentParser:
    """The arguments of all commands."""
    made = argparse.ArgumentParser(prog="python -m loyalty_core", description=__doc__)
    commands = made.add_subparsers(required=True, metavar="command")

    one = commands.add_parser("check", help="compile schemes, and say what is wrong or looks like a mistake")
    one.add_argument("scheme", nargs="+", help="a scheme document, .toml or .json")
    one.add_argument("--json", action="store_true", help="one JSON object a problem or finding")
    one.add_argument("--strict", action="store_true", help="warnings of the linter fail too")
    one.add_argument("--at", help="the moment by which windows count as over, such as 2026-11-21T12:00:00+01:00")
    one.set_defaults(run=check)

    one = commands.add_parser("quote", help="say what a cart would bring")
    one.add_argument("scheme", help="a scheme document, .toml or .json")
    one.add_argument("cart", help="a purchase as JSON; - for standard input")
    one.add_argument("--member", default="member", help="the member; default: member")
    one.add_argument("--ledger", help="the member's groups, one line of JSON each")
    one.add_argument("--facts", help="what is known about the customer, as JSON")
    one.add_argument("--at", help="the moment, such as 2026-11-21T12:00:00+01:00; default: now")
    one.add_argument("--json", action="store_true", help="the decision as JSON")
    one.set_defaults(run=quoted)

    _report_command.add(commands)
    one = commands.add_parser("backtest", help="play orders under a scheme, or under two")
    one.add_argument("orders", help="Shopify's orders export, or a table with a row a line; - for standard input")
    one.add_argument("--scheme", required=True, help="a scheme document, .toml or .json")
    one.add_argument("--compare", help="a second one, to play beside it")
    one.add_argument("--customer", default="customer", help="the column of customers; default: customer")
    one.add_argument("--at", default="date", help="the column of times or dates; default: date")
    one.add_argument("--amount", default="amount", help="the column of amounts; default: amount")
    one.add_argument("--order", help="the column of orders; without it each row is one")
    one.add_argument("--quantity", help="the column of units")
    one.add_argument("--sku", help="the column of stock keeping units")
    one.add_argument("--kind", help="the column that says sale or refund")
    one.add_argument(
        "--redeem",
        choices=["never", "as_soon_as_possible", "before_expiry"],
        default="never",
        help="how members use points and rewards; default: never",
    )
    one.add_argument("--redeem-from", help="orders of less than this amount use nothing")
    one.add_argument("--until", help="post everything due by this moment; default: the last one")
    one.add_argument("--progress", action="store_true", help="say how far it is")
    one.add_argument("--json", action="store_true", help="one JSON object a scheme")
    one.set_defaults(run=backtested)
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command. 0: all is well, 1: something is wrong with what was read, 2: misuse."""
    arguments = parser().parse_args(argv)
    run: Callable[[argparse.Namespace], int] = arguments.run
    try:
        return run(arguments)
    except LoyaltyError as error:
        print(error, file=sys.stderr)
    except (OSError, UnicodeDecodeError) as error:
        print(error, file=sys.stderr)
        return MISUSED
    return FAILED


if __name__ == "__main__":
    sys.exit(main())
