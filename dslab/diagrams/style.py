"""The style of SVG drawings: colours, the signs of the steps, and escaped text of limited length."""

from __future__ import annotations

from html import escape

from dslab.text import fit, visible
from dslab.verbs import REQUEST, VERBS

LETTER = 6.3                            # px, of a letter of 11 px on average

# class: (property, light, dark). Text has a contrast of at least 4.5 to the card, signs and lines of 3.
COLOURS = {
    "card": ("fill", "#ffffff", "#15181d"),
    "text": ("fill", "#15191e", "#eef1f5"),
    "soft": ("fill", "#545d68", "#a9b3c0"),
    "good": ("fill", "#14683a", "#6fd698"),
    "bad": ("fill", "#c02617", "#ff8f80"),
    "ink": ("stroke", "#15191e", "#eef1f5"),
    "edge": ("stroke", "#d3dae1", "#3a424d"),
    "life": ("stroke", "#7f8a96", "#76818f"),
    "arrow": ("stroke", "#46586c", "#a3b4c8"),
    "head": ("fill", "#46586c", "#a3b4c8"),
    "fault": ("stroke", "#c02617", "#ff8f80"),
    "receive": ("fill", "#0a5dc2", "#74b6ff"),
    "timer": ("fill", "#8a5a00", "#f0bc52"),
    "request": ("fill", "#7a3a9a", "#d5a3ee"),
    "pill": ("stroke", "#14683a", "#6fd698"),
    "start": ("stroke", "#0a5dc2", "#74b6ff"),
    "recover": ("stroke", "#14683a", "#6fd698"),
    "halo": ("stroke", "#ffffff", "#15181d"),
    "now": ("fill", "#fff3c4", "#443a12"),
}
SHAPE = """\
.dslab-diagram text { font: 11px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; unicode-bidi: isolate; }
.dslab-diagram .name { font-size: 13px; font-weight: 700; text-anchor: middle; }
.dslab-diagram .title { font-size: 14px; font-weight: 700; }
.dslab-diagram .end { text-anchor: end; }
.dslab-diagram .strong { font-weight: 700; }
.dslab-diagram .halo { paint-order: stroke; stroke-width: 3.5px; stroke-linejoin: round; }
.dslab-diagram .line { fill: none; stroke-width: 1.3; }
.dslab-diagram .hollow { stroke-width: 1.8; }
.dslab-diagram .heavy { stroke-width: 2.6; }
.dslab-diagram .thick { fill: none; stroke-width: 2.4; }
"""

# The signs of steps as SVG paths around the origin, the same as in the player.
SIGNS = {
    "receive": "M-4.5 0A4.5 4.5 0 1 1 4.5 0A4.5 4.5 0 1 1 -4.5 0Z",
    "timer": "M0 -6L5.7 4.5H-5.7Z",
    REQUEST.name: REQUEST.outline,
    "start": "M-4 0A4 4 0 1 1 4 0A4 4 0 1 1 -4 0Z",
} | {verb.name: verb.outline for verb in VERBS.values() if verb.outline}
OTHER = "M-4 -4H4V4H-4Z"
CROSS = "M-4.5 -4.5L4.5 4.5M4.5 -4.5L-4.5 4.5"
# The status of a node -> style and dashes of its life line.
LIFE = {"up": ("life line", ""), "down": ("fault line", "2 5"), "paused": ("life line", "6 4")}
FILLED = {"receive", "timer"} | {verb.name for verb in VERBS.values() if verb.filled}
COLOUR_OF = {"start": "start"} | {verb.name: verb.colour for verb in VERBS.values() if verb.colour}


def stylesheet() -> str:
    """Light colours, then the dark ones for those who prefer them."""
    def rules(which: int) -> str:
        return "".join(
            f".dslab-diagram .{name} {{ {colour[0]}: {colour[which]}; }}\n"
            for name, colour in COLOURS.items()
        )

    return f"\n{rules(1)}{SHAPE}@media (prefers-color-scheme: dark) {{\n{rules(2)}}}\n"


def num(value: float) -> str:
    """A coordinate, rounded to a tenth of a pixel, without trailing zeros."""
    return f"{value:.1f}".removesuffix(".0")


def text_of(text: str, limit: int = 300) -> str:
    """Text for an element or an attribute: markup and invisible characters are escaped."""
    return escape(fit(visible(text[: 2 * limit]), limit))


def label(x: float, y: float, text: str, style: str, most: int = 400, *, anchor: str = "") -> str:
    """A text of at most `most` characters, with the whole of it as a tooltip."""
    short = fit(visible(text[: 2 * most + 2]), most)
    whole = f"<title>{text_of(text)}</title>" if short != text else ""
    place = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text class="{style}" x="{num(x)}" y="{num(y)}"{place}>{escape(short)}{whole}</text>'


def path(
    style: str, dash: str = "", *, d: str, at: tuple[float, float] | None = None, turn: float = 0.0
) -> str:
    """An outline, moved to a point and turned by some degrees."""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    turned = f" rotate({num(turn)})" if turn else ""
    place = "" if at is None else f' transform="translate({num(at[0])} {num(at[1])}){turned}"'
    return f'<path class="{style}"{place} d="{d}"{dashes}/>'


def rect(style: str, x: float, y: float, width: float, height: float, round: float) -> str:
    """A rectangle with round corners."""
    size = f'width="{num(width)}" height="{num(height)}"'
    return f'<rect class="{style}" x="{num(x)}" y="{num(y)}" {size} rx="{num(round)}"/>'


def unheard_request(x: float, y: float, *, lost: bool) -> str:
    """The sign of a request that was not handled: hollow, and crossed out if it is lost."""
    hollow = path("card ink hollow", d=REQUEST.outline, at=(x, y))
    return hollow + path("fault thick", d=CROSS, at=(x, y)) if lost else hollow


def sign(kind: str, x: float, y: float) -> str:
    """The sign of a step: a shape and a colour for each kind; a hollow one hides the line behind it."""
    colour = COLOUR_OF.get(kind, "ink")
    style = kind if kind in FILLED else f"card {colour} {'heavy' if colour == 'fault' else 'hollow'}"
    return path(style, d=SIGNS.get(kind, OTHER), at=(x, y))
