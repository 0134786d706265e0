"""VRS routes, offline: each trap, every form of archive, and the real files where they are at hand."""

import csv
import gzip
import io
import lzma
import os
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from ingest import landing, settings, source
from ingest.errors import BadFile
from ingest.landing import Receipt, Store
from ingest.readers import archive
from ingest.source import Remote
from sample import make_routes

MODULE = source.get("vrs_routes")
HERE = Path(__file__).parent / "vrs_routes"
RAW = HERE / "raw" / "SBI-all.csv"
REAL = Path(os.environ.get("ENTENTE_REAL", settings.REPOSITORY.parent / "shared/data")) / "vrs_standing_data"
HEADER = "Callsign,Code,Number,AirlineCode,AirportCodes\n"
PATH = "routes/schema-01/A/AFL-all.csv"
TWO = {
    PATH: f"\ufeff{HEADER}AFL132,AFL,132,AFL,UUEE-UCFM\n",
    "routes/schema-01/S/SBI-1.csv": f"{HEADER}SBI1,SBI,1,SBI,UUDD-UNNT-UCFM\n",
}

needs_real = pytest.mark.skipif(
    not REAL.is_dir(), reason=f"no real files in {REAL.name}/ (ENTENTE_REAL names its parent)"
)


def land(path: Path, folder: Path, name: str = "") -> Receipt:
    return landing.land(MODULE, Remote(name or path.name, str(path), is_local=True), Store(str(folder / "landing")))


def landed(folder: Path, columns: str, table: str = "routes") -> list[tuple[object, ...]]:
    files = str(folder / "landing" / table / MODULE.source.key / "*.parquet")
    return duckdb.execute(f"select {columns} from read_parquet(?) order by all", [files]).fetchall()


def tar(files: dict[str, str], commit: str = "", mtime: int = 1787111374, top: str = "standing-data-main/") -> bytes:
    plain = io.BytesIO()
    headers = {"comment": commit} if commit else {}
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT, pax_headers=headers) as packed:
        for name, text in files.items():
            member = tarfile.TarInfo(top + name)
            member.size, member.mtime = len(text.encode()), mtime
            packed.addfile(member, io.BytesIO(text.encode()))
    return plain.getvalue()


def zipped(files: dict[str, str], commit: str = "", top: str = "standing-data-main/") -> bytes:
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.comment = commit.encode()
        for name, text in files.items():
            packed.writestr(zipfile.ZipInfo(top + name, (2026, 8, 19, 3, 49, 34)), text, zipfile.ZIP_DEFLATED)
    return plain.getvalue()


def write(folder: Path, data: bytes, name: str = "standing-data-main.tar.gz") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
    return folder / name


def test_every_line_lands_as_expected_or_is_quarantined_with_its_reason(tmp_path: Path) -> None:
    receipt = land(RAW, tmp_path)
    assert receipt.status == "landed", receipt.problem
    for table in ("routes", "quarantine"):
        with (HERE / "expected" / f"{table}.csv").open(encoding="utf-8", newline="") as handle:
            heads, *rows = csv.reader(handle)
        found = landed(tmp_path, ", ".join(heads), table)
        assert [["" if value is None else str(value) for value in row] for row in found] == rows
    lines = RAW.read_text(encoding="utf-8-sig").splitlines()[1:]
    told = {row for (row,) in landed(tmp_path, "distinct raw_row") + landed(tmp_path, "raw_row", "quarantine")}
    assert told == set(range(1, len(lines) + 1))


COMMIT = "1233707df7857017f1def631d4c248f0b3d8fb84"
FORMS: dict[str, Callable[[], bytes]] = {
    "tar.gz": lambda: gzip.compress(tar(TWO, COMMIT), mtime=0),
    "tar.xz": lambda: lzma.compress(tar(TWO, COMMIT)),
    "tar": lambda: tar(TWO, COMMIT),
    "zip": lambda: zipped(TWO, COMMIT),
    "files in another order": lambda: gzip.compress(tar(dict(reversed(TWO.items())), COMMIT)),
    "no folder on top": lambda: gzip.compress(tar(TWO, COMMIT, top="")),
    "other files beside": lambda: gzip.compress(
        tar({"airports/schema-01/U/UU.csv": "Code,Name\n", "routes/schema-01/CREDITS.md": "# Credits", **TWO}, COMMIT)
    ),
    "a column more, as the publisher may add": lambda: lzma.compress(
        tar({name: text.replace("Codes\n", "Codes,New\n").replace("UCFM\n", "UCFM,1\n") for name, text in TWO.items()},
            COMMIT)
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_the_archive_gives_the_same_rows_and_the_edition_that_git_wrote_into_it(
    tmp_path: Path, form: str
) -> None:
    receipt = land(write(tmp_path, FORMS[form]()), tmp_path)
    assert (receipt.status, receipt.rows_quarantined) == ("landed", 0), receipt.problem
    assert landed(tmp_path, "route_id, leg_no, n_legs, origin, destination, raw_row, vintage") == [
        ("AFL132", 1, 1, "UUEE", "UCFM", 1, "2026-08-19.1233707df785"),
        ("SBI1", 1, 2, "UUDD", "UNNT", 2, "2026-08-19.1233707df785"),
        ("SBI1", 2, 2, "UNNT", "UCFM", 2, "2026-08-19.1233707df785"),
    ]


@pytest.mark.parametrize(
    ("name", "vintage"),
    [
        ("AFL-all.csv", "AFL-all"),
        ("2026-08-19/A/AFL-all.csv", "2026-08-19"),
        ("AFL-all_20260819.csv", "2026-08-19"),
        (f"standing-data-{COMMIT}/AFL-all.csv", "1233707df785"),
    ],
)
def test_the_edition_of_a_single_file_is_what_its_name_tells(tmp_path: Path, name: str, vintage: str) -> None:
    assert land(write(tmp_path, TWO[PATH].encode(), "AFL-all.csv"), tmp_path, name).vintages == [vintage]


def test_a_callsign_in_two_files_keeps_the_first_by_path_whatever_the_archives_order(tmp_path: Path) -> None:
    files = {"routes/schema-01/A/AFL-all.csv": f"{HEADER}AFL1,AFL,1,AFL,UUEE-UCFM\n",
             "routes/schema-01/A/AFL-1.csv": f"{HEADER}AFL1,AFL,1,AFL,UUEE-UCFO\n"}  # fmt: skip
    for order in (files, dict(reversed(files.items()))):
        folder = tmp_path / next(iter(order)).replace("/", "_")
        receipt = land(write(folder, lzma.compress(tar(order))), folder)
        assert receipt.reasons == {"callsign stands before with a route": 1}
        assert landed(folder, "destination") == [("UCFO",)]


def sparse() -> bytes:
    member = tarfile.TarInfo("x/routes/schema-01/A/AFL-all.csv")
    member.size = 1 << 40
    return gzip.compress(member.tobuf() + bytes(1024))


def damaged(what: str) -> bytes:
    packed, whole = gzip.compress(tar(TWO), mtime=0), lzma.compress(tar(TWO))
    return {
        "gzip cut off": packed[: len(packed) // 2],
        "gzip without its end": packed[:-6],
        "gzip of a wrong checksum": packed[:-8] + b"\0\0\0\0" + packed[-4:],
        "xz cut off": whole[: len(whole) // 2],
        "xz without its end": whole[:-12],
        "zip cut off": zipped(TWO)[:-30],
        "zip of a wrong checksum": _flipped(zipped(TWO)),
        "a table in gzip": gzip.compress(TWO[PATH].encode()),
        "no routes in it": gzip.compress(tar({"airlines/schema-01/airlines.csv": "Code\nAFL\n"})),
        "another table in its place": gzip.compress(tar({PATH: "Code,Name\nAFL,Aeroflot\n"})),
        "no UTF-8": lzma.compress(tar({PATH: HEADER}).replace(b"Callsign,Code", b"Callsign,\xff\xfede")),
        "a quote without end": gzip.compress(tar({PATH: f'{HEADER}"AFL1,AFL,1,AFL,UUEE-UCFM\n'})),
        "a path upwards": gzip.compress(tar(TWO, top="../../")),
        "an absolute path": gzip.compress(tar(TWO, top="/etc/")),
        "a path upwards in a zip": zipped(TWO, top="..\\"),
        "only links": gzip.compress(_link()),
        "more than it says": sparse(),
    }[what]


def _flipped(packed: bytes) -> bytes:
    """With another checksum than its first file's, in the directory at its end."""
    place = packed.index(b"PK\x01\x02") + 16
    return packed[:place] + bytes([packed[place] ^ 1]) + packed[place + 1 :]


def _link() -> bytes:
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as packed:
        member = tarfile.TarInfo(PATH)
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        packed.addfile(member)
    return plain.getvalue()


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("gzip cut off", "gzip is cut off or damaged"),
        ("gzip without its end", "gzip is cut off or damaged"),
        ("gzip of a wrong checksum", "gzip is cut off or damaged"),
        ("xz cut off", "no whole archive"),
        ("xz without its end", "no whole archive"),
        ("zip cut off", "no whole archive"),
        ("zip of a wrong checksum", "no whole archive"),
        ("a table in gzip", "no whole archive"),
        ("no routes in it", "holds no routes/schema-01"),
        ("another table in its place", "is no file of routes"),
        ("no UTF-8", "can't be read as CSV in UTF-8"),
        ("a quote without end", "can't be read as CSV in UTF-8"),
        ("a path upwards", "leads out of the archive"),
        ("an absolute path", "leads out of the archive"),
        ("a path upwards in a zip", "leads out of the archive"),
        ("only links", "holds no routes/schema-01"),
        ("more than it says", "more than 1,073,741,824 bytes"),
    ],
)
def test_an_archive_that_is_damaged_or_dishonest_is_rejected_in_plain_words(
    tmp_path: Path, what: str, says: str
) -> None:
    receipt = land(write(tmp_path, damaged(what)), tmp_path)
    assert (receipt.status, receipt.rows_landed) == ("rejected", 0)
    assert says in receipt.problem and receipt.mend
    assert not list((tmp_path / "landing" / "routes").rglob("*.parquet"))


@pytest.mark.parametrize("pack", [lambda text: gzip.compress(tar({PATH: text})), lambda text: zipped({PATH: text})])
def test_a_bomb_ends_when_more_comes_out_than_is_allowed(tmp_path: Path, pack: Callable[[str], bytes]) -> None:
    path = write(tmp_path, pack("0" * (3 << 20)))
    assert path.stat().st_size < 10_000
    with (
        pytest.raises(BadFile, match="more than 1,048,576 bytes"),
        archive.opened(path, lambda _: True, most_bytes=1 << 20) as packed,
    ):
        list(packed.members)


def test_a_bomb_in_a_file_that_nobody_reads_ends_too(tmp_path: Path) -> None:
    path = write(tmp_path, lzma.compress(tar({"aircraft.csv": "0" * (3 << 20), **TWO})))
    with (
        pytest.raises(BadFile, match="more than 1,048,576 bytes"),
        archive.opened(path, lambda name: name.endswith("-all.csv"), most_bytes=1 << 20) as packed,
    ):
        list(packed.members)


def test_a_full_disk_is_not_blamed_on_the_archive(tmp_path: Path) -> None:
    path = write(tmp_path, gzip.compress(tar(TWO)))
    with pytest.raises(OSError, match="no room"), archive.opened(path, lambda _: True) as packed:
        next(packed.members)
        raise OSError(28, "no room")


def test_same_bytes_twice_give_the_same_parquet(tmp_path: Path) -> None:
    made = []
    for run in ("one", "two"):
        land(RAW, tmp_path / run)
        made.append([file.read_bytes() for file in sorted((tmp_path / run).rglob("*.parquet"))])
    assert made[0] == made[1] and len(made[0]) == 2


def test_the_sample_is_what_its_script_makes_and_covers_the_flights_of_the_sample(tmp_path: Path) -> None:
    make_routes.main(tmp_path)
    for name in ("vrs_routes/standing-data-main.tar.gz", "opensky_country_pairs/flights_countries.csv"):
        one, other = ((folder / name).read_bytes() for folder in (tmp_path, settings.SAMPLE / "flights"))
        assert one == other if name.endswith(".csv") else gzip.decompress(one) == gzip.decompress(other), name
    lists = str(settings.SAMPLE / "flights" / "opensky_flightlist" / "*.csv.gz")
    flown = {
        str(callsign)
        for (callsign,) in duckdb.execute(
            "select distinct callsign from read_csv(?, all_varchar = true)", [lists]
        ).fetchall()
    }
    routes = make_routes.routes()
    assert set(make_routes.OUTDATED) | set(make_routes.LONGER) <= flown
    known = flown & set(routes)
    assert len(known) / len([callsign for callsign in flown if not callsign.startswith(("N8", "TGZ", "KAL"))]) == 1
    receipt = land(settings.SAMPLE / "flights" / "vrs_routes" / "standing-data-main.tar.gz", tmp_path)
    assert receipt.reasons == {"a route of one airport": 1}
    assert {str(name) for (name,) in landed(tmp_path, "distinct route_id")} == set(routes)


@needs_real
def test_real_files_hold_618583_routes_34680_of_them_of_several_legs(tmp_path: Path) -> None:
    receipt = land(REAL / "vrs_routes_airports_airlines.tar.xz", tmp_path)
    assert (receipt.status, receipt.rows_quarantined) == ("landed", 0), receipt.problem
    assert receipt.vintages == ["2026-08-19"]
    several = "count(distinct route_id) filter (n_legs > 1)"
    assert landed(tmp_path, f"count(distinct route_id), {several}, count(*)") == [(618_583, 34_680, 658_163)]
    broken = "count(*) filter (leg_no <> n_legs and destination is distinct from next), "
    broken += "count(*) filter (leg_no = n_legs and next is not null)"
    files = str(tmp_path / "landing/routes/vrs_routes/*.parquet")
    chains = duckdb.execute(
        f"select {broken} from (select *, lead(origin) over (partition by route_id order by leg_no) as next "
        "from read_parquet(?))",
        [files],
    ).fetchall()
    assert chains == [(0, 0)], "each leg starts where the one before ends"


@needs_real
def test_real_files_hold_262_callsigns_between_kyrgyzstan_and_russia_over_95_directed_pairs(tmp_path: Path) -> None:
    import airportsdata

    land(REAL / "vrs_routes_airports_airlines.tar.xz", tmp_path)
    countries = {code: airport["country"] for code, airport in airportsdata.load().items()}
    between = [
        row
        for row in landed(tmp_path, "route_id, origin, destination")
        if {countries.get(str(row[1])), countries.get(str(row[2]))} == {"KG", "RU"}
    ]
    assert len({row[0] for row in between}) == 262
    assert len({row[1:] for row in between}) == 95
    assert len({frozenset(row[1:]) for row in between}) == 54
