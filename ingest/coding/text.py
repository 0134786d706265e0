"""Raw text -> normalised text, paragraphs, sentences and language, with every offset leading back to the raw text.

Nothing here knows about politics. All functions are pure and run in time linear in the length of the text.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.coding.tables import table, words

# A sentence longer than this is cut at a blank, so that no later step sees an unbounded string.
MAX_SENTENCE = 1_000

_SAME_LENGTH = {
    **dict.fromkeys(map(ord, "“”„‟«»″＂"), '"'),
    **dict.fromkeys(map(ord, "‘’‚‛ʼʻ`´′＇"), "'"),
    **dict.fromkeys(map(ord, "‐‑⁃﹣－"), "-"),
    **dict.fromkeys(map(ord, "–—‒―−"), "–"),
    **dict.fromkeys(
        map(ord, "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"),
        " ",
    ),
    **dict.fromkeys(map(ord, "\u2028\u2029\u0085"), "\n"),
    **{c: " " for c in [*range(0x20), *range(0x7F, 0xA0)] if c not in (0x0A, 0x85)},
}
_INVISIBLE = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
_CHANGES_LENGTH = re.compile(
    rf"(?P<drop>[{_INVISIBLE}]+)"
    r"|(?P<tag></?(?P<name>[a-zA-Z][a-zA-Z0-9]{0,12})(?![a-zA-Z0-9])[^<>\n]{0,300}>)"
    r"|(?P<entity>&(?:amp;)?(?:[a-zA-Z]{2,8}|#\d{1,6}|#[xX][0-9a-fA-F]{1,5});)"
    r"|(?P<shortcode>\[/?(?:caption|gallery|embed|video|audio)\b[^\[\]\n]{0,300}\])"
    r"|(?P<accent>[^\W\d_][\u0300-\u036f]{1,4})"
)
_BLOCKS = frozenset("p div li ul ol h1 h2 h3 h4 h5 h6 tr table blockquote section article header footer figure".split())
_HIDDEN = re.compile(r"<(?:!--|(?P<element>script|style)\b)", re.IGNORECASE)
_DROP = re.compile(f"[{_INVISIBLE}]+")
_NOT_PLAIN = re.compile(f"[<&\\[\u0300-\u036f{_INVISIBLE}]")


@dataclass(frozen=True, slots=True)
class Normalised:
    """A cleaned text and where each of its characters came from.

    `text` has plain quotes, blanks and dashes and neither HTML leftovers nor invisible marks. `starts[i]` and
    `ends[i]` bound, in the raw text, what became character i; both are None where nothing changed its length.
    """

    text: str
    starts: list[int] | None = None
    ends: list[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets [start, end) into `text` as offsets [start, end) into the raw text."""
        if self.starts is None or self.ends is None or start >= end:
            return start, end
        return self.starts[start], self.ends[end - 1]


def normalise(raw: str) -> Normalised:
    """Clean a text and remember where each character came from; see `Normalised`."""
    if not _NOT_PLAIN.search(raw) or not _CHANGES_LENGTH.search(raw):
        return Normalised(raw.translate(_SAME_LENGTH))
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []

    def keep(a: int, b: int) -> None:
        pieces.append(raw[a:b])
        starts.extend(range(a, b))
        ends.extend(range(a + 1, b + 1))

    def replace(a: int, b: int, put: str) -> None:
        pieces.append(put)
        starts.extend([a] * len(put))
        ends.extend([b] * len(put))

    at = 0
    for first, last in _visible(raw):
        if at < first:
            replace(at, first, " ")
            at = first
        for m in _CHANGES_LENGTH.finditer(raw, first, last):
            keep(at, m.start())
            at = m.end()
            put = _instead(m)
            if put == m[0]:
                keep(m.start(), at)
            else:
                replace(m.start(), at, put)
        keep(at, last)
        at = last
    if at < len(raw):
        replace(at, len(raw), " ")
    return Normalised("".join(pieces).translate(_SAME_LENGTH), starts, ends)


def _visible(raw: str) -> Iterator[tuple[int, int]]:
    """The stretches [start, end) of a text outside comments, scripts and style sheets. One that is never closed hides
    nothing: it is looked for once, so that many of them cost no more."""
    at = 0
    low = raw.lower() if "<" in raw else ""
    missing: set[str] = set()
    for m in _HIDDEN.finditer(raw) if low else ():
        close = "</" + m["element"].lower() if m["element"] else "-->"
        if m.start() < at or close in missing or len(low) != len(raw):
            continue
        end = low.find(close, m.end())
        if end < 0:
            missing.add(close)
            continue
        end = low.find(">", end) + 1 or len(raw)
        yield at, m.start()
        at = end
    yield at, len(raw)


def _instead(m: re.Match[str]) -> str:
    """What to read in place of a match of _CHANGES_LENGTH."""
    if m["tag"]:
        name = m["name"].lower()
        if name in _BLOCKS or name == "br":
            return "\n" if name == "br" else "\n\n"
        return "" if m.string[m.end() : m.end() + 1] in ".,;:!?)" else " "  # "<b>left</b>." has no blank
    if m["entity"]:
        return _DROP.sub("", html.unescape(html.unescape(m[0])))
    if m["accent"]:
        return unicodedata.normalize("NFC", m[0])
    return " " if m["shortcode"] else ""


class _Fold(dict[int, str]):
    """Lower case and no diacritics, one character for one, filled in as characters are met."""

    def __missing__(self, code: int) -> str:
        low = unicodedata.normalize("NFD", chr(code).lower())
        first = low[0] if low and not unicodedata.combining(low[0]) else chr(code)
        # й and ё are letters of their own in Russian, not accented ones
        self[code] = (
            chr(code).lower() if 0x0400 <= code < 0x0500 else {"ı": "i", "ø": "o", "ł": "l", "đ": "d"}.get(first, first)
        )
        return self[code]


_FOLD = _Fold()


def fold(text: str) -> str:
    """Lower case without diacritics, of exactly the same length (so that offsets stay valid)."""
    if text.isascii():
        return text.lower()
    return text.translate(_FOLD)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: number from 0, offsets [start, end) into the normalised text, and whether it is boilerplate."""

    no: int
    start: int
    end: int
    boilerplate: bool


_STOP = re.compile(r"""[.!?…]{1,3}["')\]]{0,3}(?=\s|$)|\n""")
_LAST_TOKEN = re.compile(r"""[^\s"'(\[]{1,20}$""")
_BULLET = re.compile(r"\s{0,9}(?:\(?\d{1,2}[.)]|\(?[a-z][.)]|[-•*–])\s+(?=\S)")


def _abbreviations() -> frozenset[str]:
    return frozenset(words("abbreviations"))


def _boilerplate() -> re.Pattern[str]:
    starts = "|".join(
        re.escape(w).replace(r"\ ", r"\s+") + (r"\b" if w[-1].isalnum() else "") for w in words("boilerplate")
    )
    # the last two: a line that is nothing but a telephone number or an address
    return re.compile(
        rf"\s{{0,9}}[(\[]?(?:{starts}|\+?[\d(][\d ().–-]{{6,40}}(?=\n|$)|(?:https?://|www\.)\S{{1,300}}(?=\n|$))",
        re.IGNORECASE,
    )


_ABBREVIATIONS = _abbreviations()
_BOILERPLATE = _boilerplate()
# "OSLO. ", "ROME, 4 May. ", "OSLO/ROME — ", "PARIS, Oct 2 (Agency) - ", "LIMA, May 4, 2020 /Agency/. "
_DATELINE = re.compile(
    r"\s{0,99}(?=[^\W\d_]{3})[A-ZÀ-ÞА-Я][A-ZÀ-ÞА-Я'’ ./-]{2,40}(?:,\s{0,9}[^.\n–()/]{2,30}){0,2}\s{0,9}"
    r"(?:[(/][^()/\n]{2,40}[)/]\s{0,9})?(?:[.:](?=\s+[A-Z0-9\"])|\s[–-](?=\s))"
)
# In small letters a place is a dateline only with a day or an agency: "Oslo, 4 May – ", "New York (Agency) – "
_SMALL_DATELINE = re.compile(
    r"\s{0,99}[A-ZÀ-Þ][\w'-]{1,20}(?: [A-ZÀ-Þ][\w'-]{1,20}){0,2}"
    r"(?:,?\s(?:\d{1,2}(?:st|nd|rd|th)?\s)?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?(?:\s\d{1,2})?(?:,?\s\d{4})?"
    r"(?:\s\([^()\n]{2,40}\))?|\s\([^()\n]{2,40}\))\s[–-](?=\s)"
)


def dateline_end(text: str) -> int:
    """Length of the dateline ("BISHKEK, 4 May. ") that opens the text, else 0. A dateline names no party."""
    m = _DATELINE.match(text) or _SMALL_DATELINE.match(text)
    return m.end() if m and m.end() < len(text) else 0


_MAY_END = frozenset(
    "etc jr sr inc ltd corp co bros bn mln bln mn trn trln intl dept govt mon tue wed thu fri sat sun".split()
)
_OPENERS = tuple(
    w + " "
    for w in (
        "The He She It In A An But They On At This That These Those However Both As Under According After Before "
        "Earlier Meanwhile Moreover For And We I His Her Its Their"
    ).split()
)


def _ends_here(text: str, m: re.Match[str], start: int, line_start: int) -> bool:
    """Whether a stop or line break ends the sentence that begins at `start`; its line begins at `line_start`."""
    nxt = m.end()
    while nxt < len(text) and text[nxt].isspace():
        nxt += 1
    if nxt >= len(text):
        return True
    if text.startswith(("http://", "https://", "www."), nxt) and "\n" in text[m.start() : nxt]:
        return True
    if m[0] == "\n":
        if text.startswith("\n", m.end()) or "\n" in text[m.end() : nxt]:
            return True
        line = text[line_start : m.start()]
        # A short line is a heading or a list item; a long one was wrapped by the outlet.
        return bool(_BULLET.match(text, m.end())) or (len(line) < 60 and not text[nxt].islower())
    if "\n\n" in text[m.end() : nxt]:
        return True
    c = text[nxt]
    if c.islower() or c in ",;":
        return False
    if not m[0].startswith(".") or m[0].startswith(".."):
        return True
    tok = _LAST_TOKEN.search(text, max(0, m.start() - 20), m.start())
    word = tok[0] if tok else ""
    if word.isdigit() and (m.start() - len(word) <= start or text[m.start() - len(word) - 1] == "\n"):
        return False  # "3. The Parties ..."
    if len(word) == 1 and word.isupper() and m.end() - m.start() == 1:
        return False  # an initial
    low = word.lower()
    if low in _ABBREVIATIONS:
        # "No. 5", "Jan. 5", "Amb. Lee"; but "in the U.S. The minister ..." and "worth 5 mln. The grant ..." end
        return ("." in low or low in _MAY_END) and text.startswith(_OPENERS, nxt)
    return True


def sentences(text: str) -> list[Sentence]:
    """Split normalised text into sentences. Abbreviations, initials, numbered points and wrapped lines do not end one.

    Dateline and boilerplate ("Read also", captions, phone footers) are kept as sentences of their own, marked.
    """
    out: list[Sentence] = []

    def add(a: int, b: int, boiler: bool = False) -> None:
        bullet = _BULLET.match(text, a, b)
        a = bullet.end() if bullet else a
        while a < b and text[a].isspace():
            a += 1
        while b > a and text[b - 1].isspace():
            b -= 1
        while b - a > MAX_SENTENCE:
            cut = text.rfind(" ", a + MAX_SENTENCE // 2, a + MAX_SENTENCE)
            cut = cut if cut > 0 else a + MAX_SENTENCE
            out.append(Sentence(len(out), a, cut, boiler or bool(_BOILERPLATE.match(text, a))))
            a = cut + 1 if text[cut].isspace() else cut
        if a < b:
            # "Read also:" alone in its line: what follows is what to read
            led = bool(out) and out[-1].boilerplate and text[out[-1].end - 1] == ":" and "\n" in text[out[-1].end : a]
            out.append(Sentence(len(out), a, b, boiler or led or bool(_BOILERPLATE.match(text, a))))

    start = dateline_end(text)
    add(0, start, True)
    line_start = start
    for m in _STOP.finditer(text, start):
        if m.start() < start:
            continue
        ends = _ends_here(text, m, start, line_start)
        if m[0] == "\n":
            line_start = m.end()
        if ends:
            add(start, m.end())
            start = m.end()
            while start < len(text) and text[start].isspace():
                start += 1  # so that a run of blank lines is looked at once
            line_start = max(line_start, start) if "\n" in text[m.start() : start] else line_start
    add(start, len(text))
    return out


_WORD = re.compile(r"[^\W\d_]+")
_SCRIPTS = (
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("zh", re.compile("[\u4e00-\u9fff\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("ka", re.compile("[\u10a0-\u10ff]")),
    ("hy", re.compile("[\u0530-\u058f]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
)
_KANA = re.compile("[\u3040-\u30ff]")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_ARABIC = (("ur", "ٹڈڑے"), ("fa", "پچژگ"))
# language, letters of its own, letters that it has not
_CYRILLIC_LETTERS = (
    ("tg", "ҷӣӯ", ""),
    ("kk", "әұһ", ""),
    ("ky", "ңөү", "ә"),
    ("mn", "өү", "ә"),
    ("uz", "ўқҳ", "ыә"),
    ("uk", "їєґ", ""),
    ("be", "ў", ""),
    ("sr", "ђћџ", ""),
    ("bg", "ъ", "ыэё"),
)


def _script(low: str, letters: int) -> str | None:
    """The language that a script, or a letter within it, gives away; None for Latin letters."""
    for code, script in _SCRIPTS:
        if len(script.findall(low)) > 0.4 * letters:
            if code == "zh" and len(_KANA.findall(low)) > 0.05 * letters:
                return "ja"
            if code == "ar":
                return next((c for c, own in _ARABIC if sum(map(low.count, own)) > 0.01 * letters), "ar")
            return code
    if len(_CYRILLIC.findall(low)) > 0.4 * letters:
        for code, own, foreign in _CYRILLIC_LETTERS:
            if sum(map(low.count, own)) > 0.004 * letters and not any(c in low for c in foreign):
                return code
        return "ru"
    if low.count("ə") > 0.02 * letters:
        return "az"
    return None


def language(text: str) -> str | None:
    """ISO 639-1 code of the language of a normalised text, by script and stop words; None where that does not tell.

    Reads the first 20,000 characters. Cyrillic is told apart by letters that only one language has.
    """
    head = text[:20_000]
    low = head.lower()
    tokens = _WORD.findall(low)
    if not tokens:
        return None
    if head.isascii() and sum(map(_STOP_WORDS["en"].__contains__, tokens)) > 0.25 * len(tokens) > 2:
        return "en"  # no other language has so many of these words
    letters = sum(map(len, tokens))
    script = None if head.isascii() else _script(low, letters)
    if script:
        return script
    score: dict[str, int] = {}
    for code, stop in _STOP_WORDS.items():
        score[code] = sum(1 for t in tokens if t in stop)
    best = max(score, key=lambda k: (score[k], k == "en"))
    ranked = sorted(score.values(), reverse=True)
    if ranked[0] < 2 and len(tokens) > 3 or ranked[0] == 0 or ranked[0] == ranked[1]:
        return None
    return best if score[best] >= 0.04 * len(tokens) else None


def _stop_words() -> dict[str, frozenset[str]]:
    out: dict[str, set[str]] = {}
    for row in table("stop_words"):
        out.setdefault(row["lang"], set()).update(row["words"].split())
    return {k: frozenset(v) for k, v in out.items()}


_STOP_WORDS = _stop_words()
