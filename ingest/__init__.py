"""Entente's ingest: from the publishers' bytes to checked, typed rows in the landing. Never imports airflow."""
