"""Compiles lexicon/rules.csv: which words tell which kind of act, and how its parties stand around them.

Pattern language, one token per blank: `<agree|consent>` any form of these verbs; `{talks|meeting}` these words;
`(to|for)` an alternative; a trailing `?` makes a token optional; `_` is a blank inside a token; `*` is a gap of at most
three words, `**` of at most six, `***` of at most fourteen; `~` is any verb in its base form and `~ed` any participle
(but for those in lexicon/no_act_verbs.csv). The first token is the anchor by which a rule is looked up,
so that a sentence pays only for the rules whose anchor it holds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from ingest.coding.tables import table

BASE, S, PAST, PARTICIPLE, ING, NOUN = "base", "s", "past", "participle", "ing", "noun"

_VOWELS = "aeiou"
_GAPS = {"*": 3, "**": 6, "***": 14}


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of rules.csv, ready to match at the start of its anchor word."""

    id: str
    event_type: str
    frame: str
    flags: frozenset[str]
    stage: str | None
    expression: str
    verbal: bool
    order: int

    @property
    def pattern(self) -> re.Pattern[str]:
        """The rule's regular expression, compiled when first asked for: most texts need few of them."""
        return _compiled(self.expression)


@cache
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)


def inflect(base: str) -> dict[str, set[str]]:
    """All forms of an English verb: form -> the ways in which the form is used."""
    irregular = {r["base"]: (r["past"], r["participle"]) for r in _irregular()}
    stem = base
    if base.endswith("e"):
        third, ing, past = base + "s", base[:-1] + "ing", base + "d"
    elif base.endswith("y") and base[-2] not in _VOWELS:
        third, ing, past = base[:-1] + "ies", base + "ing", base[:-1] + "ied"
    elif base.endswith(("s", "x", "z", "ch", "sh")):
        third, ing, past = base + "es", base + "ing", base + "ed"
    else:
        third, ing, past = base + "s", base + "ing", base + "ed"
    if base in _DOUBLED:
        stem = base + base[-1]
        ing, past = stem + "ing", stem + "ed"
    if base.endswith("ee"):
        ing = base + "ing"
    if base == "go":
        third = "goes"
    pasts = irregular.get(base, (past, past))
    out: dict[str, set[str]] = {}
    for form, use in ((base, BASE), (third, S), (ing, ING), (pasts[0], PAST), (pasts[1], PARTICIPLE)):
        out.setdefault(form, set()).add(use)
    return out


_PARTICIPLE = r"(?:[a-z]+(?:ed|en|wn|ung|id|ilt|ent|old|ght)|put|set|cut|let|made|held|kept)\b"
_DOUBLED = frozenset(
    (
        "ban bar confer commit permit admit plan rebut refer stab quit sit rob step ship slam submit swap win cut "
        "get hit put set begin stop drop let shut scrap swap rap equip ship wrap sit win run expel patrol propel "
        "compel bid dispel repel rebel transfer prefer occur defer deter incur recur concur infer plot trap kidnap "
        "snub rid mob flog jam trim spur stir scar"
    ).split()
)


@cache
def _irregular() -> tuple[dict[str, str], ...]:
    return table("irregular_verbs")


def _forms(verbs: str) -> dict[str, set[str]]:
    out: dict[str, set[str]] = {}
    for v in verbs.split("|"):
        for form, use in inflect(v).items():
            out.setdefault(form, set()).update(use)
    return out


def _alternatives(body: str) -> str:
    return body.replace("_", r"\s+")


def _compile(pattern: str) -> tuple[str, dict[str, set[str]], bool]:
    """(regular expression that starts at the anchor, anchor forms, whether the anchor is a verb)."""
    anchors: dict[str, set[str]] = {}
    out: list[str] = []
    verbal = False
    for i, token in enumerate(pattern.split()):
        optional = token.endswith("?") and not token.startswith("*")
        body = token[:-1] if optional else token
        unless = ""
        if body[0] in "<{" and "(?!" in body:
            cut = body.index("(?!")
            body, unless = body[:cut], _alternatives(body[cut:])
        if body in _GAPS:
            out.append(rf"(?:\s+[^\s;:!?\"]+){{0,{_GAPS[body]}}}?")
            continue
        if body.endswith(("~", "~ed")):
            before, _, ending = body.rpartition("~")
            out.append(r"\s+" + _alternatives(before) + (_PARTICIPLE if ending else _any_verb()))
            continue
        if body.startswith("<"):
            forms = _forms(body[1:-1])
            if i == 0:
                anchors, verbal = forms, True
            body = "(?:" + "|".join(sorted(map(re.escape, forms), key=lambda f: (-len(f), f))) + ")"
        elif body.startswith("{"):
            if i == 0:
                anchors = {w: {NOUN} for w in body[1:-1].split("|")}
            body = "(?:" + "|".join(re.escape(w) for w in body[1:-1].split("|")) + ")"
        else:
            body = "(?:" + _alternatives(body) + ")"
        # "the embargo's", "talks," end a word too; a hyphen does not
        piece = (r"\s+" if i else "") + body + r"\b(?!-)" + unless
        out.append(f"(?:{piece})?" if optional else piece)
    return "".join(out), anchors, verbal


@cache
def _any_verb() -> str:
    """A word that may be the base form of a verb of action: none that tells a state ("will be", "will need")."""
    no = "|".join(sorted(r["verb"] for r in table("no_act_verbs")))
    return rf"(?!(?:{no})\b)[a-z]{{2,}}\b"


@cache
def rules() -> tuple[dict[str, list[tuple[Rule, frozenset[str]]]], dict[str, tuple[int, int, float]]]:
    """(anchor word -> rules with the uses that the word has as their verb, event type -> (no, quad class, scale))."""
    by_anchor: dict[str, list[tuple[Rule, frozenset[str]]]] = {}
    types = {
        r["event_type"]: (i, int(r["quad_class"]), float(r["event_scale"])) for i, r in enumerate(table("event_types"))
    }
    for order, row in enumerate(table("rules")):
        expression, anchors, verbal = _compile(row["pattern"])
        rule = Rule(
            row["rule_id"],
            row["event_type"],
            row["frame"],
            frozenset(filter(None, (row["flags"] or "").split("|"))),
            row["stage"] or None,
            expression,
            verbal,
            order,
        )
        for word, uses in anchors.items():
            by_anchor.setdefault(word, []).append((rule, frozenset(uses)))
    return by_anchor, types
