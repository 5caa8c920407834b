"""Runs as JSON, and back. Protocols and messages are named by module and class; there is no code in the file."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from importlib import import_module
from typing import Any

from dslab.network import SETTINGS, Latency, Network, exponential, long_tail, uniform
from dslab.run import Limits, Run
from dslab.script import CONSTRUCTORS, At, at
from dslab.values import DslabError, brief, decode, encode, fields_of, nearest

FORMAT, VERSION = "dslab-run", 1
LATENCIES: dict[str, Callable[[float, float], Latency]] = {
    "uniform": uniform, "exponential": lambda least, mean: exponential(mean, least=least),
    "long_tail": lambda least, alpha: long_tail(least, alpha=alpha)}


def run_to_json(run: Run) -> str:
    """The run as JSON text."""
    return json.dumps(run_to_dict(run), ensure_ascii=False, indent=1, allow_nan=False)


def run_to_dict(run: Run) -> dict[str, Any]:
    """The run as JSON data."""
    return {
        "format": FORMAT, "version": VERSION, "title": run.title,
        "protocols": {node: class_name(cls) for node, cls in run.protocols.items()},
        "network": {"default": _settings({name: getattr(run.network.default, name) for name in SETTINGS}),
                    "links": [[*link, _settings(settings)] for link, settings in run.network.own_links().items()],
                    **_sites(run.network)},
        "script": [_event(event) for event in run.script],
        "seed": run.seed, "duration": run.duration, "until": run.until,
        "topology": None if run.topology is None else [list(pair) for pair in run.topology],
        "initial": {node: _settings(state) for node, state in run.initial.items()},
        "limits": asdict(run.limits),
    }


def _sites(network: Network) -> dict[str, Any]:
    if not network.sites:
        return {}
    between = network.between
    return {"sites": {site: list(nodes) for site, nodes in network.sites.items()},
            "between": [[*pair, _argument(latency)] for pair, latency in between.items()]
            if isinstance(between, Mapping) else _argument(between)}


def _event(event: At) -> list[Any]:
    action = event.action
    return [event.time, action.verb, [_argument(arg) for arg in action.args], _settings(dict(action.options))]


def _settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _argument(value) for name, value in settings.items()}


def _argument(value: Any) -> Any:
    if isinstance(value, Latency):
        return {"latency": [value.shape, value.low, value.other]}
    return encode(value, class_name)


def class_name(cls: type) -> str:
    """`dslab.protocols.raft:Raft`."""
    return f"{cls.__module__}:{cls.__qualname__}"


def run_from_json(text: str, classes: Mapping[str, type]) -> Run:
    """The run in a text; raises `DslabError`, one sentence, if it cannot be read."""
    try:
        data = json.loads(text)
    except (ValueError, TypeError, RecursionError) as problem:
        raise DslabError(f"not JSON: {problem}. Nothing is loaded") from None
    return run_from_dict(data, classes)


def run_from_dict(data: Any, classes: Mapping[str, type]) -> Run:
    """The run in JSON data. `classes` maps class names to classes that are not importable."""
    if not isinstance(data, dict) or (data.get("format"), data.get("version")) != (FORMAT, VERSION):
        raise DslabError(f"not a run: expected an object with format '{FORMAT}' and version {VERSION}."
                         " Nothing is loaded")
    read = _Reader(classes)
    try:
        return Run({node: read.find(name) for node, name in data["protocols"].items()},
                   network=read.network(data["network"]), script=[read.event(*event) for event in data["script"]],
                   seed=data["seed"], duration=data["duration"], until=data["until"], topology=data["topology"],
                   initial={node: read.settings(state) for node, state in data["initial"].items()},
                   title=data["title"], limits=Limits(**data["limits"]))
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise DslabError(f"the run is damaged: {type(problem).__name__} {problem}. Nothing is loaded") from None
    except RecursionError:
        raise DslabError("the run is nested too deeply. Nothing is loaded") from None


class _Reader:
    """Builds the parts of a run out of JSON data."""

    def __init__(self, classes: Mapping[str, type]) -> None:
        self.classes = classes

    def event(self, time: float, verb: str, args: list[Any], options: dict[str, Any]) -> At:
        if verb not in CONSTRUCTORS:
            raise DslabError(f"the script names the verb {brief(verb)}, which does not exist."
                             + nearest(str(verb), CONSTRUCTORS))
        return at(time, CONSTRUCTORS[verb](*map(self.argument, args), **self.settings(options)))

    def network(self, data: dict[str, Any]) -> Network:
        links: dict[tuple[str, str], Any] = {       # Network checks what is in it
            (src, dst): self.settings(settings) for src, dst, settings in data["links"]}
        between = data.get("between")
        if isinstance(between, list):
            between = {(one, other): self.argument(latency) for one, other, latency in between}
        elif between is not None:
            between = self.argument(between)
        return Network(links=links, sites=data.get("sites"), between=between, **self.settings(data["default"]))

    def settings(self, data: dict[str, Any]) -> dict[str, Any]:
        return {name: self.argument(value) for name, value in data.items()}

    def argument(self, data: Any) -> Any:
        if isinstance(data, dict) and "latency" in data:
            shape, low, other = data["latency"]
            return LATENCIES[shape](low, other)
        return decode(data, self.message)

    def message(self, name: str, fields: tuple[str, ...]) -> type:
        """A message class. Any other class is refused: making an instance of it could do anything."""
        found = self.find(name)
        if fields_of(found) != fields:
            wanted = ", ".join(fields) or "none"
            raise DslabError(f"the class {brief(name)} is not a message with the fields {wanted}. Nothing is loaded")
        return found

    def find(self, name: str) -> type:
        """The class of this name: given, already imported, or on dslab's own shelf. Nothing else is ever imported."""
        module, _, cls = name.partition(":")
        for given in (cls, cls.rpartition(".")[2]):
            if given in self.classes:
                return self.classes[given]
        if module.startswith("dslab.protocols.") and module not in sys.modules:
            try:
                import_module(module)
            except ImportError:
                raise DslabError(f"this dslab has no {module}. Nothing is loaded") from None
        found: Any = sys.modules.get(module)
        for part in cls.split("."):
            found = getattr(found, part, None)
        if not isinstance(found, type):
            short = cls.rpartition(".")[2]
            raise DslabError(f"the class {brief(name)} is not here: define or import it first, or pass"
                             f" classes={{'{short}': ...}}. Nothing is loaded")
        return found
