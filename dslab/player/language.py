"""The languages of the player. An English sentence is the key of its translations; English itself has no catalogue."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path

from dslab.values import DslabError, brief, nearest

LANGUAGES = ("en", "zh", "ja")
SETTING = "DSLAB_LANG"          # the environment variable with the default language


def language(lang: str | None = None) -> str:
    """The language of a player: "en", "zh" or "ja"; None takes that of DSLAB_LANG, or else English.

    Raises:
        DslabError: there is no such language.
    """
    found = (os.environ.get(SETTING) or "en") if lang is None else lang
    if found not in LANGUAGES:
        where = f"lang={brief(found)}" if lang is not None else f"{SETTING}={brief(found)}"
        hint = nearest(str(found)[:2].lower(), LANGUAGES)           # "zh-CN" is near to "zh"
        raise DslabError(f"{where}: the player speaks {', '.join(LANGUAGES)}.{hint}")
    return found


@cache
def catalogue(lang: str) -> dict[str, str]:
    """English sentence -> its translation; empty for English."""
    if lang == "en":
        return {}
    file = Path(__file__).parent / "languages" / f"{lang}.json"
    known: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return known
