"""Scores of answers. Give each customer's last answer only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from . import _core
from .models import Estimate


@dataclass(frozen=True, slots=True)
class NetPromoter:
    """The net promoter score: the share of promoters less that of detractors, times 100."""

    score: Estimate
    """−100 to 100, with the adjusted Wald interval."""
    promoters: int
    """Answers 9 and 10."""
    neutrals: int
    """Answers 7 and 8."""
    detractors: int
    """Answers 0 to 6."""


@dataclass(frozen=True, slots=True)
class Score:
    """Answers on a scale."""

    top: Estimate
    """The share of the best answers, with Wilson's interval."""
    mean: Estimate
    """The mean answer, with Student's interval."""


def net_promoter(answers: Iterable[int], *, level: float = 0.95) -> NetPromoter:
    """The net promoter score of answers from 0 to 10."""
    score, counts = _core.net_promoter(list(answers), level)
    return NetPromoter(Estimate(*score), *counts)


def satisfaction(answers: Iterable[int], *, level: float = 0.95) -> Score:
    """Customer satisfaction of answers from 1 to 5; ``top`` are 4 and 5."""
    top, mean = _core.satisfaction(list(answers), level)
    return Score(Estimate(*top), Estimate(*mean))


def effort_score(
    answers: Iterable[int], *, high_is: Literal["ease", "effort"] = "ease", level: float = 0.95
) -> Score:
    """Customer effort of answers from 1 to 7; ``top`` are the three easiest, and high means are easy."""
    top, mean = _core.effort_score(list(answers), high_is == "effort", level)
    return Score(Estimate(*top), Estimate(*mean))
