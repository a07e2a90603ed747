"""The lines of a JSON Lines file -> raw records. One bad line costs that line.

Owns what a line must hold. Of several non-empty fields with an article, `html` beats `markdown` beats `text`; what
is in `text` is told by its content, as of a `.txt` file. Keep out: files and line ends (streams), the types of the
given fields (given).
"""

from __future__ import annotations

import codecs
import hashlib
import json
from collections.abc import Iterator
from typing import Any

from newsmill.model import Given, RawFormat, RawRecord, Reason, Slice, Spot, Unreadable
from newsmill.read.decode import plain
from newsmill.read.failure import BadRecordError, Watch, folder_of, too_large, unreadable, unwatched
from newsmill.read.given import FieldError, Number, given_from, shown
from newsmill.read.sniff import CONTENT_FIELDS, format_of
from newsmill.read.streams import DamagedError, Line, chunks, lines
from newsmill.storage import Store

_DECODER = json.JSONDecoder(
    strict=False,  # raw tabs and the like within strings do no harm
    parse_int=Number,  # as written: an id of twenty digits keeps them, one of ten thousand costs nothing
    parse_float=Number,
    parse_constant=lambda _: None,  # NaN and Infinity, which pandas writes for an absent value
)
"""JSON as it is met with; numbers stay text."""


def read_lines(
    landing: Store, part: Slice, *, max_record_bytes: int, at: Watch = unwatched
) -> Iterator[RawRecord | Unreadable]:
    """Yield one result for every non-blank line of a slice; `at` is told of each line before what it holds is read.

    Where the file breaks or ends before the slice does, the last result says so.
    """
    number, left = part.first_line, part.records
    try:
        with landing.open(part.path) as handle:
            stream = chunks(handle, part.offset)
            for line in lines(stream, keep=max_record_bytes, number=part.first_line, offset=part.offset):
                number = line.number + 1
                if not line.blank:
                    left -= 1
                    spot = _spot(part, line, left)
                    yield at(spot) or _result(spot, line, max_record_bytes)
                if left == 0:
                    return
        problem = f"the file ends before line {number:,}, which it had when the run was planned"
        failure = BadRecordError(Reason.VANISHED, problem)
    except DamagedError as error:
        problem = f"{error} in line {number:,}; the lines before it were read; fetch the file again"
        failure = BadRecordError(Reason.BAD_COMPRESSION, problem)
    except FileNotFoundError:
        problem = f"the file is gone since the run was planned, and {left:,} records with it"
        failure = BadRecordError(Reason.VANISHED, problem)
    except OSError as error:
        problem = f"cannot be read from line {number:,} on: {error.strerror or error}"
        failure = BadRecordError(Reason.NOT_READABLE, problem)
    at(Spot(raw_path=f"{part.path}#{number}", folder=folder_of(part.path)))
    yield unreadable(part.path, failure, line=number)


def _spot(part: Slice, line: Line, left: int) -> Spot:
    """Return where the reader is: the line, and what the slice holds behind it."""
    sha256 = line.sha256 if line.data is None else hashlib.sha256(line.data).hexdigest()
    offset = line.offset + line.size
    return Spot(
        raw_path=f"{part.path}#{line.number}",
        folder=folder_of(part.path),
        raw_sha256=sha256,
        fingerprint=sha256,
        rest=Slice(
            path=part.path,
            size=part.size - (offset - part.offset),
            records=left,
            first_line=line.number + 1,
            offset=offset,
        )
        if left
        else None,
    )


def _result(spot: Spot, line: Line, limit: int) -> RawRecord | Unreadable:
    try:
        if line.data is None:
            raise too_large(f"{line.size:,} bytes", limit)
        fields = _object(_text(line.data))
        raw_format, content = _content(fields)
        return RawRecord(
            raw_path=spot.raw_path,
            folder=spot.folder,
            raw_format=raw_format,
            content=content,
            raw_sha256=spot.raw_sha256 or "",
            fingerprint=spot.fingerprint or "",
            given=_given(fields),
        )
    except BadRecordError as error:
        return unreadable(spot.raw_path, error, sha256=spot.raw_sha256, fingerprint=spot.fingerprint)


def _given(fields: dict[str, Any]) -> Given:
    try:
        return given_from(fields)
    except FieldError as error:
        raise BadRecordError(Reason.BAD_FIELD, str(error)) from None


def _text(data: bytes) -> str:
    try:
        return data.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        found = data[error.start : error.start + 4].hex(" ")
        detail = f"byte {error.start + 1:,} of the line ({found}) is not UTF-8; write JSON Lines as UTF-8"
        raise BadRecordError(Reason.UNDECODABLE, detail) from None


def _object(text: str) -> dict[str, Any]:
    try:
        found = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        near = shown(text[max(0, error.pos - 20) : error.pos + 20])
        detail = f"character {error.pos + 1:,} of {len(text):,}: {error.msg}, near {near}; write one object a line"
        raise BadRecordError(Reason.BAD_JSON, detail) from None
    except RecursionError:
        detail = "its lists or objects are nested too deep; write an article's fields flat"
        raise BadRecordError(Reason.TOO_DEEP, detail) from None
    if not isinstance(found, dict):
        raise BadRecordError(Reason.BAD_JSON, f"it is {shown(found)}, not an object; write one object a line")
    return found


def _content(fields: dict[str, Any]) -> tuple[RawFormat, str]:
    present = [name for name in CONTENT_FIELDS if name in fields]
    if not present:
        said = ", ".join(map(shown, list(fields)[:10])) or "no field"
        detail = f"none of html, markdown and text is there to hold the article; found {said}"
        raise BadRecordError(Reason.BAD_FIELD, detail)
    for name in present:
        value = fields[name]
        if value is not None and (not isinstance(value, str) or isinstance(value, Number)):
            raise BadRecordError(Reason.BAD_FIELD, f"{name} must be a string, not {shown(value)}")
    for name in present:
        content = plain(fields[name] or "")
        if content.strip():
            return _format(name, content), content
    raise BadRecordError(Reason.EMPTY, f"{' and '.join(present)} is empty")


def _format(name: str, content: str) -> RawFormat:
    """Return what the field's name says; `text` is what writers put anything in, so there the content tells."""
    return format_of(content) if name == RawFormat.TEXT else RawFormat(name)
