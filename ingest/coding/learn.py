"""python -m ingest.coding.learn: the weights of event_type.py and matter.py, from sentences and labels of our own.

Run it whenever these, the rules or the word lists changed; tests say when the weights are stale.
Multinomial logistic regression with an L2 penalty, in its dual form, which costs by the number of sentences and not of
features. Every step is bounded from above (Böhning 1992), so there is no step size to choose, no chance and no seed:
the same sentences give the same weights, up to the last digit that a processor's sums may change.
"""

from __future__ import annotations

import gzip
import io
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest.coding import actors, commitments, events, matter, topics
from ingest.coding.event_type import UNITS, WEIGHTS, fingerprint, read
from ingest.coding.rules import rules
from ingest.coding.tables import FOLDER, LEXICON, table
from ingest.coding.text import normalise

PENALTY = 0.03
TOPIC_PENALTY = 0.01
SMALLEST = 25  # of a word's weights for topics, in 1/UNITS: what is smaller changes nothing
NEAR = 160  # characters between a labelled and a coded span, as in score_statements.py
STEPS = 40

Matrix = npt.NDArray[np.float64]


def fit(rows: Sequence[dict[str, str]]) -> dict[str, list[int]]:
    """Feature -> its weight for each event type, in 1/UNITS, in the order of event_types.csv. `rows` as in the CSV.

    A feature of several words must be met twice to count: alone it only repeats what its words say.
    """
    types = list(rules()[1])
    found = [read(r["text"], r["source"], r["target"]).features for r in rows]
    count = Counter(name for f in found for name in f)
    names = sorted(name for name, n in count.items() if n > 1 or " " not in name)
    column = {name: i for i, name in enumerate(n for n in names if count[n] > 1)}
    shared = np.zeros((len(rows), len(column)), dtype=np.float32)
    lone: dict[str, tuple[int, float]] = {}
    own = np.zeros(len(rows))  # what the features that no other sentence has add to a sentence's product with itself
    for i, features in enumerate(found):
        for name, value in features.items():
            if name in column:
                shared[i, column[name]] = value
            elif " " not in name:
                lone[name] = (i, value)
                own[i] += value * value
    kernel: Matrix = (shared @ shared.T).astype(np.float64) + np.diag(own)
    dual = _dual(kernel, np.eye(len(types))[[types.index(r["event_type"]) for r in rows]], PENALTY)
    weights: Matrix = shared.T.astype(np.float64) @ dual
    out: dict[str, list[int]] = {}
    for name in names:
        if name in column:
            row = weights[column[name]]
        else:
            i, value = lone[name]
            row = value * dual[i]
        whole = [round(float(w) * UNITS) for w in row]
        if any(whole):
            out[name] = whole
    return out


def _dual(kernel: Matrix, wanted: Matrix, penalty: float) -> Matrix:
    """One weight per sentence and class, so that the weights of the features are their sum over the sentences."""
    dual = np.zeros_like(wanted)
    bound = np.linalg.inv(kernel / 2 + penalty * np.eye(len(wanted)))
    for _ in range(STEPS):
        scores = kernel @ dual
        scores -= scores.max(axis=1, keepdims=True)
        shares = np.exp(scores)
        shares /= shares.sum(axis=1, keepdims=True)
        dual -= bound @ (shares - wanted + penalty * dual)
    return dual


def write(weights: dict[str, list[int]], path: Path) -> None:
    """Write the weights with what they were learnt from; the file's bytes depend on nothing else."""
    body = io.StringIO()
    body.write(f"# {fingerprint()}\n")
    for name, row in weights.items():
        body.write(name + "\t" + " ".join(str(w) if w else "" for w in row) + "\n")
    path.write_bytes(gzip.compress(body.getvalue().encode(), 9, mtime=0))


def topic_words(rows: Sequence[dict[str, str]]) -> tuple[list[str], dict[str, list[int]]]:
    """(topics, word -> its weight for each, in 1/UNITS). `rows`: topics joined by |, and the text."""
    names = sorted({t for r in rows for t in r["topics"].split("|")})
    found = []
    for r in rows:
        parties = sorted((m.start, m.end) for m in actors.find(r["text"], None))
        found.append(matter.words(r["text"], 0, len(r["text"]), parties, topics.hits(r["text"])))
    count = Counter(word for f in found for word in f)
    column = {w: i for i, w in enumerate(sorted(w for w, n in count.items() if n > 1 or " " not in w or w[0] == "#"))}
    given = np.zeros((len(rows), len(column)), dtype=np.float32)
    for i, f in enumerate(found):
        known = [(column[w], v) for w, v in f.items() if w in column]
        for k, v in known:
            given[i, k] = v / len(known) ** 0.5
    wanted = np.zeros((len(rows), len(names)))
    for i, r in enumerate(rows):
        told = r["topics"].split("|")
        wanted[i, [names.index(t) for t in told]] = 1 / len(told)
    dual = _dual((given @ given.T).astype(np.float64), wanted, TOPIC_PENALTY)
    weights = given.T.astype(np.float64) @ dual
    out = {}
    for word, k in column.items():
        # what is said for all topics alike says nothing, so that most weights become too small to keep
        row = [round(float(w) * matter.UNITS) for w in weights[k] - np.median(weights[k])]
        out[word] = [w if abs(w) >= SMALLEST else 0 for w in row]
    return names, out


def _labelled() -> Iterator[tuple[events.Document, dict[str, Any], Callable[[int, int], tuple[int, int]]]]:
    for name in matter.LABELS:
        for line in (FOLDER / "labels" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            label = json.loads(line)
            norm = normalise(label["text"])
            yield events.read(norm.text, date.fromisoformat(label["date"])), label, norm.span


def topic_places() -> dict[str, dict[str, float]]:
    """Model ("act", "promise") -> feature -> weight, by logistic regression over the topics that come into question
    for each labelled act or commitment that the coder finds."""
    rows: dict[str, list[tuple[matter.Features, bool]]] = {"act": [], "promise": []}
    for doc, label, span in _labelled():
        text = label["text"]
        for told in label["events"]:
            at = text.find(told["trigger"])
            fit_ = [
                a
                for a in doc.acts
                if a.event_type == told["event_type"]
                and {p.id for p in (*a.actors, *a.recipients)} & {*told["actors"], *told["recipients"]}
                and abs(span(a.start, a.end)[0] - at) < NEAR
            ]
            if fit_:
                act = min(fit_, key=lambda a: abs(span(a.start, a.end)[0] - at))
                k = doc.acts.index(act)
                asked = doc.matter.features(act, act.scope_start, act.scope_end, doc.acts[k - 1] if k else None)
                found = [(f, t in told["topics"]) for t, f in asked.items()]
                rows["act"] += found
                if act.event_type != "CONSULT":  # there are too few promises to learn from them alone
                    rows["promise"] += found
        promises = commitments.find(doc)
        for told in label["commitments"]:
            at = text.find(told["evidence"])
            near = [p for p in promises if p.kind == told["kind"] and abs(span(p.start, p.end)[0] - at) < NEAR]
            if near:
                p = min(near, key=lambda p: abs(span(p.start, p.end)[0] - at))
                asked = commitments.asked(doc, p.start, p.end, p.act)
                rows["promise"] += [(f, t == told["topic"]) for t, f in asked.items()]
    return {model: _logistic(found) for model, found in rows.items()}


def _logistic(rows: Sequence[tuple[matter.Features, bool]]) -> dict[str, float]:
    """Logistic regression with an L2 penalty of 1, by Newton's method."""
    names = sorted({name for f, _ in rows for name in f})
    given = np.array([[f.get(name, 0.0) for name in names] for f, _ in rows])
    true = np.array([t for _, t in rows], dtype=float)
    weights = np.zeros(len(names))
    for _ in range(25):
        p = 1 / (1 + np.exp(-given @ weights))
        bend = (given * (p * (1 - p))[:, None]).T @ given + np.eye(len(names))
        weights -= np.linalg.solve(bend, given.T @ (p - true) + weights)
    return {name: round(float(w), 2) for name, w in zip(names, weights, strict=True)}


def write_topics() -> str:
    """Learn the topics' words, then, with these, where they have to stand; write both; returns what to say of it."""
    rows = table(matter.SENTENCES.removesuffix(".csv"))
    names, weights = topic_words(rows)
    body = io.StringIO()
    body.write(f"# {matter.fingerprint()}\n{' '.join(names)}\n")
    for word, row in weights.items():
        kept = " ".join(f"{k} {w}" for k, w in enumerate(row) if w)
        if kept:
            body.write(f"{word}\t{kept}\n")
    (LEXICON / matter.WORD_WEIGHTS).write_bytes(gzip.compress(body.getvalue().encode(), 9, mtime=0))
    matter.forget()
    places: dict[str, dict[str, float]] = {"act": {}, "promise": {}}
    for _ in range(2):  # the topics of an act depend on those of the act before: once more with what was learnt
        places = topic_places()
        lines = ["feature,act,promise"]
        for name in sorted({*places["act"], *places["promise"]}):
            lines.append(f"{name},{places['act'].get(name, 0)},{places['promise'].get(name, 0)}")
        (LEXICON / matter.PLACE_WEIGHTS).write_text("\n".join(lines) + "\n", encoding="utf-8")
        matter.forget()
    return f"{len(rows)} sentences, {len(weights)} words; {len(places['act'])} features of place"


def main() -> int:
    """Learn and write; says how many weights there are."""
    print(write_topics())
    rows = table("plover_sentences")
    weights = fit(rows)
    path = LEXICON / WEIGHTS
    write(weights, path)
    print(f"{len(rows)} sentences, {len(weights)} features, {path.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
