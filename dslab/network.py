"""The network of a run, as a value: how long messages take on each link, and which are lost or duplicated.

Times are milliseconds, kept to the microsecond. Links are one-way: A->B and B->A are two links.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from math import log
from typing import Any, TypedDict, Unpack

from dslab.mistakes.calls import teaching
from dslab.sites import Sites, checked_sites, links_between
from dslab.values import DslabError, brief, hint, is_time, nearest


@dataclass(frozen=True)
class Latency:
    """A distribution of one-way delays, in ms. Make one with `constant`, `uniform`, `exponential` or `long_tail`."""

    shape: str
    low: float          # the least delay
    other: float        # uniform: the greatest delay; exponential: the mean above `low`; long_tail: alpha

    def at(self, u: float) -> float:
        """The delay at quantile `u`, a number from 0 to 1 (1 excluded)."""
        if self.shape == "uniform":
            return self.low + (self.other - self.low) * u
        if self.shape == "exponential":
            return self.low - self.other * log(1.0 - u)
        return self.low / float((1.0 - u) ** (1.0 / self.other))

    def __repr__(self) -> str:
        if self.shape == "uniform":
            return f"constant({self.low})" if self.low == self.other else f"uniform({self.low}, {self.other})"
        if self.shape == "exponential":
            return f"exponential({self.other}, least={self.low})"
        return f"long_tail({self.low}, alpha={self.other})"


@teaching("constant(10)")
def constant(delay: float) -> Latency:
    """Every message takes `delay` ms.

    Args:
        delay: ms, at least 0.

    Raises:
        DslabError: it is no such number.

    >>> constant(10)
    constant(10)
    """
    _check_delay("constant", delay)
    return uniform(delay, delay)


@teaching("uniform(5, 15)")
def uniform(low: float, high: float) -> Latency:
    """Any delay from `low` to `high` ms is equally likely.

    Args:
        low, high: ms, at least 0.

    Raises:
        DslabError: one of them is no such number, or `high` is less than `low`.

    >>> Network(latency=uniform(10, 50))
    Network(latency=uniform(10, 50))
    """
    _check_delay("uniform", low, high)
    if low > high:
        raise DslabError(f"uniform({low}, {high}): the first delay is the smaller one;"
                         f" did you mean uniform({high}, {low})?")
    return Latency("uniform", low, high)


@teaching("exponential(10, least=1)")
def exponential(mean: float, *, least: float = 0.0) -> Latency:
    """`least` ms plus an exponentially distributed delay with this mean.

    Args:
        mean: of what is added to `least`, ms, at least 0.
        least: ms, at least 0.

    Raises:
        DslabError: one of them is no such number.

    >>> exponential(20, least=5)
    exponential(20, least=5)
    """
    _check_delay("exponential", mean, least)
    return Latency("exponential", least, mean)


@teaching("long_tail(5, alpha=1.5)")
def long_tail(least: float, *, alpha: float = 1.5) -> Latency:
    """A Pareto distribution: mostly near `least` ms, rarely very long; the smaller `alpha`, the longer the tail.

    Args:
        least: the shortest delay, ms, at least 0.
        alpha: the exponent, above 0. Up to 1 even the mean is infinite.

    Raises:
        DslabError: one of them is no such number.

    >>> long_tail(5, alpha=2)
    long_tail(5, alpha=2)
    """
    _check_delay("long_tail", least, alpha)
    if alpha == 0:
        raise DslabError("long_tail: alpha is above 0")
    return Latency("long_tail", least, alpha)


def _check_delay(name: str, *delays: Any) -> None:
    for delay in delays:
        if not is_time(delay):
            raise DslabError(f"{name}: a delay is a number of milliseconds, at least 0, not "
                             f"{brief(delay)}{hint(delay)}")


class Settings(TypedDict, total=False):
    """Settings of a link, those that are given: the others stay what they are."""

    latency: Latency
    loss: float
    duplication: float
    fifo: bool


@dataclass(frozen=True)
class LinkSettings:
    """How one link treats messages."""

    latency: Latency = field(default_factory=lambda: uniform(5, 15))
    loss: float = 0.0           # the chance that a message is lost
    duplication: float = 0.0    # the chance that it arrives twice
    fifo: bool = False          # does the link keep messages in order?

    def __post_init__(self) -> None:
        if not isinstance(self.latency, Latency):
            raise DslabError(f"a latency is constant(10), uniform(5, 15), ..., not {brief(self.latency)}")
        for name in ("loss", "duplication"):
            chance = getattr(self, name)
            if type(chance) not in (int, float) or not 0 <= chance <= 1:
                raise DslabError(f"{name} is a probability from 0 to 1, not {brief(chance)}{hint(chance)}")
        if type(self.fifo) is not bool:
            raise DslabError(f"fifo is True or False, not {brief(self.fifo)}{hint(self.fifo)}")

    def replace(self, settings: Settings) -> LinkSettings:
        """These settings with some replaced."""
        for name in settings:
            if name not in SETTINGS:
                known = ", ".join(SETTINGS)
                raise DslabError(f"a link has no setting {brief(name)} ({known}).{nearest(str(name), SETTINGS)}")
        return replace(self, **settings)


SETTINGS = tuple(one.name for one in fields(LinkSettings))
BETWEEN = uniform(80, 120)
Between = Latency | Mapping[tuple[str, str], Latency] | None


@teaching("Network(latency=constant(10), loss=0.1)")
@dataclass(frozen=True, init=False, repr=False, slots=True)
class Network:
    """One rule for all links, and exceptions to it. Links are one-way.

    Args:
        latency: how long a message is on its way: `constant`, `uniform` (5 to 15 ms unless said), `exponential` or
            `long_tail`.
        loss: the chance that a message is lost, from 0 (unless said) to 1.
        duplication: the chance that it arrives twice, from 0 (unless said) to 1.
        fifo: does a link keep its messages in order? Unless said, it does not.
        links: what differs on single links: (sender, receiver) -> some of the settings above.
        sites: data centres, such as `{"eu": ["A", "B"], "us": ["C"]}`: `latency` holds within a site.
        between: the latency between two sites (80 to 120 ms unless said): one for all pairs, or a dict such as
            `{("eu", "us"): constant(40)}`.

    Raises:
        DslabError: a setting is not of its kind, or there is none of this name; or a node is at two sites.

    >>> Network(loss=0.1, links={("A", "B"): {"loss": 0.5}}).settings("A", "B").loss
    0.5
    """

    default: LinkSettings
    links: Mapping[tuple[str, str], Settings]           # the exceptions: a link and what differs there
    sites: Sites                                        # data centre -> its nodes
    between: Between                                    # the latency between two of them

    def __init__(self, *, links: Mapping[tuple[str, str], Settings] | None = None,
                 sites: Mapping[str, Iterable[str]] | None = None, between: Between = None,
                 **settings: Unpack[Settings]) -> None:
        default = LinkSettings().replace(settings)
        if between is not None and not sites:
            raise DslabError("between is the latency between two sites: name them, sites={...}")
        known = checked_sites({} if sites is None else sites)
        latency = BETWEEN if known and between is None else between
        exceptions: dict[tuple[str, str], Any] = links_between(known, latency)
        for link, rules in _exceptions(links).items():
            exceptions[link] = exceptions.get(link, {}) | dict(rules)
        for exception in exceptions.values():
            default.replace(exception)
        for name, part in (("default", default), ("links", exceptions), ("sites", known), ("between", latency)):
            object.__setattr__(self, name, part)        # what is frozen is filled in so, once

    def settings(self, src: str, dst: str) -> LinkSettings:
        """What holds on the link from `src` to `dst`."""
        exception = self.links.get((src, dst))
        return self.default.replace(exception) if exception else self.default

    def own_links(self) -> dict[tuple[str, str], Settings]:
        """The exceptions that do not follow from the sites."""
        derived = links_between(self.sites, self.between)
        return {link: rules for link, rules in self.links.items() if rules != derived.get(link)}

    def with_links(self, links: Mapping[tuple[str, str], Settings]) -> Network:
        """This network with more exceptions."""
        settings: Any = {name: getattr(self.default, name) for name in SETTINGS}
        return Network(links={**self.own_links(), **links}, sites=self.sites,
                       between=self.between if self.sites else None, **settings)

    def __hash__(self) -> int:
        return hash((self.default, tuple(self.links)))

    def __repr__(self) -> str:
        plain = LinkSettings()
        settings = [f"{name}={getattr(self.default, name)!r}" for name in SETTINGS
                    if getattr(self.default, name) != getattr(plain, name)]
        settings += [f"{name}={value!r}" for name, value in (("links", self.own_links()), ("sites", _lists(self.sites)))
                     if value]
        if self.between not in (None, BETWEEN):
            settings.append(f"between={self.between!r}")
        return f"Network({', '.join(settings)})"


def _lists(sites: Sites) -> dict[str, list[str]]:
    return {site: list(nodes) for site, nodes in sites.items()}


def _exceptions(links: Any) -> Mapping[tuple[str, str], Any]:
    """What differs on single links, if it has the right form."""
    if links is not None and not isinstance(links, Mapping):
        raise DslabError(f'links={brief(links)}: expected a dict such as {{("A", "B"): {{"loss": 0.5}}}}')
    for link, settings in (links or {}).items():
        if not (isinstance(link, tuple) and len(link) == 2):
            raise DslabError(f'links are named by a pair such as ("A", "B"), not {brief(link)}')
        if not isinstance(settings, Mapping):
            raise DslabError(f'the link {"->".join(map(str, link))} has settings such as {{"loss": 0.5}}, not'
                             f" {brief(settings)}")
    return links or {}
