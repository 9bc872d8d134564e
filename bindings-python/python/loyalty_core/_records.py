"""Read-only records made of the core's JSON."""

from __future__ import annotations

import functools
import operator
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from ._time import deadline, moment

Record = TypeVar("Record")
Reader = Callable[[Any], Any]

Deadline = date | datetime
"""When something falls due: a day that begins in the scheme's zone, or an instant."""


def _same(value: Any) -> Any:
    return value


def _reader(annotation: Any) -> Reader:
    """What makes a field's value of its JSON."""
    if annotation in _READERS:
        return _READERS[annotation]
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Literal:
        return _same
    if origin is tuple:
        item = _reader(arguments[0])
        return lambda values: tuple(item(value) for value in values)
    if origin in (types.UnionType, typing.Union):
        return _reader(functools.reduce(operator.or_, (a for a in arguments if a is not _NONE)))
    if isinstance(annotation, type) and is_dataclass(annotation):
        return lambda value: read(annotation, value)
    raise TypeError(f"no reader for {annotation!r}")


_NONE = type(None)
_READERS: dict[Any, Reader] = {
    str: _same,
    int: _same,
    bool: _same,
    Decimal: Decimal,
    date: date.fromisoformat,
    datetime: moment,
    Deadline: deadline,
}


_PLANS: dict[type[Any], tuple[tuple[str, Reader], ...]] = {}


def _plan(kind: type[Any]) -> tuple[tuple[str, Reader], ...]:
    """The fields of a record and their readers, found once."""
    plan = _PLANS.get(kind)
    if plan is None:
        hints = typing.get_type_hints(kind)
        plan = tuple((field.name, _reader(hints[field.name])) for field in fields(kind))
        _PLANS[kind] = plan
    return plan


def record(kind: type[Record], value: Mapping[str, Any]) -> Record:
    """A record of a JSON object, field by field. An absent field keeps the record's default."""
    return kind(**{name: reader(value[name]) for name, reader in _plan(kind) if name in value})


def read(kind: type[Record], value: Mapping[str, Any]) -> Record:
    """A record of a JSON object, by its own way of reading if it has one."""
    own: Callable[[Mapping[str, Any]], Record] | None = getattr(kind, "_of", None)
    return record(kind, value) if own is None else own(value)
