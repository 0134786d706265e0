"""The review DAG: which forms it makes of a publication, and what becomes of answers, without a scheduler."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ingest import review
from tests.unit.test_review import EVENT, publish

DAGS = Path(__file__).resolve().parents[2] / "dags"
READ = f"""
import json, runpy
from datetime import datetime, timezone
made = runpy.run_path({str(DAGS / "review.py")!r})
dag, Form, review = made["dag"], made["ReviewForm"], made["review"]
form = Form(task_id="ask", item=json.loads({json.dumps(EVENT)!r}))
"""
SHOW = """
assets = [asset.name for asset in dag.timetable.asset_condition.objects]
answer([assets, form.options, form.defaults, form.template_fields, form.response_timeout.days, form.body,
        form.serialized_params])
"""
ANSWER = """
said = []
fields = {name: field["value"] for name, field in review.fields(form.item).items()}
for option, changed in (("Leave", {}), ("Correct", {"actors": ["XYZ"]}), ("Correct", {"flags": ["future"]})):
    event = {"chosen_options": [option], "params_input": fields | changed,
             "responded_by_user": {"id": "1", "name": "Ann"},
             "responded_at": datetime(2026, 3, 1, tzinfo=timezone.utc)}
    try:
        said.append(Form(task_id="ask", item=form.item).execute_complete({}, event))
    except Exception as error:
        said.append(str(error))
answer(said)
"""
RUN = """
run = dag.test()
answer([str(run.state), {ti.task_id: str(ti.state) for ti in run.get_task_instances()}])
"""


def test_a_publication_starts_it_and_an_item_of_the_queue_is_a_form_without_templates(
    in_airflow: Callable[..., Any],
) -> None:
    assets, options, defaults, templates, days, body, params = in_airflow(READ + SHOW)
    assert assets == ["published"]
    assert options == ["Accept", "Reject", "Correct", "Leave"]
    assert (defaults, days) == (["Leave"], 7), "who answers nothing decides nothing, and no task fails for it"
    assert templates == [] and "1/0" in body
    assert params["actors"]["value"] == ["KGZ", "RUS"] and "XYZ" not in params["actors"]["schema"]["items"]["enum"]


def test_an_answer_is_kept_at_once_as_a_decision_of_who_gave_it_and_what_is_left_or_wrong_is_not(
    in_airflow: Callable[..., Any], tmp_path: Path
) -> None:
    left, wrong, name = in_airflow(READ + ANSWER)
    assert left == "" and "XYZ" in wrong
    [path] = (tmp_path / "home" / "review").glob("*")
    assert path.name == name
    assert review.check(path) == (1, [])
    assert path.read_text().splitlines()[1].startswith("correct,Ann,2026-03-01,")


def test_an_empty_queue_asks_nobody(in_airflow: Callable[..., Any], tmp_path: Path) -> None:
    publish(tmp_path / "home", [])
    state, tasks = in_airflow(READ + RUN)
    assert state == "success" and set(tasks.values()) == {"skipped"}, tasks
