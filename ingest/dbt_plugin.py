"""dbt-duckdb plugin: lets DuckDB read a landing that is an object store, through the same fsspec that wrote it.

Named in dbt_project/profiles.yml. A landing in a folder needs nothing, and the plugin then does nothing.
"""

from __future__ import annotations

from typing import Any

import fsspec
from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from ingest import settings


class Plugin(BasePlugin):
    """Registers the landing's file system on dbt's DuckDB connection."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        file_system: Any = fsspec.core.url_to_fs(settings.landing_url())[0]
        protocols = {file_system.protocol} if isinstance(file_system.protocol, str) else set(file_system.protocol)
        if "file" not in protocols:
            file_system.invalidate_cache()
            conn.register_filesystem(file_system)
