# One image for every part of Airflow and for dbt; the environment is the locked one, hashes checked.
FROM python:3.12-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    PYTHONPATH=/opt/entente \
    PATH=/opt/entente/.venv/bin:$PATH \
    AIRFLOW_HOME=/opt/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/entente/dags \
    AIRFLOW__CORE__LOAD_EXAMPLES=False \
    AIRFLOW__USAGE_DATA_COLLECTION__ENABLED=False \
    AIRFLOW__COSMOS__ENABLE_TELEMETRY=False \
    DBT_SEND_ANONYMOUS_USAGE_STATS=false \
    ENTENTE_HOME=/data

RUN useradd --create-home --uid 50000 entente \
    && install -d -o entente -g entente /opt/entente /opt/airflow /data
USER entente
WORKDIR /opt/entente

COPY --chown=entente requirements.lock ./
COPY --chown=entente tools ./tools
RUN PYTHON=python3 sh tools/setup.sh && .venv/bin/uv cache clean --quiet && rm -rf ~/.cache

COPY --chown=entente . .
# the DAG takes its tasks from dbt's manifest
RUN dbt parse --quiet --project-dir dbt_project --profiles-dir dbt_project

VOLUME ["/data", "/opt/airflow"]
CMD ["airflow", "version"]
