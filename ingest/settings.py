"""Where things are: one home folder per warehouse, set by environment variables and by nothing else.

ENTENTE_HOME       the warehouse's home (default: var/sample below the repository)
ENTENTE_LANDING    the landing, a path or any fsspec URL such as s3://bucket/landing (default: HOME/landing)
ENTENTE_CODER      package.module:factory of a coder of the user's own, beside the rules (default: none)
ENTENTE_INPUT      a folder of the user's own files, DOMAIN/SOURCE_KEY/FILES; unset: sources fetch from their publishers
ENTENTE_OFFICE_HOLDERS
                   a CSV file name, office, state, valid_from, valid_to, source that replaces the statement coder's own
                   (ingest/coding/lexicon/office_holders.csv)
AIRFLOW_CONN_<ID>  the login of a publisher that asks for one, as Airflow writes it, JSON or URI; in Airflow any place
                   where it keeps connections will do
"""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ingest.errors import InputMissing

REPOSITORY = Path(__file__).resolve().parent.parent
SEEDS = REPOSITORY / "dbt_project" / "seeds"
SAMPLE = REPOSITORY / "sample"
SQLITE_PATIENCE = {"timeout": 120}  # seconds that a writer of Airflow's SQLite waits for another (ingest/up.py)


def home() -> Path:
    """The folder that holds landing/, warehouse/ and published/."""
    return Path(os.environ.get("ENTENTE_HOME") or REPOSITORY / "var" / "sample").expanduser().resolve()


def landing_url() -> str:
    """The landing's root, as a path or an fsspec URL, without a trailing slash."""
    return (os.environ.get("ENTENTE_LANDING") or str(home() / "landing")).rstrip("/")


def input_folder() -> Path | None:
    """The user's folder of files, or None where sources fetch from their publishers."""
    folder = os.environ.get("ENTENTE_INPUT")
    return Path(folder).expanduser().resolve() if folder else None


def office_holders() -> Path | None:
    """The user's table of office-holders, or None where the coder's own holds."""
    file = os.environ.get("ENTENTE_OFFICE_HOLDERS")
    return Path(file).expanduser().resolve() if file else None


def plugged_coder() -> str:
    """Where the user's own coder is made, as package.module:factory; empty, which is the default, for none."""
    return os.environ.get("ENTENTE_CODER", "").strip()


@dataclass(frozen=True)
class Login:
    """Who we are at a publisher. The secret stays out of every text that is made of it."""

    user: str
    password: str = field(repr=False)


def login(connection: str) -> Login | None:
    """The login in AIRFLOW_CONN_<ID>, or None where that is not set. Raises InputMissing where it can't be read."""
    name = f"AIRFLOW_CONN_{connection.upper()}"
    given = os.environ.get(name, "").strip()
    if not given:
        return None
    try:
        if given.startswith("{"):
            told = json.loads(given)
            user, password = told["login"], told["password"]
        else:
            parts = urlsplit(given)
            user, password = unquote(parts.username or ""), unquote(parts.password or "")
        if not user or not password or not isinstance(user, str) or not isinstance(password, str):
            raise ValueError
    except (ValueError, LookupError):
        form = '{"conn_type": "http", "login": "client id", "password": "client secret"}'
        raise InputMissing(f"{name} holds no login", mend=f"write it as {form}") from None
    return Login(user, password)


def ledger(connection: str) -> Path:
    """What was spent of a publisher's budget; all processes of this home share it."""
    return home() / "budgets" / f"{connection}.json"


def review_folder() -> Path:
    """Where the review form writes its decisions, one new file per run; read by statements/review_decisions."""
    return home() / "review"


def warehouse_file() -> Path:
    """The build database: only dbt opens it, readers never do."""
    return home() / "warehouse" / "entente.duckdb"


def published() -> Path:
    """The folder of numbered publications and the symlink `current`."""
    return home() / "published"
