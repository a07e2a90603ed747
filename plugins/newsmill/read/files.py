"""A plain file -> one raw record, with what its sidecar gives.

Owns the sidecar `<file>.meta.yaml`. Keep out: JSON Lines (jsonlines), what bytes are (sniff, decode).
"""

from __future__ import annotations

import errno
import hashlib
from dataclasses import dataclass

from newsmill.model import Given, RawRecord, Reason, Slice, Spot, Unreadable
from newsmill.read.decode import Decoded, DecodingError, decode
from newsmill.read.failure import BadRecordError, Watch, folder_of, too_large, unreadable, unwatched
from newsmill.read.given import FIELDS, FieldError, given_from, shown
from newsmill.read.sniff import format_of, noise
from newsmill.read.streams import CHUNK, DamagedError, compression, unpack
from newsmill.storage import Store
from newsmill.yamlfile import MAX_YAML_CHARS, YamlError, parse_yaml

SIDECAR = ".meta.yaml"
"""What a sidecar's name has after its file's."""

ESCAPED = "\\udc"
"""Stands in a planned path for a byte of a file's name that is not UTF-8 (see `plan`)."""

MAX_SIDECAR_BYTES = 4 * MAX_YAML_CHARS
"""A character has four bytes at most."""


@dataclass(slots=True)
class _Raw:
    """The bytes of a file as far as they are read, and their hashes as far as they are known."""

    data: bytes = b""
    size: int = 0
    sha256: str | None = None
    fingerprint: str | None = None


def files_of(part: Slice) -> list[str]:
    """Return the files that a slice is read from, those of JSON Lines left out: they are streamed."""
    return [] if part.first_line else [part.path, f"{part.path}{SIDECAR}"]


def read_file(landing: Store, part: Slice, *, max_record_bytes: int, at: Watch = unwatched) -> RawRecord | Unreadable:
    """Read the one record of a plain file; `at` is told of it first."""
    lost = at(Spot(raw_path=part.path, folder=folder_of(part.path)))
    if lost:
        return lost
    raw = _Raw()
    try:
        return _record(landing, part.path, raw, max_record_bytes, at)
    except BadRecordError as error:
        failure = error
    except FileNotFoundError:
        failure = _gone(part.path)
    except OSError as error:
        problem = f"cannot be read: {error.strerror or error}; see to its permissions"
        failure = BadRecordError(Reason.NOT_READABLE, problem)
    return unreadable(part.path, failure, sha256=raw.sha256, fingerprint=raw.fingerprint)


def _record(landing: Store, path: str, raw: _Raw, limit: int, at: Watch) -> RawRecord:
    _load(landing, path, raw, limit)
    sidecar = _sidecar(landing, path)
    if sidecar is not None:
        raw.fingerprint = hashlib.sha256(f"{raw.sha256}".encode() + sidecar).hexdigest()
    at(Spot(raw_path=path, folder=folder_of(path), raw_sha256=raw.sha256, fingerprint=raw.fingerprint))
    if raw.size > limit:
        raise too_large(f"{raw.size:,} bytes", limit)
    data = _unpacked(raw.data, limit)
    decoded = _decoded(data, path)
    return RawRecord(
        raw_path=path,
        folder=folder_of(path),
        raw_format=format_of(decoded.text, path),
        content=decoded.text,
        raw_sha256=raw.sha256 or "",
        fingerprint=raw.fingerprint or "",
        given=_given(path, sidecar),
        notes=(decoded.note,) if decoded.note else (),
    )


def _load(landing: Store, path: str, raw: _Raw, limit: int) -> None:
    """Read and hash a whole file, but keep no more than shows that it is too large."""
    digest = hashlib.sha256()
    parts = []
    with landing.open(path) as handle:
        while part := handle.read(CHUNK):
            digest.update(part)
            raw.size += len(part)
            if raw.size <= limit:
                parts.append(part)
            else:
                parts.clear()
    raw.data = b"".join(parts)
    raw.sha256 = raw.fingerprint = digest.hexdigest()


def _unpacked(data: bytes, limit: int) -> bytes:
    kind = compression(data[:4])
    if kind is None:
        return data
    parts, size = [], 0
    try:
        for part in unpack(data, kind):
            size += len(part)
            if size > limit:
                raise too_large(f"more than {limit:,} bytes when unpacked", limit)
            parts.append(part)
    except DamagedError as error:
        raise BadRecordError(Reason.BAD_COMPRESSION, f"{error}; fetch the file again") from None
    return b"".join(parts)


def _decoded(data: bytes, path: str) -> Decoded:
    if not data.strip():
        raise BadRecordError(Reason.EMPTY, "the file is empty" if not data else "the file holds only white space")
    found = noise(data)
    if found:
        raise BadRecordError(Reason.BINARY, f"not text, whatever its name: {found}")
    html = path.lower().endswith((".html", ".htm")) or data.lstrip().startswith(b"<")
    try:
        decoded = decode(data, html=html)
    except DecodingError as error:
        raise BadRecordError(Reason.UNDECODABLE, str(error)) from None
    if not decoded.text.strip():
        raise BadRecordError(Reason.EMPTY, "the file holds only white space")
    return decoded


def _sidecar(landing: Store, path: str) -> bytes | None:
    try:
        with landing.open(f"{path}{SIDECAR}") as handle:
            return handle.read(MAX_SIDECAR_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:  # so there is none: the file's own name is about as long as a name can be
            return None
        raise _bad_sidecar(path, f"cannot be read: {error.strerror or error}") from None


def _given(path: str, sidecar: bytes | None) -> Given:
    if sidecar is None:
        return Given()
    try:
        fields = parse_yaml(sidecar.decode("utf-8-sig"))
        if not isinstance(fields, dict | None):
            raise _bad_sidecar(path, f"it is {shown(fields)}, not fields; write lines like 'title: …'")
        fields = fields or {}
        unknown = next((name for name in fields if name not in FIELDS), None)
        if unknown is not None:
            said = f"{shown(unknown)}: {shown(fields[unknown])}"
            raise _bad_sidecar(path, f"{said}: no such field; there are {', '.join(FIELDS)}")
        return given_from(fields)
    except UnicodeDecodeError as error:
        raise _bad_sidecar(path, f"byte {error.start + 1:,} is not UTF-8; save it as UTF-8") from None
    except (YamlError, FieldError) as error:
        raise _bad_sidecar(path, str(error)) from None


def _bad_sidecar(path: str, problem: str) -> BadRecordError:
    return BadRecordError(Reason.BAD_SIDECAR, f"{path}{SIDECAR}: {problem}")


def _gone(path: str) -> BadRecordError:
    if ESCAPED in path:
        return BadRecordError(Reason.NOT_READABLE, "the file's name is not UTF-8; rename it")
    return BadRecordError(Reason.VANISHED, "the file is gone since the run was planned")
