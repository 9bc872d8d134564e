"""Results as columns, for any library that reads Arrow."""

from __future__ import annotations

from typing import Any

from . import _core, _html

_SHOWN = 10


class Table:
    """Columns of Arrow, read-only: every library that knows ``__arrow_c_stream__`` takes it as it is."""

    __slots__ = ("_columns",)
    _columns: _core.Table

    def __init__(self, columns: _core.Table) -> None:
        """Tables come from :class:`Orders`, :class:`Summary` and the models."""
        self._columns = columns

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return self._columns.names()

    def __len__(self) -> int:
        return self._columns.rows()

    def __getitem__(self, name: str) -> list[Any]:
        """The values of a column; an absent one is ``None``."""
        values = self._columns.column(name, None)
        if values is None:
            raise KeyError(f"{name!r}; the columns are {', '.join(self.columns)}")
        return values

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The stream of the Arrow C interface."""
        return self._columns.stream(requested_schema)

    def to_dict(self) -> dict[str, list[Any]]:
        """Each column as a list."""
        return {name: self[name] for name in self.columns}

    def to_pandas(self) -> Any:
        """A ``pandas.DataFrame``."""
        import pandas

        if hasattr(pandas.DataFrame, "from_arrow"):
            return pandas.DataFrame.from_arrow(self)
        return self.to_arrow().to_pandas()

    def to_polars(self) -> Any:
        """A ``polars.DataFrame``."""
        import polars

        return polars.DataFrame(self)

    def to_arrow(self) -> Any:
        """A ``pyarrow.Table``."""
        import pyarrow

        return pyarrow.table(self)

    def _head(self, most: int) -> list[tuple[object, ...]]:
        listed = [self._columns.column(name, most) or [] for name in self.columns]
        return list(zip(*listed, strict=True))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self)} rows of {', '.join(self.columns)}>"

    def _repr_html_(self) -> str:
        return _html.table(self, _SHOWN)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Table):
            return NotImplemented
        return self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]
