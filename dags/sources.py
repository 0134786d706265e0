"""One DAG per source module below ingest/sources/: find what there is, land it, code it where it is text.

A new source needs no line here. A bad file stops neither the other files nor the other sources: what landed is
announced to the warehouse, and then `check` turns the run red and says which file, why, and what mends it.
"""

from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import (
    DAG,
    Asset,
    Connection,
    CronDataIntervalTimetable,
    ExceptionRetryPolicy,
    Param,
    RetryAction,
    RetryRule,
    get_parsing_context,
    task,
)
from airflow.sdk.exceptions import AirflowFailException, AirflowNotFoundException, AirflowSkipException

from ingest import errors, pipeline, settings
from ingest.settings import Login
from ingest.source import Access, Module, describe, discover

RETRIES = ExceptionRetryPolicy(
    rules=[RetryRule(errors.TryAgain, RetryAction.RETRY), RetryRule(errors.EntenteError, RetryAction.FAIL)]
)
# What the warehouse waits for. That it waits for one asset and not for each source's own, on which other DAGs may hang,
# is because every process that runs one of its tasks hashes its assets anew for each of its edges.
LANDING = Asset("landing", uri="entente://landing")
DAY = Param(None, type=["null", "string"], format="date")
PARAMS = {
    "from": DAY,  # both empty: everything that there is
    "to": DAY,
}


def login(access: Access | None, batch: list[dict[str, Any]]) -> Login | None:
    """What Airflow knows of the publisher's connection, wherever it keeps it; it never leaves the task's process."""
    if access is None or all(item["is_local"] for item in batch):
        return None
    try:
        known = Connection.get(access.connection)
    except AirflowNotFoundException:
        return None
    return Login(known.login or "", known.password or "")


def source_dag(module: Module) -> DAG:
    source = module.source
    with DAG(
        dag_id=source.key,
        dag_display_name=source.title,
        description=module.doc.split("\n")[0],
        doc_md=describe(module),
        schedule=CronDataIntervalTimetable(source.cadence, timezone="UTC"),
        start_date=datetime.combine(source.covers_from or datetime(2015, 1, 1), datetime.min.time()),
        catchup=False,
        max_active_runs=1,
        params=PARAMS,
        tags=[source.domain, source.table],
        default_args={"retries": 3, "retry_delay": timedelta(minutes=2), "retry_policy": RETRIES},
    ) as dag:

        @task
        def find(params: Any = None, dag_run: Any = None) -> list[list[dict[str, Any]]]:
            """List the files of the window: the form's dates, the interval of a schedule or backfill, or everything.

            A schedule looks at a user's folder as a whole: old files may be put there on any day.
            """
            start, end = params["from"], params["to"]
            by_interval = ("backfill",) if settings.input_folder() else ("backfill", "scheduled")
            if dag_run.run_type in by_interval:
                start, end = dag_run.data_interval_start.isoformat(), dag_run.data_interval_end.isoformat()
            try:
                return pipeline.find(source.key, pipeline.window(start, end, source.look_back_days))
            except errors.NothingGiven as nothing:
                raise AirflowSkipException(str(nothing)) from None

        @task(max_active_tis_per_dagrun=2)
        def land(batch: list[dict[str, Any]]) -> dict[str, Any]:
            """Keep the raw bytes, check the rows, write Parquet and receipts."""
            return pipeline.land(source.key, batch, login(source.access, batch))

        @task(trigger_rule="all_done")
        def code() -> dict[str, Any]:
            """Code what landed: events and commitments, with their evidence."""
            return pipeline.code(source.key)

        @task(trigger_rule="all_done", outlets=[LANDING, Asset(source.key, uri=f"entente://landing/{source.key}")])
        def announce(landed: Any, coded: Any = None) -> dict[str, Any]:
            """Tell the warehouse that something new has landed; skipped where nothing has."""
            total = pipeline.summary(source.key, landed or [])
            if not total["new"] and not (coded or {}).get("new"):
                raise AirflowSkipException(f"nothing new among {total['files']} files. {pipeline.remainder(total)}")
            return total

        @task(trigger_rule="none_failed")
        def check(landed: Any) -> None:
            """Fail, visibly, where files were rejected; say where files wait for a publisher's credits."""
            total = pipeline.summary(source.key, landed or [])
            if remainder := pipeline.remainder(total):
                print(remainder)
            if complaint := pipeline.complaint(total):
                raise AirflowFailException(complaint)

        landed = land.expand(batch=find())
        checked = check(landed)
        if source.table == "statements":
            coded = code()
            landed >> coded >> announce(landed, coded) >> checked
            coded >> checked
        else:
            landed >> announce(landed) >> checked
    return dag


asked_for = get_parsing_context().dag_id  # a task's process needs its own DAG and none of the others
for found in discover().values():
    if asked_for in (None, found.source.key):
        globals()[found.source.key] = source_dag(found)
