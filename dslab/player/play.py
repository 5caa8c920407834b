"""`play(run)`: a player for a run, under controls where the run depends on choices; a page where there is no kernel."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from dslab.mistakes.calls import teaching
from dslab.player.choices import with_choices
from dslab.player.layout import Layout
from dslab.player.options import Look, check_options
from dslab.player.player import Player, Scenarios
from dslab.player.scene import Playable, opening, promised, watched
from dslab.player.static_page import StaticPage
from dslab.predictions.prediction import Prediction, predictions_of
from dslab.properties import Promise, listed
from dslab.values import DslabError


@teaching("play(Run(Raft, 3))")
def play(what: Playable | Callable[..., Playable], *, step: int = 0, height: int | None = None, layout: Layout = None,
         promises: Promise | Sequence[Promise] | None = None, scenarios: Scenarios = None, mode: str = "",
         budget: Mapping[str, int] | None = None, lang: str | None = None, show: str | Sequence[str] = (),
         ask: Prediction | Sequence[Prediction] | None = None, tour: bool = False, **choices: Any) -> Any:
    """A player for a run.

    Args:
        what: a `Run`, a `Trace`, a `Verdict` (its trace opens at the step that decides it), or a function of
            choices that returns one of them: `play(lambda seed: DEMO.replace(seed=seed), seed=(0, 9))`.
        step: where the player opens; a number beyond the last step opens it at the last, which the player says.
        height: of the player, px; at least 480. None takes 560, and a little more where there are logs.
        layout: "circle", "line", "grid" or a dict from node to point; None chooses.
        promises: each has a light; None takes the `PROMISES` of the protocols' modules, or the verdict's own.
        scenarios: buttons, each of which adds events to the run: {"split vote": [at(300, crash("A"))]}.
        mode: "break": choose each next event, until a promise is broken.
        budget: in that mode, how often each fault may occur: {"crash": 1, "recover": 1, "drop": 0}.
        lang: the language of the player, "en", "zh" or "ja"; None takes that of the environment variable DSLAB_LANG,
            or else English. Names, messages, promises, notes and code are not translated.
        show: the views that are open at first, beside the cluster: "history", "state", "messages", "promises",
            "script", "more", or several of them; none: those that the reader has open in this notebook.
        ask: a question about the run, or several in order: `Prediction("Who leads?", answer=..., at=9)`. The player
            opens at the first, and what comes after it is hidden until it is answered.
        tour: begin with a guided tour, which teaches the player by use: press, step, crash, undo.
        choices: for a function, the range of each argument, as in `vary`: (low, high) is a slider, a list a menu, a
            bool a check box.

    Raises:
        DslabError: `what` cannot be played.

    >>> from dslab.protocols.raft import DEMO
    >>> play(DEMO, step=40)
    <player: Raft: an election, a crash, another election, 263 steps>
    """
    check_options(step=step, height=height, scenarios=scenarios, show=show)
    look: Look = {"height": height, "layout": layout, "lang": lang, "show": show, "tour": tour}
    ask = predictions_of(ask)
    promises = None if promises is None else listed(promises)
    if callable(what) and not isinstance(what, type):
        return with_choices(what, choices, partial(play, promises=promises, scenarios=scenarios, mode=mode,
                                                   budget=budget, ask=ask, **look))
    if choices:
        raise DslabError(f"{', '.join(choices)}: choices need a function that takes them, such as "
                         "play(lambda seed: ..., seed=(0, 9))")
    if os.environ.get("DSLAB_STATIC"):
        judged = promised(what) if promises is None else promises
        return StaticPage(watched(what)[0], step=opening(what, step), promises=judged, ask=ask, **look)
    player = Player(promises=promises, scenarios=scenarios, mode=mode, budget=budget, ask=ask, **look)
    player.show(what, step=step)
    return player
