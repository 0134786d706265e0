"""Data frames of R's .rda files as columns: the form in which some real tables are at hand (R Internals, 1.8)."""

from __future__ import annotations

import bz2
import gzip
import lzma
import struct
import sys
from array import array
from pathlib import Path
from typing import Any

PACKED = {b"\x1f\x8b": gzip.decompress, b"BZ": bz2.decompress, b"\xfd7": lzma.decompress}


class _Reader:
    def __init__(self, content: bytes) -> None:
        if content[:7] not in (b"RDX2\nX\n", b"RDX3\nX\n"):
            raise ValueError(f"no .rda of version 2 or 3: {content[:7]!r}")
        self.data, self.at = content, 19
        self.symbols: list[Any] = []
        if content[3:4] == b"3":
            size = self.number()  # of the name of an encoding
            self.at += size

    def number(self) -> int:
        self.at += 4
        return int(struct.unpack_from(">i", self.data, self.at - 4)[0])

    def numbers(self, code: str, size: int) -> list[Any]:
        found = array(code)
        n = self.number()
        found.frombytes(self.data[self.at : self.at + n * size])
        self.at += n * size
        if sys.byteorder == "little":
            found.byteswap()
        return found.tolist()

    def item(self) -> Any:
        """A value; a pair list as a list of (name, value)."""
        flags = self.number()
        kind, has_attributes = flags & 255, bool(flags & 512)
        if kind in (242, 253, 254):
            return None
        if kind == 255:
            return self.symbols[(flags >> 8) - 1]
        if kind == 1:
            self.symbols.append(self.item())
            return self.symbols[-1]
        if kind == 2:
            attributes = self.item() if has_attributes else None
            name = self.item() if flags & 1024 else None
            head = [(name, self.item())]
            return head + (self.item() or []) + (attributes or [])
        if kind == 9:
            size = self.number()
            self.at += max(size, 0)
            return None if size < 0 else self.data[self.at - size : self.at].decode()
        if kind == 238:  # a vector that R keeps in short: wrapped, or a sequence
            (_, name), *_ = self.item()
            state = self.item()
            attributes = self.item()
            value = state[0] if name.startswith("wrap") else next(v for _, v in state) if "string" in name else state
        elif kind in (10, 13):
            value = self.numbers("i", 4)
        elif kind == 14:
            value = self.numbers("d", 8)
        elif kind in (16, 19):
            value = [self.item() for _ in range(self.number())]
        else:
            raise ValueError(f"R's type {kind} is not read here")
        if kind != 238:
            attributes = self.item() if has_attributes else None
        told = dict(attributes or [])
        if "levels" in told:
            return [None if n < 1 else told["levels"][n - 1] for n in value]
        return dict(zip(told["names"], value, strict=True)) if kind == 19 and "names" in told else value


def read(path: Path) -> dict[str, dict[str, list[Any]]]:
    """The data frames of a file: name, column, values; missing numbers are NaN, missing texts None."""
    content = path.read_bytes()
    return dict(_Reader(PACKED[content[:2]](content)).item())
