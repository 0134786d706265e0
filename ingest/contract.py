"""The canonical tables, and the checks that every row passes before it lands.

One table has one grain, units in its column names, and a predicate per column that a good value satisfies.
A row that fails is quarantined with the reason and the mend; a frame without the table's columns is a BadFile.
Every row also carries PROVENANCE. The staging models of dbt read these tables as they are written here.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from pathlib import Path

SPOOL = "format parquet, compression uncompressed, dictionary_size_limit 1"  # written and read within seconds
PARQUET = "format parquet, compression zstd, dictionary_size_limit 5000, write_bloom_filter false"
SORTED_BELOW = 500_000  # rows; more that come in an order of their own stay in it
HASHES = 10_000_000  # of keys that are sorted at a time: 80 MB


@dataclass(frozen=True)
class Column:
    """A column: its DuckDB type, what it holds (unit first), whether it may be null, and what a good value is.

    `check` is an SQL predicate over the row; null passes, so that `required` alone speaks of nulls.
    """

    name: str
    type: str
    holds: str
    required: bool = False
    check: str = ""
    mend: str = ""


@dataclass(frozen=True)
class Table:
    """A canonical table. Of rows with equal `key` the first by `prefer` stays and the others are quarantined."""

    name: str
    row_is: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    prefer: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


PROVENANCE = (
    Column("source_key", "VARCHAR", "the source module's key", True),
    Column("vintage", "VARCHAR", "the publisher's name for this edition, or the day it was fetched", True),
    Column("raw_sha256", "VARCHAR", "sha256 of the raw file that the row came from", True),
    Column("raw_row", "BIGINT", "row of the raw file, from 1 for the first row of data", False),
)


def _match(column: str, pattern: str) -> str:
    return f"regexp_full_match({column}, '{pattern}')"


_DATES = "published_on between date '1945-01-01' and date '2100-01-01'"

STATEMENTS = Table(
    "statements",
    "One row per text as published by one outlet",
    ("statement_id",),
    (
        Column("statement_id", "VARCHAR", "hash of source and URL, or of the text where there is no URL", True),
        Column("published_on", "DATE", "day of publication", True, _DATES, "give the date as YYYY-MM-DD"),
        Column("outlet", "VARCHAR", "who published it"),
        Column("url", "VARCHAR", "canonical address, where it has one"),
        Column("language", "VARCHAR", "ISO 639-1 as stated by the outlet, null where it does not say"),
        Column("title", "VARCHAR", "headline, where it is marked as one"),
        Column(
            "text",
            "VARCHAR",
            "text with normalised typography; offsets of codings count its characters",
            True,
            "length(trim(text)) > 0",
            "the text is empty: remove the file or give it its text",
        ),
        Column("raw_start", "BIGINT", "character of the decoded raw file where `text` starts; null where extracted"),
        Column("file", "VARCHAR", "name of the raw file", True),
    ),
)

_CODED = (
    Column("confidence", "DOUBLE", "0 to 1", True, "confidence between 0 and 1", "the coder is at fault"),
    Column("rule_id", "VARCHAR", "the rule that fired", True),
    Column("sentence_no", "INTEGER", "sentence of the text, from 0", True),
    Column("sentence_start", "INTEGER", "first character of the sentence in the statement's text", True),
    Column("sentence_end", "INTEGER", "character after the sentence's last", True),
    Column("coder", "VARCHAR", "who coded it: rules, or the name of a plug-in", True),
    Column("coder_version", "VARCHAR", "version of that coder", True),
)

STATEMENT_CODINGS = Table(
    "statement_codings",
    "One row per statement, coder and version of the coder that has read it, whether or not it found anything",
    ("statement_id", "coder", "coder_version"),
    (
        Column("statement_id", "VARCHAR", "the statement", True),
        Column("coder", "VARCHAR", "who coded it: rules, or the name of a plug-in", True),
        Column("coder_version", "VARCHAR", "version of that coder", True),
        Column("text_sha256", "VARCHAR", "sha256 of the text as it was read: a coding counts for no other", True),
        Column("n_events", "INTEGER", "events coded", True, "n_events >= 0"),
        Column("n_commitments", "INTEGER", "commitments coded", True, "n_commitments >= 0"),
        Column("silent_because", "VARCHAR", "why nothing was looked for (language, sport), where that is so"),
        Column("problem", "VARCHAR", "why the coder's answer could not be used; such a coding does not count"),
    ),
)

STATEMENT_EVENTS = Table(
    "statement_events",
    "One row per coded event in a statement",
    ("event_id",),
    (
        Column("event_id", "VARCHAR", "hash of statement, type, parties, flags and trigger", True),
        Column("statement_id", "VARCHAR", "the statement", True),
        Column("published_on", "DATE", "day of publication of the statement", True),
        Column("event_type", "VARCHAR", "PLOVER event type as in the codebook", True),
        Column(
            "quad_class",
            "INTEGER",
            "1 verbal cooperation, 2 material cooperation, 3 verbal, 4 material conflict",
            True,
            "quad_class between 1 and 4",
            "the coder is at fault",
        ),
        Column(
            "event_scale",
            "DOUBLE",
            "codebook's score, -10 to 10",
            True,
            "event_scale between -10 and 10",
            "the coder is at fault",
        ),
        Column("actors", "VARCHAR[]", "ISO 3166-1 alpha-3 or acronym of the acting parties, sorted", True),
        Column("recipients", "VARCHAR[]", "the parties acted upon, sorted; empty between equals", True),
        Column("parties", "VARCHAR", "JSON: every party with role, sector, name, office and span", True),
        Column("is_future", "BOOLEAN", "an act still to come", True),
        Column("is_hypothetical", "BOOLEAN", "conditional, proposed, under study", True),
        Column("is_negated", "BOOLEAN", "did not, refused to say", True),
        Column("is_historical", "BOOLEAN", "over 90 days before, or told as background", True),
        Column("topics", "VARCHAR[]", "topics of the codebook, sorted", True),
        Column("speaker", "VARCHAR", "who asserts it, null where unknown"),
        Column("trigger_start", "INTEGER", "first character of the trigger in the statement's text", True),
        Column(
            "trigger_end",
            "INTEGER",
            "character after the trigger's last",
            True,
            "trigger_end > trigger_start",
            "an event without a trigger span is no event: the coder is at fault",
        ),
        Column("trigger", "VARCHAR", "the words of the trigger", True),
        *_CODED,
    ),
)

STATEMENT_COMMITMENTS = Table(
    "statement_commitments",
    "One row per commitment in a statement",
    ("commitment_id",),
    (
        Column("commitment_id", "VARCHAR", "hash of statement, parties, topic, stage and span", True),
        Column("statement_id", "VARCHAR", "the statement", True),
        Column("published_on", "DATE", "day of publication of the statement", True),
        Column("committed_by", "VARCHAR[]", "the parties that commit, sorted", True),
        Column("beneficiaries", "VARCHAR[]", "the parties it is for, sorted; empty where mutual", True),
        Column(
            "kind", "VARCHAR", "financial or action", True, "kind in ('financial', 'action')", "the coder is at fault"
        ),
        Column("topic", "VARCHAR", "topic of the codebook", True),
        Column("direction", "VARCHAR", "increase, decrease, start, stop, maintain", True),
        Column("amount_min", "DOUBLE", "currency units, null where none is said"),
        Column(
            "amount_max",
            "DOUBLE",
            "currency units, null where none is said",
            False,
            "amount_min is null or amount_max >= amount_min",
            "the coder is at fault",
        ),
        Column("currency", "VARCHAR", "ISO 4217", False, _match("currency", "[A-Z]{3}"), "the coder is at fault"),
        Column("instrument", "VARCHAR", "loan, grant, export_credit, debt_relief, guarantee, ... or none", True),
        Column("is_concessional", "BOOLEAN", "null where the text does not say"),
        Column(
            "stage",
            "VARCHAR",
            "proposed, pledged, agreed, delivered",
            True,
            "stage in ('proposed', 'pledged', 'agreed', 'delivered')",
            "the coder is at fault",
        ),
        Column("condition", "VARCHAR", "words of the condition, null where unconditional"),
        Column("deadline", "VARCHAR", "YYYY, YYYY-MM or YYYY-MM-DD as precisely as it is said"),
        Column("span_start", "INTEGER", "first character of the evidence in the statement's text", True),
        Column("span_end", "INTEGER", "character after the evidence's last", True),
        Column("evidence", "VARCHAR", "the words that commit", True),
        *_CODED,
    ),
)

_KNOWN_ONLY = "correct the row, or take it from `entente review --export` again"

REVIEW_DECISIONS = Table(
    "review_decisions",
    "One row per decision of a person about one event or commitment of a statement",
    ("decision_id",),
    (
        Column("decision_id", "VARCHAR", "hash of reviewer, day and of what was decided on", True),
        Column("statement_id", "VARCHAR", "the statement", True, _match("statement_id", "[0-9a-f]{16}"), _KNOWN_ONLY),
        Column("item_kind", "VARCHAR", "event or commitment", True, "item_kind in ('event', 'commitment')"),
        Column("item_id", "VARCHAR", "id of the event or commitment that stands by this decision; null if rejected"),
        Column("coded_id", "VARCHAR", "event_id or commitment_id as it was shown; null for what is added"),
        Column("coded_type", "VARCHAR", "event type, of a commitment the topic, as it was shown", True),
        Column("coded_actors", "VARCHAR[]", "who acted or committed, as it was shown, sorted", True),
        Column("coder", "VARCHAR", "whose coding was shown"),
        Column("coder_version", "VARCHAR", "the version of it"),
        Column("span_start", "INTEGER", "first character of the evidence in the statement's text", True),
        Column("span_end", "INTEGER", "character after its last", True, "span_end > span_start", _KNOWN_ONLY),
        Column("evidence", "VARCHAR", "the words at the span", True, "length(evidence) = span_end - span_start",
               "give the words at [span_start, span_end) and nothing else"),
        Column("verdict", "VARCHAR", "accept, reject, correct or add", True,
               "verdict in ('accept', 'reject', 'correct', 'add')", "write accept, reject, correct or add"),
        Column("event_type", "VARCHAR", "as decided; null for commitments"),
        Column("quad_class", "INTEGER", "of that event type in the codebook"),
        Column("event_scale", "DOUBLE", "of that event type in the codebook"),
        Column("actors", "VARCHAR[]", "as decided, sorted; of a commitment those who commit", True),
        Column("recipients", "VARCHAR[]", "as decided, sorted; of a commitment the beneficiaries", True),
        Column("is_future", "BOOLEAN", "as decided; null for commitments"),
        Column("is_hypothetical", "BOOLEAN", "as decided; null for commitments"),
        Column("is_negated", "BOOLEAN", "as decided; null for commitments"),
        Column("is_historical", "BOOLEAN", "as decided; null for commitments"),
        Column("topics", "VARCHAR[]", "as decided, sorted; of a commitment one", True),
        Column("kind", "VARCHAR", "financial or action", False, "kind in ('financial', 'action')", _KNOWN_ONLY),
        Column("direction", "VARCHAR", "increase, decrease, start, stop, maintain", False,
               "direction in ('increase', 'decrease', 'start', 'stop', 'maintain')", _KNOWN_ONLY),
        Column("amount_min", "DOUBLE", "currency units"),
        Column("amount_max", "DOUBLE", "currency units", False, "amount_min is null or amount_max >= amount_min",
               "give the lower sum as amount_min"),
        Column("currency", "VARCHAR", "ISO 4217", False, _match("currency", "[A-Z]{3}"), "write it as USD"),
        Column("instrument", "VARCHAR", "loan, grant, ... or none"),
        Column("is_concessional", "BOOLEAN", "null where the text does not say"),
        Column("stage", "VARCHAR", "proposed, pledged, agreed, delivered", False,
               "stage in ('proposed', 'pledged', 'agreed', 'delivered')",
               "write proposed, pledged, agreed or delivered"),
        Column("condition", "VARCHAR", "words of the condition, null where unconditional"),
        Column("deadline", "VARCHAR", "YYYY, YYYY-MM or YYYY-MM-DD", False,
               _match("deadline", "[0-9]{4}(-[0-9]{2}){0,2}"), "write it as YYYY, YYYY-MM or YYYY-MM-DD"),
        Column("reviewer", "VARCHAR", "who decided", True, "", "say who decided"),
        Column("decided_on", "DATE", "day of the decision; of two about the same the later holds", True,
               "decided_on between date '2000-01-01' and date '2100-01-01'", "give the day as YYYY-MM-DD"),
        Column("note", "VARCHAR", "why"),
        Column("file", "VARCHAR", "name of the raw file", True),
    ),
)  # fmt: skip

_AIRPORT_CODE = "[A-Z0-9]{2,7}"
_LATITUDE = "{0} between -90 and 90"
_LONGITUDE = "{0} between -180 and 180"
_REPORT = "the publisher's file is at fault: report it to the publisher with this row"

FLIGHTS = Table(
    "flights",
    "One row per flown leg",
    ("icao24", "first_seen", "last_seen"),
    (
        Column(
            "icao24",
            "VARCHAR",
            "transponder address, 6 lower-case hex digits",
            True,
            _match("icao24", "[0-9a-f]{6}"),
            _REPORT,
        ),
        Column("callsign", "VARCHAR", "air traffic control identifier as sent"),
        Column("flight_number", "VARCHAR", "commercial number, where matched"),
        Column("registration", "VARCHAR", "tail number"),
        Column("typecode", "VARCHAR", "ICAO type designator of the aircraft"),
        Column(
            "origin",
            "VARCHAR",
            "airport code as published, null where nobody saw the start",
            False,
            _match("origin", _AIRPORT_CODE),
            _REPORT,
        ),
        Column(
            "destination",
            "VARCHAR",
            "airport code as published, null where nobody saw the end",
            False,
            _match("destination", _AIRPORT_CODE),
            _REPORT,
        ),
        Column("first_seen", "TIMESTAMP", "UTC, first message received", True),
        Column(
            "last_seen",
            "TIMESTAMP",
            "UTC, last message received",
            True,
            "last_seen >= first_seen",
            "last_seen lies before first_seen: " + _REPORT,
        ),
        Column(
            "day",
            "DATE",
            "UTC day of last_seen",
            True,
            "day = last_seen::date",
            "day must be the date of last_seen, as the publisher defines it",
        ),
        Column("first_latitude_deg", "DOUBLE", "degrees", False, _LATITUDE.format("first_latitude_deg"), _REPORT),
        Column("first_longitude_deg", "DOUBLE", "degrees", False, _LONGITUDE.format("first_longitude_deg"), _REPORT),
        Column("first_altitude_m", "DOUBLE", "metres, barometric; may be negative"),
        Column("last_latitude_deg", "DOUBLE", "degrees", False, _LATITUDE.format("last_latitude_deg"), _REPORT),
        Column("last_longitude_deg", "DOUBLE", "degrees", False, _LONGITUDE.format("last_longitude_deg"), _REPORT),
        Column("last_altitude_m", "DOUBLE", "metres, barometric; may be negative"),
        Column("callsign_route", "VARCHAR", "airports of the callsign's route as the publisher looked them up, A-B-C"),
    ),
    prefer="first_altitude_m",
)

_KINDS = "('state', 'territory', 'special', 'aggregate')"


def _party(of: str, *, named: bool = True) -> tuple[Column, ...]:
    """The columns that say who stands at one end of a dyad."""
    told = f"{of}_name", "VARCHAR", "as published", True
    return (
        Column(of, "VARCHAR", "country_id of seeds/countries.csv, or the publisher's code of an aggregate", True),
        *((Column(*told),) if named else ()),
        Column(f"{of}_kind", "VARCHAR", "state, territory, special or aggregate", True, f"{of}_kind in {_KINDS}"),
    )


def _one_of(name: str, *values: str, holds: str) -> Column:
    return Column(name, "VARCHAR", f"{holds}: {', '.join(values)}", True, f"{name} in {values}")


AIR_TRAFFIC = Table(
    "air_traffic",
    "One row per published figure of air traffic: table, reporter, origin, destination, period, measure and edition",
    (
        "dataset",
        "reporter",
        "reporter_side",
        "origin",
        "destination",
        "origin_airport",
        "destination_airport",
        "carrier",
        "aircraft",
        "service",
        "grain",
        "period_start",
        "measure",
        "basis",
        "vintage",
    ),
    (
        Column("dataset", "VARCHAR", "the publisher's name of the table", True),
        Column(
            "reporter",
            "VARCHAR",
            "country_id of the state whose authority reports; null for an observer of no state, such as receivers",
        ),
        Column(
            "reporter_side",
            "VARCHAR",
            "which end the reporter is: origin, destination, both (within it), over (overflown) or observer (neither)",
            True,
            "reporter_side in ('origin', 'destination', 'both', 'over', 'observer')",
        ),
        *_party("origin", named=False),
        *_party("destination", named=False),
        Column("origin_airport", "VARCHAR", "as published, null where the figure is of the country"),
        Column("destination_airport", "VARCHAR", "as published, null where the figure is of the country"),
        Column(
            "airport_codes",
            "VARCHAR",
            "what the airports are told in: icao, iata, bts (IATA-like, with the publisher's own) or name",
            False,
            "airport_codes in ('icao', 'iata', 'bts', 'name')",
        ),
        Column("carrier", "VARCHAR", "as published, null for all carriers together"),
        Column("aircraft", "VARCHAR", "the publisher's aircraft type, null for all types together"),
        Column(
            "service",
            "VARCHAR",
            "all, passenger (all that carry passengers), scheduled, charter, cargo or other",
            True,
            "service in ('all', 'passenger', 'scheduled', 'charter', 'cargo', 'other')",
        ),
        Column(
            "grain",
            "VARCHAR",
            "D, W, M, Q or A: figures of one grain are never summed with those of another",
            True,
            "grain in ('D', 'W', 'M', 'Q', 'A')",
        ),
        Column("period_start", "DATE", "first day of the period", True),
        Column(
            "period_end",
            "DATE",
            "first day after the period",
            True,
            "period_end > period_start and period_end <= period_start + interval 366 days",
        ),
        Column(
            "measure",
            "VARCHAR",
            "flights, seats, passengers, freight_kg or mail_kg",
            True,
            "measure in ('flights', 'seats', 'passengers', 'freight_kg', 'mail_kg')",
        ),
        Column(
            "basis",
            "VARCHAR",
            "stage (each leg flown), flight (ends of one flight number) or od (where journeys start and end)",
            True,
            "basis in ('stage', 'flight', 'od')",
        ),
        Column(
            "value",
            "DOUBLE",
            "in the measure's unit; null where the publisher prints a mark instead",
            False,
            "value >= 0",
            "a count can't be negative: " + _REPORT,
        ),
        Column("flag", "VARCHAR", "the publisher's flags, each a letter, sorted: b break, c confidential, ..."),
        Column("note", "VARCHAR", "footnote marks, as published"),
    ),
)

ROUTES = Table(
    "routes",
    "One row per leg of a published route: what a callsign, or a carrier, is said to fly",
    ("route_id", "leg_no", "origin", "destination"),
    (
        Column("route_id", "VARCHAR", "the callsign, or the carrier where routes are published without one", True),
        Column("leg_no", "INTEGER", "leg of the route, from 1", True, "leg_no >= 1"),
        Column("n_legs", "INTEGER", "legs of the route", True, "n_legs >= leg_no"),
        Column("callsign", "VARCHAR", "air traffic control identifier, null where routes are published without one"),
        Column("carrier", "VARCHAR", "ICAO or IATA designator of the carrier, as published"),
        Column("flight_number", "VARCHAR", "commercial number without the carrier, where published"),
        Column("origin", "VARCHAR", "airport code as published", True, _match("origin", _AIRPORT_CODE), _REPORT),
        Column(
            "destination", "VARCHAR", "airport code as published", True, _match("destination", _AIRPORT_CODE), _REPORT
        ),
        Column(
            "airport_codes", "VARCHAR", "what airports are told in: icao or iata", True,
            "airport_codes in ('icao', 'iata')",
        ),
        Column("is_codeshare", "BOOLEAN", "the carrier sells the seat and another flies it; null where not told"),
        Column("stops", "INTEGER", "stops between the two, where told"),
        Column("equipment", "VARCHAR", "aircraft types, as published"),
    ),
)  # fmt: skip

_PERIOD_END = Column(
    "period_end", "DATE", "first day after it", True,
    "period_end > period_start and period_end <= period_start + interval 10 years",
)  # fmt: skip

MIGRATION = Table(
    "migration",
    "One row per published figure of people (or of their money) from one country in another: table, origin, "
    "destination, what is counted and how, period and edition",
    (
        "origin",
        "destination",
        "dataset",
        "measure",
        "concept",
        "unit",
        "sex",
        "age",
        "purpose",
        "breakdown",
        "method",
        "grain",
        "period_start",
        "vintage",
    ),
    (
        Column("dataset", "VARCHAR", "the publisher's code or name of the table", True),
        *_party("origin"),
        *_party("destination"),
        _one_of(
            "reporter_side", "origin", "destination", "both", "observer",
            holds="which end reports; observer where an organisation or a model does for all",
        ),
        _one_of(
            "measure", "stock", "flow", "outflow", "entries", "applications", "decisions", "permits", "returns",
            "registrations", "detections", "refusals", "orders", "resettlements", "naturalisations", "remittances",
            holds="what is counted; outflow is of people who leave `destination` again, remittances go from `origin`",
        ),
        _one_of(
            "concept", "birth", "citizenship", "previous_residence", "next_residence", "residence", "travel_document",
            "protection", "payment", "mixed", "unstated",
            holds="what ties a person to `origin`; protection is the country that UNHCR or a host names as fled from",
        ),
        Column(
            "unit", "VARCHAR", "persons, cases, events, or the ISO 4217 code of a currency", True,
            "unit in ('persons', 'cases', 'events') or regexp_full_match(unit, '[A-Z]{3}')",
        ),
        _one_of("sex", "both", "male", "female", "unknown", holds="of the persons"),
        Column(
            "age", "VARCHAR", "all, unknown, or full years: 0-17, 18-34, 65+", True,
            "regexp_full_match(age, 'all|unknown|[0-9]{1,3}(-[0-9]{1,3}|[+])')", "write it as 18-34, 65+ or all",
        ),
        Column(
            "purpose", "VARCHAR", "why, or in which capacity, in lower case: all, work, study, family, refugee, ...",
            True, _match("purpose", "[a-z][a-z0-9_]*"),
        ),
        Column(
            "breakdown", "VARCHAR",
            "the publisher's other dimensions as name=code;name=code, sorted; null where the figure is of no part",
            False, _match("breakdown", "[a-z0-9_]+=[^;=]+(;[a-z0-9_]+=[^;=]+)*"),
        ),
        Column("method", "VARCHAR", "reported, or the name of the model or estimate that the figure is the output of",
               True, _match("method", "[a-z][a-z0-9_]*")),
        _one_of("grain", "P", "D", "W", "M", "Q", "A", "5A", "10A",
                holds="the span it counts (P: a stock on the day period_start): never summed with another's"),
        Column("period_start", "DATE", "first day of the span, or the day of the stock", True,
               "period_start between date '1945-01-01' and date '2101-01-01'"),
        _PERIOD_END,
        Column("value", "DOUBLE", "in `unit`; null where the publisher prints a mark instead; 0 only where it prints 0",
               False, "value >= 0", "a count can't be negative: " + _REPORT),
        Column("value_low", "DOUBLE", "the least that the mark or interval allows (1 where `*` hides 1 to 4)"),
        Column("value_high", "DOUBLE", "the most that it allows", False,
               "value_low is null or value_high >= value_low"),
        Column("rounding_base", "INTEGER", "the publisher rounds to multiples of it; null where not rounded", False,
               "rounding_base > 1"),
        Column("flag", "VARCHAR", "the publisher's flags, each a letter, sorted: b break, e estimated, ..."),
        Column("is_imputed", "BOOLEAN", "the publisher says that it filled the figure in; null where it does not tell"),
        Column("note", "VARCHAR", "footnotes and marks, as published"),
    ),
)  # fmt: skip

COUNTRY_FIGURES = Table(
    "country_figures",
    "One row per published figure of one country: table, indicator, sex, age, variant, period and edition",
    ("dataset", "country", "indicator", "sex", "age", "variant", "period_start", "grain", "vintage"),
    (
        Column("dataset", "VARCHAR", "the publisher's code or name of the table", True),
        *_party("country"),
        Column("indicator", "VARCHAR", "the publisher's code (SM.POP.NETM)", True),
        Column("indicator_name", "VARCHAR", "as published", True),
        Column("unit", "VARCHAR", "persons, percent, a currency's ISO 4217 code, index, ... ", True),
        _one_of("sex", "both", "male", "female", holds="of the persons; both where it counts none"),
        Column("age", "VARCHAR", "all, or full years: 0-14, 15-64, 65+", True,
               "regexp_full_match(age, 'all|[0-9]{1,3}(-[0-9]{1,3}|[+])')", "write it as 15-64, 65+ or all"),
        Column("variant", "VARCHAR", "estimate, or the projection's name (medium, high, low); figures of the past are "
               "estimates", True, _match("variant", "[a-z][a-z0-9_]*")),
        _one_of("grain", "P", "M", "Q", "A", "5A", holds="the span it counts (P: on the day period_start)"),
        Column("period_start", "DATE", "first day of the span, or the day", True,
               "period_start between date '1900-01-01' and date '2101-01-01'"),
        _PERIOD_END,
        Column("value", "DOUBLE", "in `unit`; null where the publisher prints a mark instead"),
        Column("flag", "VARCHAR", "the publisher's flags"),
        Column("note", "VARCHAR", "footnotes and marks, as published"),
    ),
)  # fmt: skip

TIES = Table(
    "ties",
    "One row per published tie between two states: table, the two states, what ties them, its code, period and edition",
    ("origin", "destination", "dataset", "measure", "code", "period_start", "vintage"),
    (
        Column("dataset", "VARCHAR", "the publisher's name of the table", True),
        *_party("origin"),
        *_party("destination"),
        Column("is_directed", "BOOLEAN", "whether it goes from `origin` to `destination`; else it is the pair's", True),
        _one_of(
            "measure", "contiguity", "min_distance", "alliance_defense", "alliance_offense", "alliance_neutrality",
            "alliance_nonaggression", "alliance_consultation", "trade_agreement", "trade_agreement_signed",
            "joint_igos", "vote_agreement", "ideal_point_distance",
            holds="what ties them",
        ),
        Column("code", "VARCHAR", "type or number that the publisher gives the tie: of contiguity, of the treaty"),
        Column("title", "VARCHAR", "what the publisher calls it: the treaty's name"),
        Column("period_start", "DATE", "first day of the tie, or of the year that is told; never before 1945",
               True, "period_start between date '1945-01-01' and date '2100-01-01'"),
        Column("period_end", "DATE", "first day after it; null where it had not ended", False,
               "period_end > period_start"),
        Column("value", "DOUBLE", "in `unit`; null where the tie is or is not", False, "value >= 0", _REPORT),
        _one_of("unit", "tie", "km", "organisations", "share", "scale", holds="of `value`; tie where it has none"),
        Column("note", "VARCHAR", "what to mind, in words"),
    ),
)  # fmt: skip

MEMBERSHIPS = Table(
    "memberships",
    "One row per published membership of a state in an organisation or in a system of states: table, state, "
    "organisation, period and edition",
    ("country", "organisation", "dataset", "period_start", "vintage"),
    (
        Column("dataset", "VARCHAR", "the publisher's name of the table", True),
        *_party("country"),
        Column("code", "VARCHAR", "the publisher's number of the state", True),
        Column("organisation", "VARCHAR", "the publisher's acronym; COW or GW for systems of states; * for all", True),
        _one_of("status", "member", "associate", "observer", "unknown", "none",
                holds="unknown where the publisher does not know; none where it looked and the state is in no "
                "organisation (`organisation` is *)"),
        Column("period_start", "DATE", "first day of the membership, or of the year that is told", True,
               "period_start between date '1800-01-01' and date '2100-01-01'"),
        Column("period_end", "DATE", "first day after it; null where it had not ended", False,
               "period_end > period_start"),
        Column("note", "VARCHAR", "what to mind, in words"),
    ),
)  # fmt: skip

VOTES = Table(
    "votes",
    "One row per state and roll call in which it could vote: table, roll call, state and edition",
    ("roll_call", "country", "dataset", "vintage"),
    (
        Column("dataset", "VARCHAR", "the publisher's name of the table", True),
        *_party("country"),
        Column("roll_call", "VARCHAR", "the publisher's number of the roll call", True),
        Column("session", "INTEGER", "session of the assembly", False, "session > 0"),
        Column("voted_on", "DATE", "day of the vote", True, "voted_on between date '1945-01-01' and date '2100-01-01'"),
        _one_of("vote", "yes", "abstain", "no", "absent", holds="as cast"),
        Column("resolution", "VARCHAR", "number of the resolution, as published"),
        Column("subject", "VARCHAR", "what it was about, as published"),
        Column("is_important", "BOOLEAN", "the United States' State Department names it important; null if not told"),
    ),
)  # fmt: skip

TREATIES = Table(
    "treaties",
    "One row per treaty, accession or protocol, with what its text provides: table, number and edition",
    ("code", "dataset", "vintage"),
    (
        Column("dataset", "VARCHAR", "the publisher's name of the table", True),
        Column("code", "VARCHAR", "the publisher's number, as `code` of ties", True),
        Column("base_code", "VARCHAR", "number of the treaty that it belongs to", True),
        Column("title", "VARCHAR", "as published"),
        Column("depth_index", "DOUBLE", "provisions of seven that it has, 0 to 7; null where it is not coded", False,
               "depth_index between 0 and 7", _REPORT),
        Column("depth_rasch", "DOUBLE", "latent depth, without unit; null where it is not coded"),
    ),
)  # fmt: skip

EXCHANGE_RATES = Table(
    "exchange_rates",
    "One row per published rate of one currency in another: table, both currencies, period and edition",
    ("currency", "base", "dataset", "grain", "period_start", "vintage"),
    (
        Column("dataset", "VARCHAR", "the publisher's name of the table", True),
        Column("currency", "VARCHAR", "ISO 4217 code of the currency that is counted", True,
               _match("currency", "[A-Z]{3}")),
        Column("base", "VARCHAR", "ISO 4217 code of the currency of the one unit", True, _match("base", "[A-Z]{3}")),
        _one_of("grain", "D", "M", "Q", "H", "A", holds="the span: the day's rate, or the mean of a longer one's days"),
        Column("period_start", "DATE", "first day of the span", True,
               "period_start between date '1945-01-01' and date '2100-01-01'"),
        _PERIOD_END,
        Column("units_per_base", "DOUBLE", "units of `currency` for one unit of `base`", True, "units_per_base > 0",
               _REPORT),
        Column("flag", "VARCHAR", "the publisher's status of the observation, in lower case"),
    ),
)  # fmt: skip

CATALOGUES = Table(
    "catalogues",
    "One row per table in a publisher's own catalogue, and edition of the catalogue",
    ("dataset", "vintage"),
    (
        Column("dataset", "VARCHAR", "the publisher's code of the table, in lower case", True),
        Column("title", "VARCHAR", "as published", True),
        Column("updated_on", "DATE", "day on which the publisher last changed its figures", True,
               "updated_on between date '1990-01-01' and date '2100-01-01'"),
        Column("structure_changed_on", "DATE", "day on which it last changed its columns or codes"),
        Column("data_from", "VARCHAR", "first period told, as published"),
        Column("data_to", "VARCHAR", "last period told, as published"),
        Column("n_values", "BIGINT", "figures in the table, where told", False, "n_values >= 0"),
    ),
)  # fmt: skip

AIRPORTS = Table(
    "airports",
    "One row per airport code in force in this edition",
    ("icao",),
    (
        Column("icao", "VARCHAR", "ICAO code, or the register's own where there is none", True),
        Column("iata", "VARCHAR", "IATA code"),
        Column("name", "VARCHAR", "name"),
        Column("city", "VARCHAR", "city"),
        Column("country_id", "VARCHAR", "state or territory that the register puts it in", True),
        Column("latitude_deg", "DOUBLE", "degrees", True, _LATITUDE.format("latitude_deg")),
        Column("longitude_deg", "DOUBLE", "degrees", True, _LONGITUDE.format("longitude_deg")),
        Column("timezone", "VARCHAR", "IANA time zone"),
        Column("local_code", "VARCHAR", "code of the national authority (FAA LID), which receivers' tables use too"),
        Column("kind", "VARCHAR", "large_airport, medium_airport, small_airport, heliport, seaplane_base, closed, ..."),
        Column("is_scheduled", "BOOLEAN", "whether scheduled flights serve it, null where not told"),
    ),
)

TABLES = {
    table.name: table
    for table in (
        STATEMENTS,
        STATEMENT_CODINGS,
        STATEMENT_EVENTS,
        STATEMENT_COMMITMENTS,
        REVIEW_DECISIONS,
        FLIGHTS,
        AIR_TRAFFIC,
        ROUTES,
        MIGRATION,
        COUNTRY_FIGURES,
        TIES,
        MEMBERSHIPS,
        VOTES,
        TREATIES,
        EXCHANGE_RATES,
        CATALOGUES,
        AIRPORTS,
    )
}


@dataclass(frozen=True)
class Checked:
    """Names of the DuckDB view of the good rows and of the table of the bad ones, and their counts.

    `file` is set where the good rows stand already in a Parquet file as they are to land.
    """

    good: str
    bad: str
    rows_in: int
    rows_good: int
    rows_bad: int
    reasons: dict[str, int]
    file: Path | None = None


def all_columns(table: Table) -> tuple[Column, ...]:
    """The table's columns followed by PROVENANCE."""
    return table.columns + PROVENANCE


def _is_lost(column: Column) -> str:
    """An SQL predicate: the cast to this column's type loses the value, or a part of it (3.7 persons, inf metres)."""
    value, cast = f'"{column.name}"', f'try_cast("{column.name}" as {column.type})'
    lost = f"{value} is not null and {cast} is null"
    if column.type in ("INTEGER", "BIGINT"):
        return f"{lost} or try_cast({value} as double) <> {cast}::double"
    return f"{lost} or not isfinite({cast})" if column.type == "DOUBLE" else lost


def _problem(column: Column) -> str:
    """An SQL CASE arm: the reason if this column's value is bad."""
    arms = []
    if column.required:
        arms.append(f"when \"{column.name}\" is null then '{column.name} is missing'")
    if column.check:
        value = f"coalesce(left(cast(\"{column.name}\" as varchar), 80), 'null')"
        arms.append(f"when not coalesce({column.check}, true) then '{column.name} is not as declared: ' || {value}")
    return " ".join(arms)


def check(con: duckdb.DuckDBPyConnection, rows: str, table: Table, spool: Path | None = None) -> Checked:
    """Split the rows of the DuckDB table or view `rows` into the good ones, typed and in order, and the quarantined.

    `rows` has the table's columns and PROVENANCE; values are cast to the declared types (a value that can't be
    cast, or only by losing a part of it, is quarantined). Optional `_reason` and `_mend` mark rows that the source
    itself knows to be bad. Good rows are sorted by key, unless they come with `spool`, are SORTED_BELOW or more, and
    stand in the order of their `raw_row`, in which they then stay. Rows without a `raw_row` are those of a raw file in
    its order: they are numbered from 1 and stay in that order, and `{line}` in their `_mend` becomes raw_row + 1. Null
    keys count as equal. Text may come as ENUM, which is judged by its values and costs next to nothing to write.

    With the path `spool` the rows go through a Parquet file, so that memory is bounded however many they are; without
    one they go into a temporary table. `rows` is read once, and where it has `raw_row` and bad rows once more. Raises
    LookupError naming the columns that are missing or not known.
    """
    have = {str(row[0]): str(row[1]) for row in con.execute(f'describe "{rows}"').fetchall()}
    columns = all_columns(table)
    wanted = {column.name for column in columns}
    missing = sorted(wanted - set(have) - {"raw_row"})
    unknown = sorted(set(have) - wanted - {"_reason", "_mend"})
    if missing or unknown:
        raise LookupError(f"columns missing: {missing or 'none'}; columns not of {table.name}: {unknown or 'none'}")

    keys = ", ".join(f'"{name}"' for name in table.key)
    names = ", ".join(f'"{c.name}"' for c in columns)
    prefer = ", ".join(filter(None, (table.prefer and f"{table.prefer} nulls last", "raw_row")))
    problems = " ".join(filter(None, (_problem(c) for c in columns if c.name in have)))
    is_final = "raw_row" in have and spool is not None
    if spool and is_final:
        # what is written tells its nulls, and is judged sooner than what is read; seldom is there a row to be left out
        rows_in = _write(con, rows, _judged(rows, table, have, "", is_final), names, spool)
        if not _holds(con, rows, table, have, spool):
            rows_in = _write(con, rows, _judged(rows, table, have, problems, is_final), names, spool)
        _add_shared(con, rows, keys)
    else:
        rows_in = _keep(con, rows, _judged(rows, table, have, problems, is_final), keys, "raw_row" in have, spool)
    con.execute(
        f'create or replace temp table "{rows}_again" as select _row from "{rows}_odd" where _reason is null '
        f"qualify row_number() over (partition by {keys} order by {prefer}, {names}) > 1"
    )
    again, rows_again = f'_row in (from "{rows}_again")', _count(con, f"{rows}_again")
    # a bit for each row and no join, because DuckDB keeps the order of rows through filters and not through joins
    con.execute(f'set variable "{rows}_again" = (select bitstring_agg(_row, 0, {rows_in}) from "{rows}_again")')
    once = f"and get_bit(getvariable('{rows}_again'), _row::integer) = 0" if rows_again else ""
    may_stay = is_final and rows_in >= SORTED_BELOW and _is_in_order(con, rows)
    is_in_order = "raw_row" not in have or may_stay
    order = "" if is_in_order else f"order by {keys}, raw_row"
    con.execute(
        f'create or replace temp view "{rows}_good" as select {names} from "{rows}_fit" where true {once} {order}'
    )
    mends = " ".join(f"when starts_with(_reason, '{c.name} ') then '{_quote(c.mend)}'" for c in columns if c.mend)
    con.execute(
        f'create or replace temp table "{rows}_bad" as with marked as (select * exclude (_reason), '
        f"case when {again} then 'same key as another row: ' || concat_ws(', ', {keys}) else _reason end as _reason "
        f'from "{rows}_odd" where _reason is not null or {again}) '
        f"select raw_row, _reason as reason, coalesce(replace(_given_mend, '{{line}}', (raw_row + 1)::varchar), "
        f"_given_mend, case {mends} "
        f"when starts_with(_reason, 'same key') then 'nothing: the row kept is the first by {_quote(prefer)}' else "
        f"'correct the row in the file, or report it to the publisher' end) as mend, "
        f"coalesce(_as_read, cast(to_json(struct_pack({_struct(columns)})) as varchar)) as row_json "
        f"from marked order by raw_row, reason, row_json"
    )
    rows_bad = _count(con, f"{rows}_bad")
    reasons = con.execute(
        f"select split_part(reason, ':', 1), count(*) from \"{rows}_bad\" group by 1 order by 2 desc, 1 limit 50"
    ).fetchall()
    file = spool if is_final and is_in_order and not rows_again else None
    return Checked(f"{rows}_good", f"{rows}_bad", rows_in, rows_in - rows_bad, rows_bad, dict(reasons), file)


def _judged(rows: str, table: Table, have: dict[str, str], problems: str, is_final: bool) -> str:
    """SQL of the rows: typed columns, and of those that are bad in themselves `_reason`, `_given_mend`, `_as_read`.

    Bad is what the source says is bad, what its type can't hold, and what the arms of a CASE `problems` tell. Text that
    comes as ENUM stays one where the rows are written as they are to land.
    """
    columns = [c for c in all_columns(table) if c.name in have]
    as_is = {c.name for c in columns if is_final and c.type == "VARCHAR" and have[c.name].startswith("ENUM(")}
    reason, mend = (f'"{name}"::varchar' if name in have else "null::varchar" for name in ("_reason", "_mend"))
    casts = ", ".join(
        f'"{c.name}"' if c.name in as_is else f'try_cast("{c.name}" as {c.type}) as "{c.name}"' for c in columns
    )
    lost = " ".join(
        f"when {_is_lost(c)} then '{c.name} is no {c.type}: ' || left(cast(\"{c.name}\" as varchar), 80)"
        for c in columns
        # what has its type already loses nothing, and infinity is one
        if c.name not in as_is and (have[c.name] != c.type or c.type == "DOUBLE")
    )
    return (
        f"with typed as (select {casts}, coalesce({reason}, {f'case {lost} end' if lost else 'null'}) as _lost, "
        f'{mend} as _given_mend, struct_pack({_struct(columns)}) as _read from "{rows}"), '
        f"judged as (select * exclude (_lost), coalesce(_lost, {f'case {problems} end' if problems else 'null'}) "
        "as _reason from typed) "
        "select * exclude (_read), case when _reason is not null then cast(to_json(_read) as varchar) end as _as_read "
        "from judged"
    )


def _write(con: duckdb.DuckDBPyConnection, rows: str, judged: str, names: str, path: Path) -> int:
    """Write the good rows as they are to land; returns how many rows there are with the bad ones.

    Makes the view ROWS_fit of what is written, with `_row` (position, from 0), and the table ROWS_odd of the bad rows.
    One thread writes as it reads; several would each hold what the others are not ready for, and cut row groups by the
    memory that there is.
    """
    drawing = f"{rows}_unfit_{uuid.uuid4().hex[:8]}"
    con.execute(f'create temp sequence "{drawing}"')
    [threads] = con.execute("select current_setting('threads')").fetchone() or (1,)
    con.execute("set threads = 1")
    con.execute(  # bad rows draw a number and are left out
        f"copy (select {names} from ({judged}) where case when _reason is null then true "
        f"else nextval('{drawing}') is null end) to '{_quote(str(path))}' ({PARQUET})"
    )
    con.execute(f"set threads = {threads}")
    [drawn] = con.execute(f"select nextval('{drawing}') - 1").fetchone() or (0,)
    con.execute(
        f'create or replace temp view "{rows}_fit" as select file_row_number as _row, * exclude (file_row_number) '
        f"from read_parquet('{_quote(str(path))}', file_row_number = true)"
    )
    con.execute(
        f'create or replace temp table "{rows}_odd" as select null::bigint as _row, * from ({judged}) '
        f"where {'_reason is not null' if drawn else 'false'}"
    )
    if (told := _count(con, f"{rows}_odd")) != drawn:
        raise RuntimeError(f"{drawn:,} rows were bad when they were read first, and {told:,} when read again")
    return _count(con, f"{rows}_fit") + int(drawn)


def _holds(con: duckdb.DuckDBPyConnection, rows: str, table: Table, have: dict[str, str], path: Path) -> bool:
    """Whether all that is written in ROWS_fit is as the table declares it: what _problem tells of each row, told of the
    file. Nulls are counted in its footer, and an ENUM is judged by its values."""
    counted = con.execute(
        "select path_in_schema, bool_and(coalesce(stats_null_count = 0, false)) "
        f"from parquet_metadata('{_quote(str(path))}') group by 1"
    ).fetchall()
    never_null = {name for name, is_never in counted if is_never}
    left = []
    for column in all_columns(table):
        if column.required and column.name not in never_null:
            left.append(f'"{column.name}" is null')
        if column.check and not (have[column.name].startswith("ENUM(") and _is_fit(con, column, have[column.name])):
            left.append(f"not coalesce({column.check}, true)")
    wrong = " or ".join(left) or "false"
    return con.execute(f'select count(*) filter ({wrong}) from "{rows}_fit"').fetchone() == (0,)


def _is_fit(con: duckdb.DuckDBPyConnection, column: Column, enum: str) -> bool:
    """Whether the column's check speaks of no other column and holds for each value of the ENUM."""
    try:
        told = con.execute(
            f"select bool_and(coalesce({column.check}, true)) "
            f'from (select unnest(enum_range(null::{enum}))::varchar as "{column.name}")'
        ).fetchone()
    except duckdb.BinderException:
        return False
    return bool(told and told[0])


def _add_shared(con: duckdb.DuckDBPyConnection, rows: str, keys: str) -> None:
    """Add to ROWS_odd the rows of ROWS_fit that share their key. The hashes of keys are sorted, HASHES of them at a
    time: a GROUP BY would take twice the time and several times the memory."""
    import numpy  # not above: every parse of a DAG would pay for it

    parts = _count(con, f"{rows}_fit") // HASHES + 1
    for part in range(parts):
        where = f"where hash({keys}) % {parts} = {part}" if parts > 1 else ""
        found = con.execute(f'select hash({keys}) as hash from "{rows}_fit" {where}').fetchnumpy()["hash"]
        hashes = numpy.sort(numpy.asarray(found))
        if shared := ", ".join(map(str, numpy.unique(hashes[1:][hashes[1:] == hashes[:-1]]))):
            con.execute(f'insert into "{rows}_odd" by name select * from "{rows}_fit" where hash({keys}) in ({shared})')


def _is_in_order(con: duckdb.DuckDBPyConnection, rows: str) -> bool:
    """Whether the rows of ROWS_fit stand in the order of their raw_row."""
    told = con.execute(
        "select count(*) = count(*) filter (raw_row >= coalesce(before, raw_row)) "
        f'from (select raw_row, lag(raw_row) over () as before from "{rows}_fit")'
    ).fetchone()
    return bool(told and told[0])


def _keep(
    con: duckdb.DuckDBPyConnection, rows: str, judged: str, keys: str, has_number: bool, spool: Path | None
) -> int:
    """Read all rows into the spool or a temporary table; returns how many. Makes ROWS_fit and ROWS_odd as above."""
    judged = f"select *, hash({keys}) as _key from ({judged})"
    if spool:
        kept, row = f"read_parquet('{_quote(str(spool))}', file_row_number = true)", "file_row_number"
        con.execute(f"copy ({judged}) to '{_quote(str(spool))}' ({SPOOL})")
    else:
        kept, row = f'"{rows}_kept"', "rowid"
        con.execute(f"create or replace temp table {kept} as {judged}")
    numbered = f"{row} as _row, * exclude ({row})" if spool else f"{row} as _row, *"
    if not has_number:
        numbered += (
            " replace (left(_as_read, -1) || ',\"raw_row\":' || _row + 1 || '}' as _as_read), _row + 1 as raw_row"
        )
    con.execute(f'create or replace temp view "{rows}_checked" as select {numbered} from {kept}')
    con.execute(f'create or replace temp view "{rows}_fit" as from "{rows}_checked" where _reason is null')
    con.execute(
        f'create or replace temp table "{rows}_shared" as '
        f'select _key from "{rows}_fit" group by _key having count(*) > 1'
    )
    con.execute(
        f'create or replace temp table "{rows}_odd" as '
        f'select * from "{rows}_checked" where _reason is not null or _key in (from "{rows}_shared")'
    )
    return _count(con, f"{rows}_checked")


def _struct(columns: Iterable[Column]) -> str:
    return ", ".join(f'"{c.name}" := "{c.name}"' for c in columns)


def _count(con: duckdb.DuckDBPyConnection, name: str) -> int:
    row = con.execute(f'select count(*) from "{name}"').fetchone()
    return int(row[0]) if row else 0


def _quote(text: str) -> str:
    return text.replace("'", "''")


def empty(con: duckdb.DuckDBPyConnection, table: Table, path: str) -> None:
    """Write a Parquet file of the table with no rows, so that its glob is never empty."""
    columns = ", ".join(f'null::{c.type} as "{c.name}"' for c in all_columns(table))
    con.execute(f"copy (select {columns} where false) to '{_quote(path)}' (format parquet, compression zstd)")
