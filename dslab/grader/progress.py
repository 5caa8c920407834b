"""What the learner has done so far, in a local file that survives restarts and a broken write."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from dslab.grader.report import RIGHT, Report


def progress_file() -> Path:
    """Where it is kept: $DSLAB_PROGRESS, or a file in the user's data folder."""
    named = os.environ.get("DSLAB_PROGRESS")
    return Path(named) if named else user_data_path("dslab") / "progress.json"


def recall() -> dict[str, dict[str, Any]]:
    """For each exercise that was tried: its outcome, whether it was ever right, how often it was tried, and when."""
    for path in (progress_file(), _copy(progress_file())):
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):               # not there, or half written: the copy from before is whole
            continue
        if isinstance(found, dict) and all(isinstance(entry, dict) for entry in found.values()):
            return found
    return {}


def remember(report: Report) -> None:
    """Note a report. A file that cannot be written costs the memory of this check, and nothing else."""
    known: Mapping[str, Any] = recall()
    before = known.get(report.exercise, {})
    entry = {"outcome": report.outcome, "right": bool(before.get("right")) or report.outcome == RIGHT,
             "tries": _count(before) + 1, "last": datetime.now(UTC).isoformat(timespec="seconds")}
    _write(dict(known) | {report.exercise: entry})


def _count(entry: Mapping[str, Any]) -> int:
    tries = entry.get("tries")
    return tries if isinstance(tries, int) else 0


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
