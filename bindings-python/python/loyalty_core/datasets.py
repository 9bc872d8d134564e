"""Two published data sets. They are in the project's repository, not in the package."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from . import _core
from .tables import Table


def _text(path: str | PathLike[str] | None, place: str, source: str) -> str:
    """The text of a named file, or of the one in the repository around the working folder."""
    if path is not None:
        return Path(path).read_text(encoding="ascii")
    here = Path.cwd()
    data = Path("loyalty-core", "tests", "data", place)
    for folder in (here, *here.parents):
        if (folder / data).is_file():
            return (folder / data).read_text(encoding="ascii")
    message = f"{Path(place).name} is not part of the package: name the file, which is at {source}"
    raise FileNotFoundError(message)


def load_cdnow(path: str | PathLike[str] | None = None) -> Table:
    """The purchases of CDNOW: ``customer``, ``date``, ``quantity`` and ``amount`` in US dollars.

    The 1/10 sample of Fader and Hardie, 2,357 customers from January 1997 to June 1998. Its authors
    distribute it for research and teaching, so it is not part of the package: ``path`` names
    ``CDNOW_sample.txt``, or the working folder is inside the project's repository.
    """
    return Table(_core.cdnow(_text(path, "cdnow/CDNOW_sample.txt", "https://brucehardie.com/datasets/")))


def load_donations(path: str | PathLike[str] | None = None) -> Table:
    """11,104 donors and six yearly opportunities to give: the example of BG/BB.

    From Fader, Hardie and Shang (2010). ``path`` names ``donations.csv`` of the project's repository,
    or the working folder is inside it.
    """
    return Table(_core.donations(_text(path, "donations.csv", "https://brucehardie.com/datasets/")))
