"""The notebooks of the course: where they are, and how a learner gets a copy that nobody overwrites."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import dslab
from dslab.grader.progress_file import progress_file
from dslab.values import DslabError

FOLDER = "dslab-course"                 # a learner's copy, where no other place is named
MANIFEST = ".dslab.json"                # in it: what was copied, so that the learner's work can be told from ours


def shipped() -> list[Path]:
    """The notebooks as they are handed out: packed with dslab, or in its repository."""
    package = Path(dslab.__file__).parent
    folder = next(filter(Path.is_dir, (package / "notebooks", package.parent / "notebooks")), None)
    if folder is None:
        raise DslabError(f"the notebooks of the course are neither in {package} nor beside it: install dslab again")
    return sorted(folder.glob("[0-9][0-9]_*.ipynb"))


def chapter(number: str) -> Path:
    """The course's notebook for a chapter: "4" or "04"."""
    known = {str(int(path.name[:2])): path for path in shipped()}
    if number.lstrip("0") not in known and number.strip("0"):
        raise DslabError(f"there is no notebook for chapter {number}; there are {', '.join(known)}")
    return known[number.lstrip("0") or "0"]


# ---- the learner's folder ----

def copy_of(number: str) -> Path:
    """The learner's copy of a chapter: here, in ./dslab-course, or where `dslab lab` has put it last."""
    name = chapter(number).name
    places = [Path(), Path(FOLDER), *_last_folder()]
    found = next((place / name for place in places if (place / name).is_file()), None)
    if found is None:
        raise DslabError(f"there is no {name} in {', '.join(str(place.resolve()) for place in places)}: "
                         "name the file, or get the notebooks with dslab lab")
    return found


def _memo() -> Path:
    return progress_file().with_name("course")


def _last_folder() -> list[Path]:
    try:
        return [Path(_memo().read_text(encoding="utf-8"))]
    except (OSError, UnicodeError):
        return []


def hand_out(folder: Path, *, fresh: str | None = None) -> list[str]:
    """Copy the notebooks to a learner's folder, and say what was done, a sentence a notebook.

    What the learner has changed is never overwritten. A notebook that is still as it was copied is renewed.

    Args:
        folder: where to; it is made if it is not there.
        fresh: a chapter whose newest notebook is wanted beside the learner's, as `04_broadcast.new.ipynb`.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        copied = _manifest(folder)
        if fresh is not None:
            source = chapter(fresh)
            return [_put(source, folder / f"{source.stem}.new.ipynb", copied)]
        said = [_put(source, folder / source.name, copied) for source in shipped()]
        with suppress(OSError):                     # then `dslab check 4` looks in fewer places
            _memo().parent.mkdir(parents=True, exist_ok=True)
            _memo().write_text(str(folder.resolve()), encoding="utf-8")
        return said
    except OSError as problem:
        raise DslabError(f"the notebooks cannot be copied to {folder}: {problem.strerror or problem}") from None


def _put(source: Path, target: Path, copied: dict[str, str]) -> str:
    """Copy one notebook unless that would cost work, and say what was done."""
    newest = source.read_bytes()
    if not target.exists():
        _write(target, newest, copied)
        return f"{target.name}: copied"
    found, before = _hash(target.read_bytes()), copied.get(target.name)
    if found == _hash(newest):
        return f"{target.name}: as in the course"
    if found == before:
        _write(target, newest, copied)
        return f"{target.name}: renewed; you had not changed it"
    if target.name.endswith(".new.ipynb"):
        raise DslabError(f"{target} is there already, and you have changed it: give it another name first")
    if before == _hash(newest):
        return f"{target.name}: yours, kept"
    where = "" if target.parent == Path(FOLDER) else f" {target.parent}"
    return (f"{target.name}: yours, kept. The course has a newer version: dslab lab{where} --fresh {target.name[:2]}"
            " puts it beside yours")


def _hash(data: bytes) -> str:
    return sha256(data).hexdigest()


def _write(target: Path, data: bytes, copied: dict[str, str]) -> None:
    """Write a notebook in one go, then note what was written: a power cut between costs a renewal, never work."""
    _replace(target, data)
    copied[target.name] = _hash(data)
    _replace(target.with_name(MANIFEST), json.dumps(copied, indent=1).encode())


def _replace(target: Path, data: bytes) -> None:
    half = target.with_name(f".{target.name}.{os.getpid()}.half")
    half.write_bytes(data)
    os.replace(half, target)


def _manifest(folder: Path) -> dict[str, str]:
    """What was copied, by name; nothing if that is not known: then all is taken for the learner's work."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
