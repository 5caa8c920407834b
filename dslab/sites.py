"""Data centres as a part of a network: which nodes stand at which site, and what that means for their links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import permutations
from typing import Any

from dslab.values import DslabError, brief, nearest

Sites = Mapping[str, tuple[str, ...]]
EXAMPLE = '{"eu": ["A", "B"], "us": ["C"]}'


def checked_sites(sites: Any) -> Sites:
    """Site -> its nodes; raises `DslabError` unless each node is at one site."""
    if not isinstance(sites, Mapping):
        raise DslabError(f"sites={brief(sites)}: expected a dict from site to nodes, such as {EXAMPLE}")
    found: dict[str, tuple[str, ...]] = {}
    homes: dict[str, str] = {}
    for site, nodes in sites.items():
        if not isinstance(site, str) or isinstance(nodes, str) or not isinstance(nodes, Iterable):
            raise DslabError(f"the site {brief(site)} has {brief(nodes)}: expected a list of nodes, such as {EXAMPLE}")
        found[site] = tuple(nodes)
        for node in found[site]:
            if node in homes:
                raise DslabError(f"{brief(node)} is at two sites, {homes[node]} and {site}: a node is at one")
            homes[node] = site
    return found


def links_between(sites: Sites, between: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """The links whose ends are at different sites, each with its latency.

    Args:
        between: one latency for all, or a dict from a pair of sites, in either order, to theirs.
    """
    return {(a, b): {"latency": _latency(sites, between, one, other)} for one, other in permutations(sites, 2)
            for a in sites[one] for b in sites[other]}


def _latency(sites: Sites, between: Any, one: str, other: str) -> Any:
    if not isinstance(between, Mapping):
        return between
    for pair in between:
        for site in pair if isinstance(pair, tuple) else (pair,):
            if site not in sites:
                raise DslabError(f"between={brief(between)}: there is no site {brief(site)}, there are"
                                 f" {', '.join(sites)}.{nearest(str(site), sites)}")
    found = between.get((one, other), between.get((other, one)))
    if found is None:
        raise DslabError(f"between={brief(between)} lacks the latency between {one} and {other}: give one for each"
                         " pair of sites, or a single one for all")
    return found
