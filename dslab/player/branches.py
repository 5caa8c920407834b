"""Branches: the tree of a run and its edited variants. Undo goes to the parent, and keeps the branch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from dslab.run import Run
from dslab.script import At
from dslab.values import DslabError, brief, nearest, shorten

ORIGINAL = "original"
MOST = 200              # the limit of branches in one player
LONGEST = 60            # the limit of characters in a name


@dataclass(eq=False)
class Branch:
    """One variant of the run. `events` are those that its script has beyond its parent's."""

    name: str
    run: Run | None                     # None: a trace that was not simulated here, which cannot be changed
    parent: Branch | None = None
    events: tuple[At, ...] = ()

    @property
    def depth(self) -> int:
        """The number of changes since the original."""
        return 0 if self.parent is None else self.parent.depth + 1


class Branches:
    """The tree of branches, parents first, and the one that is shown. Its `repr` draws the tree."""

    def __init__(self, run: Run | None) -> None:
        self.root = self.current = Branch(ORIGINAL, run)
        self._all = [self.root]

    def __iter__(self) -> Iterator[Branch]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def __getitem__(self, name: str) -> Branch:
        """The branch of this name; raises `DslabError` if there is none."""
        found = next((branch for branch in self._all if branch.name == name), None)
        if found is None:
            known = [branch.name for branch in self._all]
            raise DslabError(f"there is no branch {brief(name)}: there are {shorten(', '.join(known), limit=300)}."
                             + (nearest(name, known) if isinstance(name, str) else ""))
        return found

    def grow(self, parent: Branch, events: Iterable[At], *, name: str = "") -> Branch:
        """A branch of `parent` with these events: a new one, or the one that the same change made before."""
        events = tuple(events)
        if parent.run is None:
            raise DslabError(f"{parent.name} was not simulated here and cannot be changed")
        run = parent.run.plus(*events)
        known = next((one for one in self._all if one.parent is parent and one.run == run), None)
        if known is not None:
            return known
        if len(self._all) >= MOST:
            raise DslabError(f"there are {MOST} branches already: delete some")
        branch = Branch(self._free(name or ", ".join(map(repr, events))), run, parent, events)
        self._all.append(branch)
        return branch

    def rename(self, name: str, to: str) -> None:
        """Give a branch another name."""
        branch = self[name]
        if not isinstance(to, str) or not to.strip():
            raise DslabError(f"a branch is named by a text, not by {brief(to)}")
        wanted = shorten(to.strip(), limit=LONGEST)
        if any(one.name == wanted for one in self._all if one is not branch):
            raise DslabError(f"there is a branch {brief(wanted)} already: names are different")
        branch.name = wanted

    def delete(self, name: str) -> None:
        """Delete a branch. Its children stay, as children of its parent."""
        branch = self[name]
        if branch.parent is None:
            raise DslabError("the first run cannot be deleted: the branches grow from it")
        for child in self._all:
            if child.parent is branch:
                child.parent, child.events = branch.parent, branch.events + child.events
        self._all.remove(branch)
        if self.current is branch:
            self.current = branch.parent

    def to_list(self) -> list[dict[str, Any]]:
        """The branches as JSON data: name, name of the parent, events as code."""
        return [{"name": branch.name, "parent": branch.parent and branch.parent.name,
                 "events": [repr(event) for event in branch.events]} for branch in self._all]

    def _free(self, wanted: str) -> str:
        """A free name: this one, shortened, with a number if it is taken."""
        names = {branch.name for branch in self._all}
        name, number = shorten(wanted, limit=LONGEST), 2
        while name in names:
            name, number = f"{shorten(wanted, limit=LONGEST - 6)} ({number})", number + 1
        return name

    def _lines(self, parent: Branch | None = None) -> Iterator[str]:
        for branch in self._all:
            if branch.parent is parent:
                yield f"{'>' if branch is self.current else ' '} {'  ' * branch.depth}{branch.name}"
                yield from self._lines(branch)

    def __repr__(self) -> str:
        return "\n".join(self._lines())
