"""python -m ingest.coding.learn: plover_sentences.csv -> event_type_weights.csv.gz, the model of event_type.py.

Run it whenever the sentences, the rules or the word classes changed; a test says when the weights are stale.
Multinomial logistic regression with an L2 penalty, in its dual form, which costs by the number of sentences and not of
features. Every step is bounded from above (Böhning 1992), so there is no step size to choose, no chance and no seed:
the same sentences give the same weights, up to the last digit that a processor's sums may change.
"""

from __future__ import annotations

import gzip
import io
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ingest.coding.event_type import UNITS, WEIGHTS, fingerprint, read
from ingest.coding.rules import rules
from ingest.coding.tables import LEXICON, table

PENALTY = 0.03
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
    dual = _dual(kernel, np.array([types.index(r["event_type"]) for r in rows]), len(types))
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


def _dual(kernel: Matrix, labels: npt.NDArray[np.int_], types: int) -> Matrix:
    """One weight per sentence and type, so that the weights of the features are their sum over the sentences."""
    wanted = np.eye(types)[labels]
    dual = np.zeros_like(wanted)
    bound = np.linalg.inv(kernel / 2 + PENALTY * np.eye(len(labels)))
    for _ in range(STEPS):
        scores = kernel @ dual
        scores -= scores.max(axis=1, keepdims=True)
        shares = np.exp(scores)
        shares /= shares.sum(axis=1, keepdims=True)
        dual -= bound @ (shares - wanted + PENALTY * dual)
    return dual


def write(weights: dict[str, list[int]], path: Path) -> None:
    """Write the weights with what they were learnt from; the file's bytes depend on nothing else."""
    body = io.StringIO()
    body.write(f"# {fingerprint()}\n")
    for name, row in weights.items():
        body.write(name + "\t" + " ".join(str(w) if w else "" for w in row) + "\n")
    path.write_bytes(gzip.compress(body.getvalue().encode(), 9, mtime=0))


def main() -> int:
    """Learn and write; says how many weights there are."""
    rows = table("plover_sentences")
    weights = fit(rows)
    path = LEXICON / WEIGHTS
    write(weights, path)
    print(f"{len(rows)} sentences, {len(weights)} features, {path.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
