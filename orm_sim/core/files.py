"""Files and folders that are not what they should be, and writing that is whole or not there."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from orm_sim.core.errors import InputError, Place, Problem, nearest

MAX_YAML_BYTES = 2_000_000
"""Size above which a YAML file is refused: a scenario is some hundred lines."""


def shown(path: str | os.PathLike[str]) -> str:
    """A path as messages show it: relative to the working folder where it lies inside it."""
    given = Path(path)
    try:
        return str(given.resolve().relative_to(Path.cwd().resolve())) if given.is_absolute() else str(given)
    except (ValueError, OSError):
        return str(given)


def readable_file(path: str | os.PathLike[str], *, place: Place | None = None, at: str = "") -> Path:
    """The path of a file that exists and can be opened.

    Parameters
    ----------
    path : str or path
        The file.
    place : Place, optional
        Where the path was written, when it comes from a file; by default the path itself is shown.
    at : str
        Dotted path of the value that holds it.

    Raises
    ------
    InputError
        When it is missing (with the nearest existing name), a folder, or not readable.
    """
    file = Path(path)
    where = place or Place(shown(file))
    value = None if place is None else shown(file)
    rule, hint = _why_not(file)
    if rule is not None:
        raise InputError(Problem(where, at, value, rule, hint))
    return file


def _why_not(file: Path) -> tuple[str | None, str | None]:
    try:
        if file.is_dir():
            return "is a folder, not a file", _listed(file)
        if not file.exists():
            return "there is no such file", _near(file)
        if not file.is_file():
            return "is not a regular file", None
        with file.open("rb"):
            return None, None
    except (OSError, ValueError) as error:
        return f"cannot be read: {_reason(error)}", None


def _near(file: Path) -> str | None:
    """The hint for a missing file: the nearest name in its folder, or the first folder that is missing."""
    folder = file.parent
    if not folder.is_dir():
        missing = next((each for each in reversed(file.parents) if not each.exists()), folder)
        close = nearest(missing.name, _names(missing.parent, folders=True))
        wanted = f"  Did you mean '{shown(missing.parent / close)}'?" if close else ""
        return f"There is no folder '{shown(missing)}'.{wanted}"
    close = nearest(file.name, _names(folder))
    if close == file.name:
        return "It is a link to a file that is not there"
    return None if close is None else f"Did you mean '{shown(folder / close)}'?"


def _listed(folder: Path) -> str | None:
    names = [name for name in _names(folder) if name.endswith((".yaml", ".yml"))]
    return f"It holds {', '.join(names[:8])}" if names else None


def _names(folder: Path, *, folders: bool = False) -> list[str]:
    try:
        return sorted(each.name for each in folder.iterdir() if each.is_dir() == folders)
    except OSError:
        return []


def read_text(path: str | os.PathLike[str], *, place: Place | None = None, at: str = "") -> str:
    """The text of a UTF-8 file of at most 2 MB; raises as `readable_file` does."""
    file = readable_file(path, place=place, at=at)
    where = Place(shown(file))
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InputError(Problem(where, "", None, f"cannot be read: {_reason(error)}")) from None
    if len(content) > MAX_YAML_BYTES:
        size = f"{len(content) / 1e6:.1f} MB; a file of terms is at most {MAX_YAML_BYTES / 1e6:.0f} MB"
        raise InputError(Problem(where, "", None, f"is too large: {size}"))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        rule = f"is not UTF-8 text: byte 0x{content[error.start]:02x} cannot stand here"
        raise InputError(Problem(Place(where.file, line), "", None, rule, "Save the file as UTF-8")) from None


def writable_folder(path: str | os.PathLike[str], *, place: Place | None = None) -> Path:
    """A folder that exists, made if need be, and in which files can be written.

    Raises
    ------
    InputError
        When it is a file, cannot be made, or cannot be written in.
    """
    folder = Path(path)
    where = place or Place(shown(folder))
    value = None if place is None else shown(folder)
    hint = f"Name another with {'--out' if place is None else place.file}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".probe-"):
            pass
    except (FileExistsError, NotADirectoryError):
        rule = "is a file, not a folder; results cannot be written there"
        raise InputError(Problem(where, "", value, rule, hint)) from None
    except (OSError, ValueError) as error:
        rule = f"is not a folder that can be written in: {_reason(error)}"
        raise InputError(Problem(where, "", value, rule, hint)) from None
    return folder


def write_whole(path: str | os.PathLike[str], content: bytes) -> Path:
    """Write a file so that it is there whole or not at all: a temporary file beside it, then a rename."""
    file = Path(path)
    temporary = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with temporary.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, file)
    finally:
        temporary.unlink(missing_ok=True)
    return file


def _reason(error: Exception) -> str:
    said = getattr(error, "strerror", None) or str(error)
    return said[:1].lower() + said[1:]
