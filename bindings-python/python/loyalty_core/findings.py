"""The linter: what is allowed in a scheme and still looks like a mistake."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

from . import _core
from ._core import Scheme
from .documents import When


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing in a scheme that looks like a mistake. The scheme works as it is."""

    code: str
    """The stable code, such as ``lint.idle_card``."""
    severity: Literal["warning", "note"]
    """``warning``: it brings nothing, never applies, or can be taken advantage of; ``note``: worth a look."""
    path: str
    """Where in the document, as a JSON pointer."""
    found: str
    """What stands there."""
    advice: str
    """What to do about it."""

    def __str__(self) -> str:
        place = f"at {self.path}" if self.path else "in the document"
        return f"{self.severity} {self.code} {place}: {self.found}; {self.advice}"


def lint(scheme: Scheme, *, at: When | None = None) -> list[Finding]:
    """Reads a scheme for mistakes, in the order of its document.

    ``at`` is the moment by which windows count as over; without it no finding speaks of time.
    """
    return [Finding(**found) for found in json.loads(_core.lint(scheme, at))]
