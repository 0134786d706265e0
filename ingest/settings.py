"""Where things are: one home folder per warehouse, set by environment variables and by nothing else.

ENTENTE_HOME       the warehouse's home (default: var/sample below the repository)
ENTENTE_LANDING    the landing, a path or any fsspec URL such as s3://bucket/landing (default: HOME/landing)
ENTENTE_CODER      package.module:factory of a coder of the user's own, beside the rules (default: none)
ENTENTE_INPUT      a folder of the user's own files, DOMAIN/SOURCE_KEY/FILES; unset: sources fetch from their publishers
ENTENTE_OFFICE_HOLDERS
                   a CSV file name, office, state, valid_from, valid_to, source that replaces the statement coder's own
                   (ingest/coding/lexicon/office_holders.csv)
"""

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
SEEDS = REPOSITORY / "dbt_project" / "seeds"
SAMPLE = REPOSITORY / "sample"


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


def review_folder() -> Path:
    """Where the review form writes its decisions, one new file per run; read by statements/review_decisions."""
    return home() / "review"


def warehouse_file() -> Path:
    """The build database: only dbt opens it, readers never do."""
    return home() / "warehouse" / "entente.duckdb"


def published() -> Path:
    """The folder of numbered publications and the symlink `current`."""
    return home() / "published"
