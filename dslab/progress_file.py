"""The file with the learner's progress; it survives an interrupted write."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from platformdirs import user_data_path


def progress_file() -> Path:
    """Its path: $DSLAB_PROGRESS, or a file in the user's data folder."""
    named = os.environ.get("DSLAB_PROGRESS")
    return Path(named) if named else user_data_path("dslab") / "progress.json"


def recall() -> dict[str, dict[str, Any]]:
    """For each exercise that was tried: its outcome, whether it was ever right, tries, time, and the hints read."""
    for path in (progress_file(), _copy(progress_file())):
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):   # missing or incomplete: then the previous version is complete
            continue
        if isinstance(found, dict):
            return {key: entry for key, entry in found.items() if isinstance(entry, dict)}
    return {}


def note(number: str, **facts: Any) -> None:
    """Update the facts about an exercise."""
    known = recall()
    _write(known | {number: known.get(number, {}) | facts})


def tries(entry: Mapping[str, Any]) -> int:
    """The number of tries in an entry of the file, which may be malformed."""
    count = entry.get("tries")
    return count if type(count) is int and count > 0 else 0


def hints_read(entry: Mapping[str, Any]) -> list[int]:
    """The indices of the hints read, from 0, in an entry of the file, which may be malformed."""
    read = entry.get("hints")
    return list(dict.fromkeys(place for place in read if type(place) is int)) if isinstance(read, list) else []


def _write(entries: Mapping[str, Any]) -> None:
    """Replace the file atomically, and keep the previous version beside it."""
    path = progress_file()
    half = path.with_suffix(f".{os.getpid()}.half")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        half.write_text(json.dumps(entries, indent=1), encoding="utf-8")
        if path.exists():
            os.replace(path, _copy(path))
        os.replace(half, path)
    except OSError:
        with suppress(OSError):
            half.unlink()


def _copy(path: Path) -> Path:
    return path.with_suffix(".before.json")
