"""CSV files inside a .tar.xz, .tar.gz, .tar or .zip, one after the other, without unpacking the archive to disk.

Nothing is written below the name that a member gives, so that a name cannot lead anywhere; one that tries is told
nevertheless. What is unpacked is counted as it comes, whatever the archive says of itself, so that a bomb ends early.
"""

from __future__ import annotations

import gzip
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, cast

from ingest.errors import BadFile

CHUNK = 1 << 20
MOST_BYTES = 1 << 30  # unpacked, of all members together
MOST_MEMBERS = 200_000
AGAIN = "get the archive again, whole"
BROKEN = (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error, tarfile.TarError, zipfile.BadZipFile)


@dataclass
class Archive:
    """An archive that is being read; what it says of its edition is complete when `members` has ended."""

    members: Iterator[tuple[str, bytes]]  # of those wanted, in the archive's order: name, unpacked bytes
    commit: str = ""  # 40 hex digits where git made it
    days: set[date] = field(default_factory=set)  # UTC days of all files; one day only where git made it


class _Counted:
    """A binary stream that ends in BadFile where more than `most` bytes come out of it."""

    def __init__(self, stream: IO[bytes], most: int) -> None:
        self.stream, self.most, self.bytes = stream, most, 0

    def read(self, size: int = CHUNK) -> bytes:
        chunk = self.stream.read(size)
        self.bytes += len(chunk)
        if self.bytes > self.most:
            raise _too_large(self.most)
        return chunk


def is_archive(path: Path) -> bool:
    """Whether the file begins as an archive does, whatever it is called."""
    with path.open("rb") as handle:
        head = handle.read(512)
    return head.startswith((b"\xfd7zXZ\0", b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06")) or head[257:262] == b"ustar"


@contextmanager
def opened(path: Path, wanted: Callable[[str], bool], most_bytes: int = MOST_BYTES) -> Iterator[Archive]:
    """The archive's members whose name is wanted. BadFile for one that is damaged, too large or not honest."""
    with ExitStack() as stack:
        handle = stack.enter_context(path.open("rb"))
        head = handle.read(6)
        handle.seek(0)
        try:
            if head.startswith(b"PK"):
                with zipfile.ZipFile(handle) as packed:
                    found = Archive(iter(()), _commit(packed.comment))
                    found.members = _zip(packed, wanted, found, most_bytes)
                    yield found
                return
            plain: IO[bytes] = handle
            if head.startswith(b"\xfd7zXZ"):
                plain = cast(IO[bytes], stack.enter_context(lzma.LZMAFile(handle)))
            elif head.startswith(b"\x1f\x8b"):
                plain = cast(IO[bytes], stack.enter_context(gzip.GzipFile(fileobj=handle)))
            found = Archive(iter(()))
            found.members = _tar(_Counted(plain, most_bytes), wanted, found)
            yield found
        except BROKEN as error:
            raise BadFile(f"it is no whole archive: {error}", mend=AGAIN) from error
        except (RuntimeError, NotImplementedError) as error:  # encrypted, or packed in a way that zipfile lacks
            raise BadFile(f"the archive can't be unpacked: {error}", mend="pack it anew, with no password") from error


def _tar(counted: _Counted, wanted: Callable[[str], bool], found: Archive) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=cast(IO[bytes], counted), mode="r|") as packed:
        found.commit = _commit((packed.pax_headers or {}).get("comment", "").encode())
        for number, member in enumerate(packed, 1):
            _is_honest(member.name, number)
            if not member.isfile():  # a link is no file of the archive's own
                continue
            with suppress(ValueError, OverflowError, OSError):
                found.days.add(datetime.fromtimestamp(member.mtime, UTC).date())
            if wanted(member.name) and (stream := packed.extractfile(member)):
                if member.size > counted.most:
                    raise _too_large(counted.most)
                yield member.name, stream.read()
    while counted.read():  # to the end, where the checksum stands
        pass


def _zip(
    packed: zipfile.ZipFile, wanted: Callable[[str], bool], found: Archive, most: int
) -> Iterator[tuple[str, bytes]]:
    for number, member in enumerate(packed.infolist(), 1):
        _is_honest(member.filename, number)
        if member.is_dir():
            continue
        with suppress(ValueError):
            found.days.add(date(*member.date_time[:3]))
        if wanted(member.filename):
            with packed.open(member) as stream:
                data = stream.read(most + 1)
            if (most := most - len(data)) < 0:
                raise _too_large(most + len(data))
            yield member.filename, data


def _is_honest(name: str, number: int) -> None:
    if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or name[1:2] == ":":
        raise BadFile(f"a name in it leads out of the archive: {name[:80]!r}", mend="take the publisher's own archive")
    if number > MOST_MEMBERS:
        raise BadFile(f"it holds over {MOST_MEMBERS:,} files", mend="take the publisher's own archive")


def _too_large(most: int) -> BadFile:
    return BadFile(f"unpacked it has more than {most:,} bytes", mend="take the publisher's own archive, or its files")


def _commit(comment: bytes) -> str:
    """The commit that `git archive` writes into what it packs; empty where it says something else."""
    told = comment.decode("ascii", "replace").strip()
    return told if len(told) == 40 and set(told) <= set("0123456789abcdef") else ""
