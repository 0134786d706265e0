"""What the coder is not sure of, as forms for a person: Required Actions in the UI. Starts with each publication.

Reads the queue from `published/current`, asks about its first items, one form each, and keeps each answer as it comes.
When all are answered, or left, the decisions land and the warehouse is built again; what is answered of a run that is
still open lands with the daily look of `review_decisions`. A form that nobody answers in a week leaves its
item in the queue.

One run at a time, so that nothing is asked twice; of the runs that wait behind it the last one asks. Forms take no
worker slot and hold up no build. To be asked more at once, answer or leave the open ones and trigger with `how_many`.
"""

from datetime import datetime, timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG, Asset, Param, task
from airflow.sdk.exceptions import AirflowSkipException

from ingest import review

PATIENCE = timedelta(days=7)


class ReviewForm(HITLOperator):
    """The form of one item. Nothing in it is a template: the texts are other people's."""

    template_fields = ()

    def __init__(self, *, item: dict[str, Any], **given: Any) -> None:
        params = {
            name: Param(field["value"], description=field["description"], schema=field["schema"])
            for name, field in review.fields(item).items()
        }
        shown = {"subject": review.subject(item), "body": review.body(item), "params": params}
        super().__init__(**given | shown, options=review.OPTIONS, defaults=review.LEAVE, response_timeout=PATIENCE)
        self.item = item

    def execute_complete(self, context: Any, event: dict[str, Any]) -> str:
        """Keep the answer; an empty name where the item was left."""
        answer = super().execute_complete(context, event)
        reviewer = (answer["responded_by_user"] or {}).get("name") or "nobody"
        option = answer["chosen_options"][0]
        return review.keep(self.item, option, answer["params_input"], reviewer, answer["responded_at"])


with DAG(
    dag_id="review",
    description="Ask a person about what the coder is not sure of",
    doc_md=__doc__,
    schedule=[Asset("published", uri="entente://published/current")],
    start_date=datetime(2015, 1, 1),
    catchup=False,
    max_active_runs=1,
    params={"how_many": Param(10, type="integer", minimum=1, maximum=200, description="forms at once")},
    tags=["review"],
    default_args={"retries": 0},
) as dag:

    @task
    def queue(params: Any = None, ti: Any = None) -> list[dict[str, Any]]:
        """The least certain items; skipped where there is none, or where a later run waits behind this one."""
        if ti.get_dr_count("review", states=["queued"]):
            raise AirflowSkipException("a later run waits and will ask")
        items = review.queue(params["how_many"])
        if not items:
            raise AirflowSkipException("nothing to review")
        return items

    @task(trigger_rule="all_done")
    def decided(kept: Any) -> int:
        """How many answers were kept; skipped where none was."""
        names = [name for name in kept or [] if name]
        if not names:
            raise AirflowSkipException("nothing was decided")
        return len(names)

    asked = ReviewForm.partial(task_id="ask").expand(item=queue())
    land = TriggerDagRunOperator(task_id="land", trigger_dag_id="review_decisions")

    decided(asked.output) >> land
