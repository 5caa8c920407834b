"""Strings that pages have choked on: each could end an attribute, begin a script, turn a line around, or vanish."""

from itertools import product

CALL = "window.struck=1"
ENDS = [
    "", "'", '"', "`", "'>", '">', "-->", "]]>", "*/", "</script>", "</style>", "</title>", "</textarea>",
    "</svg>", "'))", "\\", "}}", "&quot;>",
]
STRIKES = [
    f"<script>{CALL}</script>", f"<img src=x onerror={CALL}>", f"<svg onload={CALL}>",
    f"<iframe srcdoc='<script>parent.{CALL}</script>'>", f"<details open ontoggle={CALL}>",
    f"<body onload={CALL}>", f"<input autofocus onfocus={CALL}>", f"<a href=javascript:{CALL}>x</a>",
    f"<math><mtext></p><style><!--</style><img src onerror={CALL}>", f"<object data=javascript:{CALL}>",
    "<style>*{color:red}</style>", f"<base href=javascript:{CALL}//>",
    f"<meta http-equiv=refresh content='0;javascript:{CALL}'>", f"<ScRiPt >{CALL}</sCrIpT>",
    f"<img src=x onerror=\n{CALL}\n>", f"<<script>{CALL}//<</script>", f"<marquee onstart={CALL}>",
    f"javascript:{CALL}", f"${{{CALL}}}", f"{{{{constructor.constructor('{CALL}')()}}}}", f"<%= {CALL} %>",
    f"#{{{CALL}}}", f"{{% {CALL} %}}",
]
NAMES = [
    "__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf", "null", "undefined",
    "NaN", "true", "None", "Infinity", "-0", "1e999", "0x10", "then", "length", "step", "trace", "node",
    "default", "arguments",
]
SPACES = [chr(code) for code in (
    9, 10, 11, 12, 13, 32, 0x85, 0xA0, 0x1680, 0x2000, 0x2003, 0x2009, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)]
UNSEEN = [chr(code) for code in (
    *range(1, 9), *range(14, 32), 127, 0xAD, 0x34F, 0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F),
    *range(0x2060, 0x206A), 0xFE0F, 0xFEFF, 0xFFF9, 0xFFFD, 0xFFFE, 0xE0001, 0xE0020)]
LETTERS = [
    "é", "ﬁ", "İstanbul", "ß", "ǅ", "田中さん", "部落格", "사회과학원", "ด้้้้้็็็็็้้้้้", "Z̷̢̛͕a̴͙l̸̰g̶̢o̷͖", "שלום",
    "مرحبا", "ԱԲԳ", "𝕋𝕙𝕖", "🏳️‍🌈", "👩‍👩‍👧‍👦", "👍🏿", "🇨🇳🇯🇵", "℀℁", "½⅓", "①②", "ﷺ", "𐎀",
    "\U0010ffff", "ꙮ", "←→", "⁰⁴", "𒐫",
]
QUOTES = [
    "'", '"', "''", '""', "'\"'", "`", "«»", "“”", "「」", "\\", "\\\\", "\\n", "\\u0000", "\\x3cscript>", "\\'",
    "%00", "%3Cscript%3E", "&", "&amp;", "&lt;script&gt;", "&#60;", "&#x3C;", "&lt", "&nbsp;", "<", ">", "<>",
    "</", "<!--", "-->", "<![CDATA[",
]
OTHERS = [
    "x" * 5000, "<" * 2000, "\u202e" * 300, "A\u0301" * 500, "../../../etc/passwd", "; rm -rf /", "' OR 1=1 --",
    "${jndi:ldap://x}", "%s%s%n", "{0}", "{name}", "{sentence}", "{}", "$&", "$1", "$`", "\\1", "()=>{}", "0/0",
    "a\r\nb: c", "=1+1",
]


def strings() -> list[str]:
    """More than five hundred of them, no two alike, none empty."""
    made = [end + strike for end, strike in product(ENDS, STRIKES)]
    made += [f"a{one}b" for one in SPACES + UNSEEN]
    made += [*NAMES, *LETTERS, *QUOTES, *OTHERS]
    return list(dict.fromkeys(made))
