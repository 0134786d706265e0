"""How fast the statement coder is and how well it finds stories, beside what one would write instead.

    python -m bench.coding                      all of it at 10,000 statements, a few minutes
    python -m bench.coding --sizes 10000 100000 1000000

Prints a table. Times are of the processor, the best of REPEATS where a run is short; every alternative runs in the same
minute on the same rows, so that its figure is a ratio that holds on other machines too. Sizes run in processes of their
own, so that their peaks of memory are their own.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import re
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

from bench.archive import archive

ROOT = Path(__file__).resolve().parent.parent
REPEATS = 5
Rows = list[tuple[str, date, str, str, str]]


def peak_mb() -> float:
    """The most memory that this process has held, in MB (Linux gives kilobytes)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def best(call: Callable[[], object]) -> float:
    """Seconds of processor time, the best of REPEATS."""
    out = float("inf")
    for _ in range(REPEATS):
        start = time.process_time()
        call()
        out = min(out, time.process_time() - start)
    return out


def told(truth: dict[str, str], made: dict[str, str]) -> dict[str, float]:
    """Recall of pairs of one story, the share of merged pairs that are none, and the share of statements that stand in
    a story most of whose members are of another."""

    def pairs(counts: Iterable[int]) -> int:
        return sum(n * (n - 1) // 2 for n in counts)

    both = Counter((made[i], truth[i]) for i in truth)
    right = pairs(both.values())
    most: dict[str, int] = {}
    for (story, _), n in both.items():
        most[story] = max(n, most.get(story, 0))
    merged = pairs(Counter(made.values()).values())
    return {
        "recall": right / max(1, pairs(Counter(truth.values()).values())),
        "false": (merged - right) / max(1, merged),
        "misplaced": 1 - sum(most.values()) / len(truth),
    }


def coder() -> dict[str, float]:
    """Start and throughput of `code` from raw text, on the labelled and the sample statements."""
    start = time.perf_counter()
    from ingest.coding import code

    code("Denmark lent Kenya $5 million.", date(2021, 1, 1))
    seconds = time.perf_counter() - start
    from ingest.coding.text import normalise, sentences

    texts = [json.loads(line)["text"] for line in (ROOT / "ingest/coding/labels/first.jsonl").open(encoding="utf-8")]
    texts += [p.read_text(encoding="utf-8") for p in sorted((ROOT / "sample/statements/text_files").glob("*.txt"))]
    n = sum(len(sentences(normalise(t).text)) for t in texts)
    took = best(lambda: [code(t, date(2021, 9, 17)) for t in texts])
    return {"start_s": seconds, "sentences": n, "per_s": n / took, "peak_mb": peak_mb()}


def index(size: int) -> dict[str, float]:
    """The story index over an archive that comes day by day, as the warehouse takes it."""
    from ingest.coding.stories import WINDOW_DAYS, Stories

    stories, truth, last = Stories(), {}, None
    took = 0.0
    for i, day, text, story, _ in archive(size):
        start = time.process_time()
        if day != last:
            stories.forget(day - timedelta(days=WINDOW_DAYS))
            last = day
        stories.add(i, day, text)
        took += time.process_time() - start
        truth[i] = story
    return {"per_s": size / took, "peak_mb": peak_mb(), **told(truth, {i: stories.story(i) for i in truth})}


def batch(rows: Rows, size: int) -> dict[str, float]:
    """What a batch of one day costs when the rows of its window are read back from store."""
    from ingest.coding.stories import WINDOW_DAYS, Stories

    old, new = rows[:-size], rows[-size:]
    before = Stories()
    for i, day, text, *_ in old:
        before.add(i, day, text)
    stored = list(before.added())
    first = new[0][1] - timedelta(days=WINDOW_DAYS)
    near = [r for r in stored if r.day is None or r.day >= first]

    def run() -> None:
        after = Stories()
        after.seed(near)
        for i, day, text, *_ in new:
            after.add(i, day, text)

    return {"rows": size, "window": len(near), "seconds": best(run)}


def union(ids: Iterable[str], edges: Iterable[tuple[str, str]]) -> dict[str, str]:
    """id -> the name of its connected component."""
    above = {i: i for i in ids}

    def head(i: str) -> str:
        while above[i] != i:
            i = above[i]
        return i

    for a, b in edges:
        above[head(b)] = head(a)
    return {i: head(i) for i in above}


def by_difflib(rows: Rows) -> dict[str, str]:
    """All pairs within a week by difflib's ratio of words, 0.9 and more: the best threshold of those tried."""
    words = {r[0]: r[2].split() for r in rows}
    edges = []
    for a, b in combinations(rows, 2):
        if (b[1] - a[1]).days <= 7:
            m = difflib.SequenceMatcher(None, words[a[0]], words[b[0]], autojunk=False)
            if m.real_quick_ratio() >= 0.9 and m.quick_ratio() >= 0.9 and m.ratio() >= 0.9:
                edges.append((a[0], b[0]))
    return union(words, edges)


def by_shingles(rows: Rows) -> dict[str, str]:
    """A dictionary of five-word shingles; pairs within a week with a Jaccard similarity of 0.6 (the best tried)."""
    held: dict[str, list[int]] = {}
    sets = []
    edges = []
    for n, (i, day, text, *_) in enumerate(rows):
        w = re.findall(r"\w+", text.lower())
        mine = {" ".join(w[k : k + 5]) for k in range(max(1, len(w) - 4))}
        for o, shared in Counter(o for s in mine for o in held.get(s, ())).items():
            if (day - rows[o][1]).days <= 7 and shared >= 0.6 * (len(mine) + len(sets[o]) - shared):
                edges.append((rows[o][0], i))
        for s in mine:
            held.setdefault(s, []).append(n)
        sets.append(mine)
    return union((r[0] for r in rows), edges)


def by_index(rows: Rows) -> dict[str, str]:
    """The index of this repository."""
    from ingest.coding.stories import stories

    return stories((r[0], r[1], r[2]) for r in rows)


def child(*args: str) -> dict[str, float]:
    """The same program in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.coding", *args], cwd=ROOT, check=True, capture_output=True, text=True
    )
    out: dict[str, float] = json.loads(done.stdout)
    return out


def main() -> None:
    """Run everything and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", type=int, default=[10_000])
    parser.add_argument("--only", choices=("coder", "index"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.only:
        print(json.dumps(coder() if args.only == "coder" else index(args.sizes[0])))
        return
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    c = child("--only", "coder")
    print(f"coder      {c['per_s']:8,.0f} sentences/s   start {c['start_s']:.2f} s   peak {c['peak_mb']:.0f} MB")
    for size in args.sizes:
        i = child("--only", "index", "--sizes", str(size))
        print(
            f"stories    {i['per_s']:8,.0f} statements/s over {size:,}   peak {i['peak_mb']:.0f} MB   recall "
            f"{i['recall']:.2%}   false pairs {i['false']:.2%}   misplaced statements {i['misplaced']:.2%}"
        )
    b = batch(list(archive(4_000)), 300)
    print(f"a batch    of {b['rows']} statements beside {b['window']:,} stored rows: {b['seconds']:.2f} s")
    print("\nthe same rows by other means     recall   false pairs   time, as a multiple of the index's")
    for size, ways in ((300, (by_index, by_shingles, by_difflib)), (6_000, (by_index, by_shingles))):
        rows = list(archive(size, per_day=max(20, size // 30)))
        truth = {r[0]: r[3] for r in rows}
        own = 0.0
        for way in ways:
            start = time.process_time()
            made = way(rows)
            took = time.process_time() - start
            own = own or took
            t = told(truth, made)
            print(f"  {size:6,} {way.__name__:22} {t['recall']:8.2%} {t['false']:12.2%} {took / own:10.1f}")


if __name__ == "__main__":
    main()
