"""What a part of the course needs beyond the core comes with an extra: `pip install 'dslab[services]'`.

A module that imports such a package is itself imported only after `require`, where a learner's cell or command asks
for it. So a missing package is one sentence there, and nothing else in the course notices.
"""

from __future__ import annotations

from importlib.util import find_spec

from dslab.values import DslabError


class MissingExtra(DslabError):
    """A package that an extra of dslab brings is not installed. A notebook shows the sentence alone."""

    def _render_traceback_(self) -> list[str]:
        return [f"DslabError: {self}"]


def require(extra: str, purpose: str, *packages: str) -> None:
    """Raise `MissingExtra` with what to install if one of these packages is not there; import nothing.

    Args:
        extra: the extra of dslab that brings them, as in pyproject.toml.
        purpose: what needs them, the beginning of the sentence: "A payment service over gRPC".
        packages: by the names they are imported by.
    """
    missing = [package for package in packages if not _is_there(package)]
    if missing:
        raise MissingExtra(f"{purpose} needs {_listed(missing)}, not installed here: pip install 'dslab[{extra}]'")


def _is_there(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:             # of "google.protobuf" not even "google" is there
        return False


def _listed(names: list[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
