"""A light stem of an English word, the same for its inflections: what the learnt models know words by."""

from __future__ import annotations

import re
from functools import cache

from ingest.coding.rules import inflect
from ingest.coding.tables import table


@cache
def _bases() -> dict[str, str]:
    out: dict[str, str] = {}
    for row in table("irregular_verbs"):
        for form in inflect(row["base"]):
            out.setdefault(form, row["base"])
    out.update(dict.fromkeys(("is", "are", "was", "were", "been", "being", "am"), "be"))
    out.update(dict.fromkeys(("has", "had", "having"), "have"))
    return out


_SUFFIX = re.compile(r"(?:ies|ied|ying|y)$")
_ENDING = re.compile(r"(?:ements?|ations?|ions?|ings?|ers?|ors?|ed|es|s|e)$")


@cache
def stem(word: str) -> str:
    """A light stem: the base of an irregular verb, else the word without its inflection; "attacks" -> "attack"."""
    base = _bases().get(word)
    if base:
        return base
    if len(word) < 5:
        return word[:-1] if len(word) == 4 and word.endswith("s") and not word.endswith("ss") else word
    out = _SUFFIX.sub("i", word)
    if out == word:
        out = _ENDING.sub("", word) if len(word) > 5 else re.sub(r"(?:ed|s|e)$", "", word)
    if len(out) > 3 and out[-1] == out[-2] and out[-1] not in "ls":
        out = out[:-1]
    return out if len(out) > 2 else word
