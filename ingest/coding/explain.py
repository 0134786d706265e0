"""Why a text is coded as it is: the parties of each sentence, the rules that fired on which words, and nearly did."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date as Date

from ingest.coding import commitments, events
from ingest.coding.text import normalise

NEARLY = "its first word stands here"  # the commonest and least telling reason: named, but not one by one


def explain(text: str, day: Date | None) -> Iterator[str]:
    """Lines for a person to read. Offsets are those of the text as given."""
    norm = normalise(text)
    doc = events.read(norm.text, day, explain=True)
    kept = {id(a) for a in events.merge(list(doc.acts))}
    promises = commitments.find(doc)
    for s in doc.sentences:
        yield f"[{s.no}] {doc.text[s.start : s.end].strip()}"
        if s.boilerplate:
            yield "    boilerplate: not coded"
            continue
        for m in doc.mentions:
            if s.start <= m.start < s.end:
                role = "place" if m.place else "belongs to somebody else" if m.weak else m.sector or "party"
                who = f", {m.office or ''} {m.name or ''}".rstrip(" ,") if m.office or m.name else ""
                yield f"    party  {doc.text[m.np_start : m.np_end]!r} -> {m.id} ({m.form}, {role}{who})"
        for a in doc.acts:
            if a.sentence.no == s.no:
                start, end = norm.span(a.start, a.end)
                sides = "+".join(p.id for p in a.actors) + " > " + "+".join(p.id for p in a.recipients)
                state = "" if id(a) in kept else " (told before, or the content of an agreement: no event of its own)"
                yield (
                    f"    EVENT  {a.event_type} {sides} {sorted(a.flags) or ''} {a.topics} by {a.rule.id} on "
                    f"{doc.text[a.start : a.end]!r} [{start}, {end}) confidence {a.confidence}{state}"
                )
        for p in promises:
            if p.act.sentence.no == s.no:
                amount = f" {p.amount_max} {p.currency}" if p.amount_max is not None else ""
                who, where = "+".join(p.committed_by), doc.text[p.start : p.end]
                yield f"    PROMISE {p.stage} by {who}: {p.topic}{amount} in {where!r}"
        nearly = [t for t in doc.trials or [] if s.start <= t.start < s.end and t.outcome != "fired"]
        for t in nearly:
            if not t.outcome.startswith(NEARLY):
                yield f"    no     {t.rule.event_type} by {t.rule.id} on {doc.text[t.start : t.end]!r}: {t.outcome}"
        words: dict[str, list[str]] = {}
        for t in nearly:
            if t.outcome.startswith(NEARLY):
                words.setdefault(doc.text[t.start : t.end], []).append(t.rule.id)
        for word, rules in words.items():
            more = f" and {len(rules) - 5} more" if len(rules) > 5 else ""
            yield f"    nearly {word!r}: {', '.join(rules[:5])}{more} ask for other words after it"
