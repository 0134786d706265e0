# make run [DATA=folder] [PORT=8080]   everything on this machine, on the sample or on your files
# make test                            lint, types, unit, warehouse, Airflow, browser; below 10 minutes
# make score                           how well the statement coder does on labelled data; fails below bench/floors.csv
PORT ?= 8080
PY = .venv/bin/python

.PHONY: run test lint score lock clean

run: .venv/ready
	@$(PY) -m ingest up --port $(PORT) $(if $(DATA),--data "$(DATA)")

test: .venv/ready lint
	@$(PY) -m pytest -n 3 --dist loadfile --no-loadscope-reorder

lint: .venv/ready
	@$(PY) -m ruff check --quiet .
	@$(PY) -m ruff format --check --quiet .
	@$(PY) -m mypy
	@$(PY) -m sqlfluff lint --processes 2 --disable-progress-bar dbt_project/models dbt_project/tests

score: .venv/ready
	@$(PY) -m bench.score

.venv/ready: requirements.lock tools/setup.sh
	@sh tools/setup.sh

lock:
	@.venv/bin/uv pip compile -q pyproject.toml --extra dev --universal --python-version 3.11 \
	    --generate-hashes --no-header --no-emit-find-links -o requirements.lock

clean:
	rm -rf .venv var published dbt_project/target dbt_project/logs
