"""Google Cloud Storage.

Owns how it is asked for pages, ranges and conditional writes. Keep out: what holds for any object store (objects).

A write is one POST, and may say which generation of the object it replaces (0: none). Larger files go up in parts, and
appear at once all the same, without that condition.
"""

from __future__ import annotations

import base64
import errno
import hashlib
import json
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import IO, Any
from urllib.parse import quote

from newsmill.objects import Found, Objects
from newsmill.ranged import Piece
from newsmill.stored import NOTHING, ChangedError

PAGE = 1000
"""Objects of a listing's page: what the store gives at most."""

ONE_POST = 64 * 1024 * 1024
"""Bytes that go up at once: gcsfs holds them in memory, so that it can send them again. A partition has a few."""

EMPTY = 416
"""HTTP's answer where a range begins behind the end."""


class Gs(Objects):
    """A prefix of a bucket."""

    defaults: Mapping[str, Any] = {**Objects.defaults, "timeout": 60}

    def is_folder(self, name: str) -> bool:
        """Tell whether something lies below a name, or it is a bucket."""
        below = super().is_folder(name)  # of a bucket that is not there, it raises
        return below or "/" not in name

    def below(self, folder: str, most: int | None = None) -> Iterator[Found]:
        """Yield what lies below a folder, sorted by name, page after page."""
        bucket, _, key = folder.partition("/")
        asked: dict[str, Any] = {"prefix": f"{key}/" if key else "", "maxResults": min(most or PAGE, PAGE)}
        while True:
            with self._asking():
                page = self.filesystem.call("GET", "b/{}/o", bucket, json_out=True, **asked)
            for one in page.get("items", ()):
                written = _seconds(one.get("updated"))
                yield Found(f"{bucket}/{one['name']}", int(one["size"]), str(one["generation"]), written)
            if not page.get("nextPageToken"):
                return
            asked["pageToken"] = page["nextPageToken"]

    def found(self, name: str) -> Found | None:
        """Return what the store tells of an object; None where there is none."""
        bucket, _, key = name.partition("/")
        with self._asking(absent=True):
            one = self.filesystem.call("GET", "b/{}/o/{}", bucket, key, json_out=True) if key else None
            return Found(name, int(one["size"]), str(one["generation"]), _seconds(one.get("updated"))) if one else None
        return None

    def piece(self, name: str, start: int, length: int, version: str | None) -> Piece:
        """Return a part of an object, as long as it is of this generation."""
        url = self.filesystem.url(name, **{"generation": version} if version else {})
        try:
            head, data = self.filesystem.call("GET", url, headers={"Range": f"bytes={start}-{start + length - 1}"})
        except FileNotFoundError as error:
            if version:
                raise OSError(errno.ESTALE, "it was written again while it was read") from error
            raise
        except Exception as error:
            if getattr(error, "code", None) == EMPTY and not start:
                return Piece(b"", 0, None)
            raise
        size = int(head["Content-Range"].rpartition("/")[2]) if "Content-Range" in head else len(data)
        return Piece(data, size, head.get("x-goog-generation"))

    def put(self, name: str, handle: IO[bytes], size: int, was: str | None) -> None:
        """Write a whole object, if it is there as it was.

        Raises:
            ChangedError: it is not.
        """
        if size > ONE_POST:
            super().put(name, handle, size, was)
            return
        bucket, _, key = name.partition("/")
        content, between = handle.read(), uuid.uuid4().hex
        condition = {} if was is None else {"ifGenerationMatch": "0" if was == NOTHING else was}
        try:
            self.filesystem.call(
                "POST",
                f"{self.filesystem._location}/upload/storage/v1/b/{quote(bucket)}/o",
                uploadType="multipart",
                headers={"Content-Type": f'multipart/related; boundary="{between}"'},
                data=_parcel(key, content, between),
                **condition,
            )
        except (FileExistsError, FileNotFoundError) as error:  # 412, and 404 where there is nothing to compare with
            if was is None:
                raise
            if not self._is_ours(name, content):
                raise ChangedError(self.changed(name)) from error

    def opened(self, options: Mapping[str, Any]) -> Any:
        """Open gcsfs without what it adds for buckets of other kinds: that speaks gRPC, which survives no fork."""
        from gcsfs.core import GCSFileSystem

        return GCSFileSystem(skip_instance_cache=True, **options)

    def _is_ours(self, name: str, content: bytes) -> bool:
        """Tell whether the object holds what was to be written: that was done, and the answer lost on the way."""
        bucket, _, key = name.partition("/")
        with self._asking(absent=True):
            one = self.filesystem.call("GET", "b/{}/o/{}", bucket, key, json_out=True)
            return bool(one.get("md5Hash") == base64.b64encode(hashlib.md5(content).digest()).decode())  # noqa: S324
        return False


def _parcel(key: str, content: bytes, between: str) -> bytes:
    """Return an object and its name as one body."""
    lines = (f"--{between}", "Content-Type: application/json; charset=UTF-8", "", json.dumps({"name": key}))
    head = "\n".join((*lines, f"--{between}", "Content-Type: application/octet-stream", "", ""))
    return head.encode() + content + f"\n--{between}--".encode()


def _seconds(written: str | None) -> float:
    return datetime.fromisoformat(written).timestamp() if written else 0.0
