"""Ids of what is coded or decided: the same content has the same id, whoever coded it and whenever."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence


def identity(*parts: object) -> str:
    """16 hex digits over the parts."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:16]


def event_id(
    statement_id: str,
    event_type: str,
    actors: Sequence[str],
    recipients: Sequence[str],
    flags: Mapping[str, bool],
    span: tuple[int, int],
) -> str:
    """Id of an event: parties sorted, flags by their column's name."""
    return identity(statement_id, event_type, list(actors), list(recipients), sorted(flags.items()), *span)


def commitment_id(
    statement_id: str,
    committed_by: Sequence[str],
    beneficiaries: Sequence[str],
    topic: str,
    stage: str,
    amount_max: float | None,
    span: tuple[int, int],
) -> str:
    """Id of a commitment: parties sorted."""
    return identity(statement_id, list(committed_by), list(beneficiaries), topic, stage, amount_max, *span)
