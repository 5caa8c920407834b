"""A finished drawing in two forms: a picture for the notebook, text for everywhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dslab.values import DslabError, brief


class Drawing:
    """`svg` is the picture, `str(...)` the text; a notebook shows the picture."""

    def __init__(self, *, text: str, svg: str) -> None:
        self.text, self.svg = text, svg

    def __str__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Both forms: a notebook shows the picture; terminals and nbval use the text."""
        return {"image/svg+xml": self.svg, "text/plain": self.text}

    def save(self, path: str | Path) -> None:
        """Write the picture to an .svg file, or the text to a .txt file."""
        kinds = {".svg": self.svg + "\n", ".txt": self.text + "\n"}
        ending = Path(path).suffix.lower()
        if ending not in kinds:
            raise DslabError(f"cannot save a diagram as {brief(str(path))}: the name must end in .svg or .txt")
        Path(path).write_text(kinds[ending], encoding="utf-8")
