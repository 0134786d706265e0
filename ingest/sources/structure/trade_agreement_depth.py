"""How deep preferential trade agreements go: what each treaty provides (DESTA's indices).

One row is
    one treaty, or accession or protocol to it, with its indices.

Published
    yearly by DESTA as desta_indices_version_02_03.csv: a line per treaty (number, base_treaty, name, depth_index,
    depth_rasch, ...), under the numbers of its list of treaties. `vintage` is the version in the file's name (02.03),
    else "unstated".

Beware
    - depth_index counts seven provisions (0 to 7): a full free trade area, and rules on standards, investment,
      services, procurement, competition and intellectual property. depth_rasch is a latent trait, without unit.
    - It is what the text provides, as signed, and not whether it is kept. Who is tied by it, and since when, stands in
      trade_agreements; without that list these rows tie nobody.
    - Accessions have no depth of their own: the models give them that of their treaty.
    - Treaties that nobody has coded have NA, which lands as null.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.source import Raw, Remote, Source, Window

if TYPE_CHECKING:
    import duckdb

SOURCE = Source(
    key="trade_agreement_depth",
    domain="structure",
    title="Depth of preferential trade agreements (Design of Trade Agreements)",
    publisher="DESTA project (World Trade Institute, University of Bern, and others)",
    landing_page="https://www.designoftradeagreements.org/downloads/",
    licence="free for research with citation",
    citation="Dür, A., Baccini, L. and Elsig, M. (2014). The Design of International Trade Agreements: Introducing a "
    "New Dataset. Review of International Organizations 9(3), 353-375.",
    cadence="@yearly",
    look_back_days=0,
    covers_from=date(1948, 1, 1),
    covers_to=None,
    coverage="preferential trade agreements of the world since 1948 whose text is coded",
    table="treaties",
    rows_per_file=(1, 100_000),
    max_bytes=50_000_000,
    files="desta_indices*.csv (or .csv.gz)",
)
INDICES = ("https://www.designoftradeagreements.org/media/filer_public/0c/64/"
           "0c64ec71-5728-409f-91d8-64c324bf4400/desta_indices_version_02_03.csv")  # fmt: skip
FORMS = {"indices": ("number", "base_treaty", "name", "depth_index", "depth_rasch")}


def fetch(window: Window | None) -> Iterator[Remote]:
    """The indices of the edition that is known: they hold all years, whatever the window."""
    yield Remote(INDICES.rsplit("/", 1)[1], INDICES)


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `treaties`: one per line; those with an index that is no number are marked as bad by the contract."""
    from ingest.readers import states

    states.read(con, raw.plain, FORMS, "DESTA's desta_indices_version_02_03.csv")
    version = re.search(r"_(\d\d)_(\d\d)", Path(raw.name).name)
    vintage = ".".join(version.groups()) if version else "unstated"
    return con.sql(
        "select 'indices' as dataset, number as code, base_treaty as base_code, name as title, "
        "nullif(depth_index, 'NA') as depth_index, nullif(depth_rasch, 'NA') as depth_rasch, "
        f"'{vintage}' as vintage, rowid + 1 as raw_row from lines_read"
    )
