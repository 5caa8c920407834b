"""The notebooks of the course: their location, and learners' copies, which are never overwritten."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import dslab
from dslab.progress_file import progress_file
from dslab.values import DslabError

FOLDER = "dslab-course"                 # the default folder of a learner's copy
MANIFEST = ".dslab.json"                # in it: the hashes of what was copied, to recognise notebooks that were changed


def shipped() -> list[Path]:
    """The notebooks as handed out: from the installed package, or from the repository."""
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
    """The learner's copy of a chapter: here, in ./dslab-course, or in the last folder of `dslab lab`."""
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
    """Copy the notebooks to a learner's folder; returns a sentence for each.

    A notebook that the learner has changed is never overwritten. One that is unchanged is updated.

    Args:
        folder: the target, which is created if it does not exist.
        fresh: a chapter whose newest notebook is to be copied beside the learner's, as `04_broadcast.new.ipynb`.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        copied = _manifest(folder)
        if fresh is not None:
            source = chapter(fresh)
            return [_put(source, folder / f"{source.stem}.new.ipynb", copied)]
        sentences = [_put(source, folder / source.name, copied) for source in shipped()]
        with suppress(OSError):                     # then `dslab check 4` looks in fewer places
            _memo().parent.mkdir(parents=True, exist_ok=True)
            _memo().write_text(str(folder.resolve()), encoding="utf-8")
        return sentences
    except OSError as problem:
        raise DslabError(f"the notebooks cannot be copied to {folder}: {problem.strerror or problem}") from None


def _put(source: Path, target: Path, copied: dict[str, str]) -> str:
    """Copy one notebook, unless it would overwrite the learner's work; returns a sentence."""
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
    """Write a notebook atomically, then its hash: a crash in between costs an update, but no work."""
    _replace(target, data)
    copied[target.name] = _hash(data)
    _replace(target.with_name(MANIFEST), json.dumps(copied, indent=1).encode())


def _replace(target: Path, data: bytes) -> None:
    half = target.with_name(f".{target.name}.{os.getpid()}.half")
    half.write_bytes(data)
    os.replace(half, target)


def _manifest(folder: Path) -> dict[str, str]:
    """Name -> hash of what was copied; empty if unknown: then every notebook counts as changed."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
