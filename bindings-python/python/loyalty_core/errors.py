"""The exceptions of the package: one class for each family of errors.

Every exception has a stable ``code``; match on it, the words may change. The codes stand in
``docs/errors.md`` and ``docs/python.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any


class LoyaltyError(Exception):
    """The base of all exceptions that the package raises by itself."""

    def __init__(
        self,
        message: str,
        code: str,
        path: str | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message, code, path, dict(context or {}))

    @property
    def message(self) -> str:
        """What was found, what is allowed, and where."""
        text: str = self.args[0]
        return text

    @property
    def code(self) -> str:
        """The stable code, such as ``points.insufficient``."""
        code: str = self.args[1]
        return code

    @property
    def path(self) -> str | None:
        """Where in what was handed over, as a JSON pointer; ``None`` where there is no place."""
        path: str | None = self.args[2]
        return path

    @property
    def context(self) -> Mapping[str, Any]:
        """What belongs to it, by name: mostly ``found`` and ``allowed``."""
        return MappingProxyType(self.args[3])

    def __str__(self) -> str:
        return self.message if self.message.startswith(self.code) else f"{self.code}: {self.message}"

    def _at(self, path: str) -> LoyaltyError:
        """The same error with its place, if it has none."""
        placed = self.path if self.path is not None else path
        return type(self)(self.message, self.code, placed, self.context)

    def _of_item(self, place: int) -> LoyaltyError:
        """The same error of an item of a batch."""
        path = f"/{place}{self.path or ''}"
        context = {**self.context, "item": str(place)}
        return type(self)(f"item {place}: {self.message}", self.code, path, context)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a scheme document."""

    code: str
    """The stable code, such as ``scheme.unknown_wallet``."""
    path: str
    """Where in the document, as a JSON pointer."""
    found: str
    """What stands there."""
    allowed: str
    """What could stand there."""

    def __str__(self) -> str:
        place = f"at {self.path}" if self.path else "in the document"
        return f"{self.code} {place}: found {self.found}, allowed is {self.allowed}"


class SchemeError(LoyaltyError):
    """A scheme document cannot be read, or does not compile."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong with the document."""
        listed = self.context.get("problems")
        if listed is not None:
            return tuple(Problem(*problem) for problem in listed)
        found, allowed = self.context.get("found", self.message), self.context.get("allowed", "")
        return (Problem(self.code, self.path or "", found, allowed),)


class InputError(LoyaltyError, ValueError):
    """A value that was handed over cannot be used: a purchase, an amount, a time, a name."""


class ActError(LoyaltyError):
    """The account or the scheme does not allow the act. The account is as before."""


class LedgerError(LoyaltyError):
    """Groups or a snapshot are damaged, out of order, or of another account."""


class AnalyticsError(LoyaltyError, ValueError):
    """Orders, options or a fit that analytics cannot use."""


class InternalError(LoyaltyError):
    """A fault of the library. Everything stays usable; please report it."""


for _class in (
    LoyaltyError, Problem, SchemeError, InputError, ActError, LedgerError, AnalyticsError, InternalError
):  # fmt: skip
    _class.__module__ = "loyalty_core"
