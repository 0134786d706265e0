"""When anything lands: wait until no source is landing, build and test with dbt, publish.

One dbt process builds the whole project, because DuckDB takes one writer; Cosmos' watcher shows each model as a
task all the same. Readers are never in the way: they see `published/current` only.
"""

from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import DAG, Asset, Param, PokeReturnValue, task
from cosmos import DbtTaskGroup, ExecutionConfig, ProfileConfig, ProjectConfig, RenderConfig
from cosmos.constants import ExecutionMode, InvocationMode, LoadMode, SeedRenderingBehavior, TestBehavior

from ingest import settings, warehouse
from ingest.source import discover

SOURCES = discover()
PROJECT = settings.REPOSITORY / "dbt_project"

with DAG(
    dag_id="warehouse",
    description="Build, test and publish the marts when anything has landed",
    doc_md=__doc__,
    schedule=[Asset("landing", uri="entente://landing")],
    start_date=datetime(2015, 1, 1),
    catchup=False,
    max_active_runs=1,
    params={"rebuild": Param(False, type="boolean", description="build even where nothing new has landed")},
    tags=["warehouse"],
    default_args={"retries": 0},
) as dag:

    @task.sensor(poke_interval=2, timeout=600, mode="poke")
    def settle(ti: Any = None) -> PokeReturnValue:
        """Wait while sources are landing, so that what arrives together is built once."""
        running = [key for key in SOURCES if ti.get_dr_count(key, states=["queued", "running"])]
        return PokeReturnValue(is_done=not running)

    @task.short_circuit
    def anything_new(params: Any = None) -> bool:
        """Skip the build where the landing, the models and the seeds are those of the last one."""
        warehouse.prepare()
        return bool(params["rebuild"]) or warehouse.is_stale()

    dbt = DbtTaskGroup(
        group_id="dbt",
        project_config=ProjectConfig(
            PROJECT, manifest_path=PROJECT / "target" / "manifest.json", install_dbt_deps=False, project_name="entente"
        ),
        profile_config=ProfileConfig("entente", "local", profiles_yml_filepath=PROJECT / "profiles.yml"),
        render_config=RenderConfig(
            load_method=LoadMode.DBT_MANIFEST,
            test_behavior=TestBehavior.AFTER_ALL,
            seed_rendering_behavior=SeedRenderingBehavior.NONE,  # dbt loads them first; as tasks they hide the models
        ),
        execution_config=ExecutionConfig(
            execution_mode=ExecutionMode.WATCHER, invocation_mode=InvocationMode.DBT_RUNNER
        ),
        # not deferrable: a trigger that fires at once races with the scheduler's own end of the first half, and loses
        operator_args={"deferrable": False, "poke_interval": 1, "execution_timeout": timedelta(hours=2)},
    )

    @task(outlets=[Asset("published", uri="entente://published/current")], trigger_rule="none_failed_min_one_success")
    def publish() -> dict[str, Any]:
        """Copy the marts out, write the page and the manifest, flip `published/current`."""
        return warehouse.publish_built()

    settle() >> anything_new() >> dbt >> publish()
