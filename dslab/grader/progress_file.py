"""The file that remembers what the learner has done, across restarts and a broken write."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from platformdirs import user_data_path


def progress_file() -> Path:
    """Where it is kept: $DSLAB_PROGRESS, or a file in the user's data folder."""
    named = os.environ.get("DSLAB_PROGRESS")
    return Path(named) if named else user_data_path("dslab") / "progress.json"


def recall() -> dict[str, dict[str, Any]]:
    """For each exercise that was tried: its outcome, whether it was ever right, how often, when, and the hints read."""
    for path in (progress_file(), _copy(progress_file())):
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):               # not there, or half written: the copy from before is whole
            continue
        if isinstance(found, dict) and all(isinstance(entry, dict) for entry in found.values()):
            return found
    return {}


def note(number: str, **facts: Any) -> None:
    """Note facts about an exercise, beside those that are known."""
    known = recall()
    _write(known | {number: known.get(number, {}) | facts})


def tries(entry: Mapping[str, Any]) -> int:
    """How often an exercise was tried, by what the file says of it."""
    count = entry.get("tries")
    return count if type(count) is int and count > 0 else 0


def hints_read(entry: Mapping[str, Any]) -> list[int]:
    """Which hints were read, from 0, by what the file says of an exercise."""
    read = entry.get("hints")
    return list(dict.fromkeys(place for place in read if type(place) is int)) if isinstance(read, list) else []


def _write(entries: Mapping[str, Any]) -> None:
    """Replace the file in one go, and keep the one before beside it."""
    path = progress_file()
    half = path.with_suffix(f".{os.getpid()}.half")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        half.write_text(json.dumps(entries, indent=1), encoding="utf-8")
        if path.exists():
            os.replace(path, _copy(path))
        os.replace(half, path)
    except OSError:
        half.unlink(missing_ok=True)


def _copy(path: Path) -> Path:
    return path.with_suffix(".before.json")
