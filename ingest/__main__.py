"""The command line: the same steps as the DAGs, by hand.

entente list                             the sources and what has landed of each
entente fetch KEY [--from DAY --to DAY]  find, land and, for statements, code
entente code FILE...                     code texts and print JSON lines (see entente code --help)
entente build                            dbt build over the landing
entente publish                          publish the marts that were built
entente review --export QUEUE.csv        what a person should look at, to be filled in (docs/OPERATIONS.md)
entente review --check FILE.csv          whether the decisions in it are fit to land, and what mends those that are not
entente trace MART DYAD PERIOD           from a cell of a mart to the raw rows and characters
entente up [--data FOLDER]               Airflow with everything, until Ctrl-C (what `make run` calls)
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ingest import landing, pipeline, settings, source
from ingest.errors import EntenteError, NothingGiven


def _list() -> None:
    store = landing.store()
    print(f"home {settings.home()}, landing {store.url}")
    for key, module in source.discover().items():
        made = list(landing.receipts(store, key))
        landed = sum(r.rows_landed for r in made)
        held = sum(r.rows_quarantined for r in made)
        rejected = sum(r.status == "rejected" for r in made)
        print(
            f"{module.source.domain:<11} {key:<24} {len(made):>5} files {landed:>10,} rows"
            f" {held:>6,} quarantined {rejected:>3} files rejected  {module.source.title}"
        )


def _fetch(key: str, start: str | None, end: str | None) -> int:
    batches = pipeline.find(key, pipeline.window(start, end))
    total = pipeline.summary(key, [pipeline.land(key, batch) for batch in batches])
    print(f"{key}: {total['files']} files, {total['new']} new, {total['rows']:,} rows, {total['quarantined']:,} bad")
    if source.get(key).source.table == "statements":
        coded = pipeline.code(key)
        print(f"{key}: {coded['events']:,} events, {coded['commitments']:,} commitments")
    print(pipeline.remainder(total), end="\n" if total["left"] else "")
    if complaint := pipeline.complaint(total):
        print(complaint, file=sys.stderr)
    return int(bool(complaint))


def _review(export: Path | None, check: Path | None) -> int:
    from ingest import review

    if export:
        print(f"{review.export(export)} to decide on, in {export}: fill in verdict, reviewer and decided_on")
    if not check:
        return 0
    good, wrong = review.check(check)
    print(f"{good} decisions are fit to land, {len(wrong)} are not")
    print("\n".join(wrong), end="\n" if wrong else "", file=sys.stderr)
    return int(bool(wrong))


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 done, 1 done in part, 2 not done."""
    given = sys.argv[1:] if arguments is None else arguments
    if given[:1] == ["code"]:
        from ingest.coding.cli import main as code

        return code(given[1:])
    parser = argparse.ArgumentParser(
        "entente", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("list")
    fetch = commands.add_parser("fetch")
    fetch.add_argument("key")
    fetch.add_argument("--from", dest="start")
    fetch.add_argument("--to", dest="end")
    commands.add_parser("code")
    commands.add_parser("build")
    commands.add_parser("publish")
    commands.add_parser("docs")
    review = commands.add_parser("review")
    asks = review.add_mutually_exclusive_group(required=True)
    asks.add_argument("--export", type=Path, metavar="FILE")
    asks.add_argument("--check", type=Path, metavar="FILE")
    trace = commands.add_parser("trace")
    trace.add_argument("mart")
    trace.add_argument("dyad")
    trace.add_argument("period")
    up = commands.add_parser("up")
    up.add_argument("--data")
    up.add_argument("--port", type=int, default=8080)
    up.add_argument("--once", action="store_true", help="stop when everything has run, without waiting for Ctrl-C")
    asked = parser.parse_args(given)
    try:
        if asked.command == "list":
            _list()
        elif asked.command == "fetch":
            return _fetch(asked.key, asked.start, asked.end)
        elif asked.command == "build":
            from ingest import warehouse

            warehouse.build()
        elif asked.command == "publish":
            from ingest import warehouse

            done = warehouse.publish_built()
            print(done["folder"] if done["is_new"] else f"{done['folder']} (as before: the marts are the same)")
        elif asked.command == "docs":
            from ingest import docs

            docs.write()
        elif asked.command == "review":
            return _review(asked.export, asked.check)
        elif asked.command == "trace":
            from ingest.trace import trace as follow

            print(follow(asked.mart, asked.dyad, asked.period))
        elif asked.command == "up":
            from ingest.up import up as start

            return start(asked.data, port=asked.port, once=asked.once)
    except NothingGiven as nothing:  # a user who has files of some sources is told, and has done nothing wrong
        print(nothing, file=sys.stderr)
        return 0
    except EntenteError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
