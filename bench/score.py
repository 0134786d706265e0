"""How well the statement coder does on labelled data, with a floor below each figure that it may not fall under.

    python -m bench.score [--gold FOLDER]

Prints one table and exits 1 where a figure is below its floor in bench/floors.csv (set, figure, floor, target; `target`
is what is asked of data that the coder was never tuned on). For extra, duplicates and events in documents without any,
less is better and the floor is the most allowed.

Our own labels (ingest/coding/labels) are in three sets: `first` and `second` have been tuned and learnt on; `blind`
never, so it alone tells what to expect of new statements. The sets of the gold folder (statements, event types,
commitments, actors; by default shared/gold beside the repository) are scored where they are, and were tuned on as well.
What a figure is stands in the docstring of the function that counts it.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ingest.coding import actor, event_type, project
from ingest.coding.cli import statements
from ingest.coding.rules import rules
from ingest.coding.tables import seed
from ingest.settings import REPOSITORY

Row = dict[str, Any]
Pairs = list[tuple[Row, Row]]
Figures = dict[str, float | None]  # None: there was nothing to measure

LABELS = REPOSITORY / "ingest" / "coding" / "labels"
GOLD = REPOSITORY.parent / "shared" / "gold"
FLOORS = REPOSITORY / "bench" / "floors.csv"
OWN = ("first", "second", "blind")
NEAR = 160  # characters between two spans that are still taken for the same place
LESS_IS_BETTER = frozenset({"extra per labelled event", "duplicates", "events in documents without any"})


def read(path: Path) -> list[Row]:
    """The objects of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def share(part: float, whole: float) -> float | None:
    """A share, or None of nothing."""
    return part / whole if whole else None


def prf(right: int, labelled: int, coded: int) -> tuple[float, float, float]:
    """Precision, recall and F1; 0 where they have no denominator."""
    precision = right / coded if coded else 0.0
    recall = right / labelled if labelled else 0.0
    return precision, recall, 2 * right / (labelled + coded) if right else 0.0


def overlap(pairs: Pairs, items: Callable[[Row], Iterable[object]]) -> float:
    """F1 of the items of the two sides of all pairs, counted together."""
    both = labelled = coded = 0
    for a, b in pairs:
        x, y = set(items(a)), set(items(b))
        both, labelled, coded = both + len(x & y), labelled + len(x), coded + len(y)
    return prf(both, labelled, coded)[2]


def macro(answers: Sequence[tuple[str, str | None]]) -> float | None:
    """The mean of the F1 of all classes that are labelled, of (labelled, answered)."""
    per = by_class(answers)
    return share(sum(prf(*per[c])[2] for c in per), len(per))


def by_class(answers: Sequence[tuple[str, str | None]]) -> dict[str, tuple[int, int, int]]:
    """Each labelled class -> (right, labelled, answered)."""
    right = Counter(a for a, b in answers if a == b)
    labelled, answered = Counter(a for a, _ in answers), Counter(b for _, b in answers)
    return {c: (right[c], labelled[c], answered[c]) for c in sorted(labelled)}


# --- whole statements -------------------------------------------------------------------------------------------------


def placed(text: str, row: Row, words: str) -> Row:
    """A labelled row with the span of its words, which must stand in the text."""
    at = text.find(words)
    if at < 0:
        raise ValueError(f"label is no substring of its text: {words!r}")
    return row | {"span": [at, at + len(words)]}


def near(a: Row, b: Row) -> bool:
    """Whether two spans overlap or have at most NEAR characters between them."""
    return bool(max(a["span"][0], b["span"][0]) - min(a["span"][1], b["span"][1]) <= NEAR)


def everybody(event: Row) -> set[str]:
    """All parties of an event, whatever their part."""
    return {*event["actors"], *event["recipients"]}


def share_party(a: Row, b: Row) -> bool:
    """Whether two events have a party in common, or neither has any."""
    return not everybody(a).isdisjoint(everybody(b)) or not (everybody(a) or everybody(b))


def lenient(a: Row, b: Row) -> bool:
    """The same type of event, near, with a party in common."""
    return bool(a["event_type"] == b["event_type"]) and near(a, b) and share_party(a, b)


def strict(a: Row, b: Row) -> bool:
    """As `lenient`, and the actors and the recipients are the same."""
    return lenient(a, b) and all(set(a[role]) == set(b[role]) for role in ("actors", "recipients"))


def any_type(a: Row, b: Row) -> bool:
    """Near, with a party in common, of whatever type."""
    return near(a, b) and bool(everybody(a) & everybody(b))


def promise(a: Row, b: Row) -> bool:
    """A commitment of the same kind, near."""
    return bool(a["kind"] == b["kind"]) and near(a, b)


def same_sum(a: Row, b: Row) -> bool:
    """The same highest amount in the same currency."""
    return bool(a["amount_max"] == b.get("amount_max") and a["currency"] == b.get("currency"))


def same_promise(a: Row, b: Row) -> bool:
    """As `promise`, by the same parties, about the same topic, with the same sum (or none)."""
    same_parties = set(a["committed_by"]) == set(b["committed_by"])
    return promise(a, b) and same_parties and a["topic"] == b["topic"] and same_sum(a, b)


def match(labelled: Sequence[Row], coded: Sequence[Row], same: Callable[[Row, Row], bool]) -> Pairs:
    """Each labelled row, in its order, with the nearest coded row that is the same and not yet taken."""
    left = list(coded)
    out = []
    for a in labelled:
        fitting = [(abs(a["span"][0] - b["span"][0]), i) for i, b in enumerate(left) if same(a, b)]
        if fitting:
            out.append((a, left.pop(min(fitting)[1])))
    return out


def nearest(labelled: Sequence[Row], coded: Sequence[Row], same: Callable[[Row, Row], bool]) -> Pairs:
    """Pairs of labelled and coded rows that are the same, the nearest pair first; each row stands in one at most."""
    fitting = sorted(
        (abs(a["span"][0] - b["span"][0]), i, j)
        for i, a in enumerate(labelled)
        for j, b in enumerate(coded)
        if same(a, b)
    )
    mine: set[int] = set()
    theirs: set[int] = set()
    out = []
    for _, i, j in fitting:
        if i not in mine and j not in theirs:
            mine.add(i)
            theirs.add(j)
            out.append((labelled[i], coded[j]))
    return out


def repeated(events: Iterable[Row]) -> int:
    """Events that stand twice: type, parties, flags and span are those of an earlier one."""
    seen = Counter(
        (e["event_type"], *(tuple(sorted(e.get(k, ()))) for k in ("actors", "recipients", "flags")), tuple(e["span"]))
        for e in events
    )
    return sum(n - 1 for n in seen.values())


def slices(text: str, row: Row, words: str) -> bool:
    """Whether the span of a coded row gives its words, and these are not empty."""
    start, end = row["span"]
    return bool(words) and text[start:end] == words


def whole(labelled: Sequence[Row], coded: Sequence[Row]) -> tuple[Figures, Counter[tuple[str, str]]]:
    """The figures of one set of whole statements, and ("right", "labelled" or "coded", type) -> how many events.

    `labelled` are statements in the form of the labels, `coded` the coder's rows for them, joined by doc_id. Events and
    commitments, lenient and strict: see the functions of these names (`promise` and `same_promise` for commitments).

    extra                     coded events that match no label (leniently), per labelled event
    duplicates                coded events that repeat another in all fields and the span
    ... without any           coded events in statements whose labels have none
    parties, flags, topics    F1 over the leniently matched events; a party counts with its part, actor or recipient
    quad class                share of the events that match by place and party, whatever their type, with the same one
    amount and currency       share of the leniently matched commitments that are labelled with a sum
    spans                     share of all coded rows whose span gives their words
    """
    answers = {row["doc_id"]: row for row in coded}
    n: Counter[str] = Counter()
    types: Counter[tuple[str, str]] = Counter()
    loose: Pairs = []
    quads: Pairs = []
    promises: Pairs = []
    for row in labelled:
        text = row["text"]
        answer = answers.get(row["doc_id"], {"events": [], "commitments": []})
        events = [placed(text, e, e["trigger"]) for e in row["events"]]
        pledged = [placed(text, c, c["evidence"]) for c in row["commitments"]]
        found, given = answer["events"], answer["commitments"]
        n.update(events=len(events), found=len(found), pledged=len(pledged), given=len(given))
        n["noise"] += 0 if events else len(found)
        n["repeated"] += repeated(found)
        n["sliced"] += sum(slices(text, e, e["trigger"]) for e in found)
        n["sliced"] += sum(slices(text, c, c["evidence"]) for c in given)
        n["strict"] += len(match(events, found, strict))
        n["same"] += len(match(pledged, given, same_promise))
        matched = match(events, found, lenient)
        loose += matched
        quads += nearest(events, found, any_type)
        promises += match(pledged, given, promise)
        for kind, rows in (("right", [a for a, _ in matched]), ("labelled", events), ("coded", found)):
            types.update((kind, e["event_type"]) for e in rows)
    quad = {name: q for name, (_, q, _) in rules()[1].items()}
    sums = [same_sum(a, b) for a, b in promises if a["amount_max"] is not None]
    out: Figures = {"statements": len(labelled), "events labelled": n["events"], "events coded": n["found"]}
    out |= named("events lenient", len(loose), n["events"], n["found"])
    out |= named("events strict", n["strict"], n["events"], n["found"])
    out["extra per labelled event"] = (n["found"] - len(loose)) / max(1, n["events"])
    out["duplicates"] = n["repeated"]
    out["events in documents without any"] = n["noise"]
    out["parties F1"] = overlap(loose, lambda e: [(role, p) for role in ("actors", "recipients") for p in e[role]])
    out["quad class accuracy"] = share(
        sum(quad[a["event_type"]] == quad[b["event_type"]] for a, b in quads), len(quads)
    )
    out["flags F1"] = overlap(loose, lambda e: e.get("flags", ()))
    out["topics F1"] = overlap(loose, lambda e: e.get("topics", ()))
    out |= {"commitments labelled": n["pledged"], "commitments coded": n["given"]}
    out |= named("commitments lenient", len(promises), n["pledged"], n["given"])
    out |= named("commitments strict", n["same"], n["pledged"], n["given"])
    out["amount and currency of matched"] = share(sum(sums), len(sums))
    out["spans that give their words"] = share(n["sliced"], n["found"] + n["given"])
    return out, types


def named(name: str, right: int, labelled: int, coded: int) -> Figures:
    """Precision, recall and F1 under a name."""
    return {f"{name} {k}": v for k, v in zip(("P", "R", "F1"), prf(right, labelled, coded), strict=True)}


def coder(labelled: Sequence[Row]) -> list[Row]:
    """What the coder says of labelled statements; it sees no label."""
    fields = ("doc_id", "date", "outlet", "text")
    return list(statements(json.dumps({k: row[k] for k in fields if k in row}) for row in labelled))


# --- the small tasks --------------------------------------------------------------------------------------------------


def event_types(rows: Sequence[Row]) -> tuple[Figures, list[tuple[str, str | None]]]:
    """Sentence, source and target -> event type: accuracy, the mean F1 of the types, accuracy of the quad class.

    The labels' YIELD is the codebook's CONCEDE. Also gives (labelled, answered) of each row.
    """
    quad = {name: q for name, (_, q, _) in rules()[1].items()}
    pairs: list[tuple[str, str | None]] = []
    right = 0
    for row in rows:
        told: Row = event_type.answer(row)
        wanted = "CONCEDE" if row["event_type"] == "YIELD" else row["event_type"]
        pairs.append((wanted, told["event_type"]))
        right += quad[wanted] == told["quad_class"]
    out: Figures = {
        "sentences": len(rows),
        "accuracy": share(sum(a == b for a, b in pairs), len(pairs)),
        "macro-F1": macro(pairs),
        "quad class accuracy": share(right, len(rows)),
    }
    return out, pairs


FLOWS = {
    "Grant": "grant",
    "Loan (excluding debt rescheduling)": "loan",
    "Export credits": "export_credit",
    "Strategic/Supplier Credit": "export_credit",
    "Debt forgiveness": "debt_relief",
    "Debt rescheduling": "debt_relief",
    "Free-standing technical assistance": "technical_assistance",
    "Scholarships/training in the donor country": "technical_assistance",
    "Joint Venture with Recipient": "investment",
    "Vague TBD": "none",
}


def commitments(rows: Sequence[Row]) -> Figures:
    """An aid project's title and description -> sum, parties, instrument (AidData's records).

    AidData's flow is read as in FLOWS, by the conventions of ingest.coding.project: supplier's credits are export
    credits, gifts in kind are grants, money without terms is `none`. Its currency "D" is the Namibian dollar.
    Recipients count where the record has exactly one state: `found`, the state is among those answered; `first`, it is
    the first of them. Instruments: the mean F1 of those that are labelled, and accuracy.
    """
    n: Counter[str] = Counter()
    instruments: list[tuple[str, str | None]] = []
    for row in rows:
        told: Row = project.answer({"id": row["project_id"], "title": row["title"], "description": row["description"]})
        amount = told["amount"] == row["amount"]
        n["amount"] += amount
        n["currency"] += amount and told["currency"] == ("NAD" if row["currency"] == "D" else row["currency"])
        n["donor"] += told["donor"] == row["donor"]
        wanted = row["recipient_iso3"]
        if isinstance(wanted, str) and len(wanted) == 3:
            n["states"] += 1
            n["found"] += wanted in told["recipient"]
            n["first"] += told["recipient"][:1] == [wanted]
        instruments.append((FLOWS[row["flow"]], told["instrument"]))
    return {
        "projects": len(rows),
        "amount": share(n["amount"], len(rows)),
        "amount and currency": share(n["currency"], len(rows)),
        "recipient found": share(n["found"], n["states"]),
        "recipient first": share(n["first"], n["states"]),
        "donor": share(n["donor"], len(rows)),
        "instrument macro-F1": macro(instruments),
        "instrument accuracy": share(sum(a == b for a, b in instruments), len(rows)),
    }


MISSPELT = {"ITL": "ITA", "VTN": "VNM"}
NO_STATE = frozenset({"IGO", "NGO", "NGM", "IMG", "ISM", "MNC", ""})
SECTORS: dict[str, str | None] = {
    **dict.fromkeys(("REB", "PTY"), "OPP"),  # rebels, parties
    **dict.fromkeys(("LAB", "AGR", "JRN", "CIV", "MOS", "SOC"), "CVL"),  # workers, farmers, reporters, believers
    **dict.fromkeys(("UAF", "CRM"), "UNK"),  # armed men of whom no more is known, criminals
    "ELI": None,  # an elite is no sector
}


def right_country(code: str, told: Mapping[str, Any]) -> bool:
    """Whether the answer's country is that of PLOVER's `code`.

    Codes of no state (IGO, NGO, armed and other movements, companies, an empty one) want anything but a state; an IGO
    also wants its name (an organisation's acronym as country) or its sector.
    """
    if code not in NO_STATE:
        return bool(told["country"] == MISSPELT.get(code, code))
    states = {row["country_id"] for row in seed("countries")}
    named_or_sorted = told["country"] is not None or told["sector"] in ("IGO", "NGO")
    return told["country"] not in states and (code != "IGO" or named_or_sorted)


def right_sector(code: str, sector: str | None, told: Mapping[str, Any]) -> bool:
    """Whether the answer's sector is PLOVER's, read into the codebook's by SECTORS.

    Only the first three letters count: what follows is an ethnic or religious group. "***" is satisfied by anything. An
    IGO or NGO without a sector is one by its code, and an NGO will do for an IGO.
    """
    if sector == "***" or (code == "IGO" and told["sector"] in ("IGO", "NGO")):
        return True
    if not sector:
        return bool(told["sector"] == (code if code in ("IGO", "NGO") else None))
    return bool(told["sector"] == SECTORS.get(sector[:3], sector[:3]))


def actors(rows: Sequence[Row]) -> Figures:
    """Each actor phrase of PLOVER's records -> country, and country and sector both (see the functions of their names).

    The records have no dates, so persons in office are not looked up by day.
    """
    country = both = n = 0
    for row in rows:
        for a in (*row["actor"], *row["recipient"]):
            told = actor.answer({"id": row["id"], "phrase": a["text"], "date": None})
            ok = right_country(a["code"], told)
            n, country, both = n + 1, country + ok, both + (ok and right_sector(a["code"], a["sector"], told))
    return {"phrases": n, "country": share(country, n), "country and sector": share(both, n)}


# --- floors and the table ---------------------------------------------------------------------------------------------


def floors(path: Path) -> dict[tuple[str, str], tuple[float, float | None]]:
    """(set, figure) -> (floor, target or None)."""
    with path.open(encoding="utf-8", newline="") as f:
        return {
            (r["set"], r["figure"]): (float(r["floor"]), float(r["target"]) if r["target"] else None)
            for r in csv.DictReader(f)
        }


def reaches(figure: str, value: float, bound: float) -> bool:
    """Whether a value is as good as a floor or target."""
    return value <= bound if figure in LESS_IS_BETTER else value >= bound


def below(measured: Mapping[str, Figures], bounds: Mapping[tuple[str, str], tuple[float, float | None]]) -> list[str]:
    """What is not as good as its floor, in words; sets that were not measured do not count."""
    out = []
    for (name, figure), (floor, _) in bounds.items():
        if name in measured:
            value = measured[name].get(figure)
            if value is None:
                out.append(f"{name}: {figure} has a floor but was not measured")
            elif not reaches(figure, value, floor):
                most = "the most allowed is" if figure in LESS_IS_BETTER else "the floor is"
                out.append(f"{name}: {figure} is {written(value)}, {most} {floor:g}")
    return out


def written(value: float | None) -> str:
    """A number as it stands in the table."""
    return "-" if value is None else str(value) if isinstance(value, int) else f"{value:.3f}"


def lines(
    title: str, measured: Mapping[str, Figures], bounds: Mapping[tuple[str, str], tuple[float, float | None]]
) -> list[str]:
    """A table of some sets: a row per figure, a column per set, the target and where it is not reached."""
    out = ["", f"{title:36}" + "".join(f"{name:>12}" for name in measured) + f"{'target':>9}"]
    for figure in next(iter(measured.values())):
        asked: float | None = None
        missed = []
        for name, figures in measured.items():
            value, target = figures[figure], bounds.get((name, figure), (0.0, None))[1]
            if target is not None:
                asked = target
                if value is None or not reaches(figure, value, target):
                    missed.append(name)
        cells = "".join(f"{written(figures[figure]):>12}" for figures in measured.values())
        target_cell = "" if asked is None else f"{asked:g}"
        note = f"  MISSED: {', '.join(missed)}" if missed else ""
        out.append(f"  {figure:34}{cells}{target_cell:>9}{note}".rstrip())
    return out


def per_type(title: str, counts: Mapping[str, tuple[int, int, int]]) -> list[str]:
    """A table of precision, recall and F1 per event type, of (right, labelled, coded)."""
    out = ["", f"{title:36}{'labelled':>12}{'coded':>12}{'P':>9}{'R':>9}{'F1':>9}"]
    for name, n in sorted(counts.items()):
        out.append(f"  {name:34}{n[1]:12}{n[2]:12}" + "".join(f"{v:9.3f}" for v in prf(*n)))
    return out


def main(argv: list[str]) -> int:
    """Score everything that is there and print it; 1 where a figure is below its floor."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, metavar="FOLDER", help="default: shared/gold beside the repository")
    parser.add_argument("--floors", type=Path, default=FLOORS, metavar="FILE", help="default: bench/floors.csv")
    args = parser.parse_args(argv)
    if args.gold and not args.gold.is_dir():
        parser.error(f"there is no folder {args.gold}")
    gold = args.gold or GOLD
    bounds = floors(args.floors)
    absent = []

    def rows_of(name: str) -> list[Row]:
        path = gold / f"{name}.jsonl"
        if not path.is_file():
            absent.append(path.name)
            return []
        return read(path)

    sets = {name: read(LABELS / f"{name}.jsonl") for name in OWN} | {"gold": rows_of("statements")}
    measured: dict[str, Figures] = {}
    types: Counter[tuple[str, str]] = Counter()
    for name, rows in sets.items():
        if rows:
            measured[name], counts = whole(rows, coder(rows))
            types += counts if name in OWN else Counter()
    print(
        "`blind` is never tuned or learnt on: read what to expect of new statements there. `first`, `second` and all of"
    )
    print("the gold folder have been tuned on. MISSED: the target is not reached in these sets.")
    print(*lines("Whole statements", measured, bounds), sep="\n")
    own = {t: (types["right", t], types["labelled", t], types["coded", t]) for _, t in types}
    print(*per_type(f"Events per type ({', '.join(OWN)})", own), sep="\n")
    if rows := rows_of("event_types"):
        measured["event_types"], pairs = event_types(rows)
        print(*lines("Event type of a sentence", {"event_types": measured["event_types"]}, bounds), sep="\n")
        print(*per_type("Event type of a sentence, per type", by_class(pairs)), sep="\n")
    if rows := rows_of("commitments"):
        measured["commitments"] = commitments(rows)
        print(*lines("Commitment of an aid project", {"commitments": measured["commitments"]}, bounds), sep="\n")
    if rows := rows_of("plover_records"):
        measured["actors"] = actors(rows)
        print(*lines("Actor phrase", {"actors": measured["actors"]}, bounds), sep="\n")
    if absent:
        print(f"\nskipped, because the gold folder does not have them: {', '.join(absent)}")
    failed = below(measured, bounds)
    print("\nBELOW THE FLOOR" if failed else "\nno figure is below its floor", *failed, sep="\n  ")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
