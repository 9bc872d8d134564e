"""The command line: ``python -m loyalty_core check``, ``quote`` and ``report``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import _report_command
from ._core import Account, Scheme
from .engine import quote
from .errors import InputError, LoyaltyError, SchemeError

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
    """Compiles schemes and says everything that is wrong with them."""
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
        else:
            if not arguments.json:
                print(f"{path}: ok, {scheme.name} ({scheme.id}), digest {scheme.digest}")
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


def parser() -> argparse.ArgumentParser:
    """The arguments of all commands."""
    made = argparse.ArgumentParser(prog="python -m loyalty_core", description=__doc__)
    commands = made.add_subparsers(required=True, metavar="command")

    one = commands.add_parser("check", help="compile schemes and say what is wrong with them")
    one.add_argument("scheme", nargs="+", help="a scheme document, .toml or .json")
    one.add_argument("--json", action="store_true", help="one JSON object a problem")
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
