"""Amazon S3, and what speaks as it does.

Owns how S3 is asked for pages, ranges and single writes, and what its errors mean. Keep out: what holds for any object
store (objects).

A write is one PUT, so nothing of it is left when it fails, and it may say which version it replaces (`If-Match`), or
that there must be none (`If-None-Match`).
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
from asyncio import run_coroutine_threadsafe
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import suppress
from typing import IO, Any

import aiohttp
from botocore.exceptions import BotoCoreError
from fsspec.asyn import sync

from newsmill.objects import Found, Objects, in_order, told
from newsmill.ranged import Piece
from newsmill.stored import NOTHING, ChangedError, StorageError

CONFIG: Mapping[str, Any] = {
    "connect_timeout": 5,
    "read_timeout": 60,
    "max_pool_connections": 32,  # what is expected at once: pages and their sidecars
    "retries": {"mode": "standard", "max_attempts": 4},
}
"""Seconds, and tries with growing pauses where S3 is busy or does not answer; a store that is not there is told of in
half a minute at most."""

PAGE = 1000
"""Objects of a listing's page: what S3 gives at most."""

ONE_PUT = 5 * 1024**3
"""Bytes that S3 takes in one PUT. A larger file goes up in parts, and appears at once all the same."""

UNSORTED = "SeaweedFS"
"""Begins the name by which a server calls itself that lists folder by folder; S3 lists by name."""

UNSORTED_BUCKET = "--x-s3"
"""Ends the name of a bucket (S3 Express One Zone) that is listed in no order."""

OTHER = ("PreconditionFailed", "412", "ConditionalRequestConflict", "409", "NoSuchKey", "404")
"""What S3 answers when an object is not what a write was to replace."""

OF_THE_KEY = ("AccessDenied", "403", "AllAccessDisabled", "InvalidObjectState")
"""Refusals that may concern one object; the others concern who asks."""

BREAKS = (aiohttp.ClientError, BotoCoreError, TimeoutError, ConnectionError)
"""What a connection that breaks while an object is read is told by."""

READS, PAUSE = 4, 0.5
"""Tries to read a range whose connection breaks, and seconds before the second; before each next one twice as many."""


class S3(Objects):
    """A prefix of a bucket."""

    def __init__(self, uri: str, protocol: str) -> None:
        super().__init__(uri, protocol)
        self._coming: dict[str, Future[tuple[bytes, Any]]] = {}
        self._pid = os.getpid()

    def opened(self, options: Mapping[str, Any]) -> Any:
        """Open s3fs, which leaves trying again to botocore: else each would do it for the other."""
        own = {name: options.get(name, {}) for name in ("config_kwargs", "client_kwargs")}
        config = {**CONFIG, **own["config_kwargs"]}
        client = {**own["client_kwargs"]}
        if os.environ.get("AWS_REGION"):  # botocore knows AWS_DEFAULT_REGION only
            client.setdefault("region_name", os.environ["AWS_REGION"])
        filesystem = super().opened({**options, "config_kwargs": config, "client_kwargs": client})
        filesystem.retries = 1
        return filesystem

    def is_folder(self, name: str) -> bool:
        """Tell whether something lies below a name, or it is a bucket."""
        return super().is_folder(name) or ("/" not in name and self._has_bucket(name))

    def below(self, folder: str, most: int | None = None) -> Iterator[Found]:
        """Yield what lies below a folder, sorted by name, page after page."""
        bucket, _, key = folder.partition("/")
        asked = {"Bucket": bucket, "Prefix": f"{key}/" if key else "", "MaxKeys": min(most or PAGE, PAGE)}
        page = self._page(asked)
        sorts = UNSORTED not in _server(page) and not bucket.endswith(UNSORTED_BUCKET)
        found = self._listed(asked, page)
        return self._checked(found) if sorts else found if most else in_order(found)

    def found(self, name: str) -> Found | None:
        """Return what S3 tells of an object; None where there is none."""
        bucket, _, key = name.partition("/")
        with self._asking(absent=True):
            head = self._call("head_object", Bucket=bucket, Key=key) if key else None
            return told(name, {**head, "size": head["ContentLength"]}) if head else None
        return None

    def expect(self, names: list[str], first: int) -> None:
        """Ask for the beginnings of these objects, and of no others any more, without waiting."""
        for name in [name for name in self._coming if name not in names]:
            self._coming.pop(name).cancel()
        self._pid = os.getpid()
        for name in names:
            if name not in self._coming:
                self._coming[name] = run_coroutine_threadsafe(self._read(name, 0, first), self.filesystem.loop)

    def piece(self, name: str, start: int, length: int, version: str | None) -> Piece:
        """Return a part of an object, as long as it is of this version."""
        coming = self._coming.get(name) if self._pid == os.getpid() and not start else None
        try:
            loop = self.filesystem.loop
            data, answer = coming.result() if coming else sync(loop, self._read, name, start, length, version)
        except OSError as error:
            if _code(error) in ("InvalidRange", "416") and not start:
                return Piece(b"", 0, None)  # nothing is in it
            if version and _code(error) in OTHER:
                raise OSError(errno.ESTALE, "it was written again while it was read") from error
            raise
        return Piece(data, int(answer["ContentRange"].rpartition("/")[2]), answer.get("ETag"))

    def put(self, name: str, handle: IO[bytes], size: int, was: str | None) -> None:
        """Write a whole object by one PUT, if it is there as it was.

        Raises:
            ChangedError: it is not.
        """
        if size > ONE_PUT:
            self._put_parts(name, handle)
            return
        bucket, _, key = name.partition("/")
        condition = {} if was is None else {"IfNoneMatch": "*"} if was == NOTHING else {"IfMatch": was}
        try:
            self._call("put_object", Bucket=bucket, Key=key, Body=handle, **condition)
        except OSError as error:
            if was is None or _code(error) not in OTHER:
                raise
            if self._is_ours(name, handle):
                return
            raise ChangedError(self.changed(name)) from error

    def delete(self, names: list[str]) -> None:
        """Delete objects, at most a thousand, by one request."""
        bucket = names[0].partition("/")[0]
        keys = [{"Key": name.partition("/")[2]} for name in names]
        if len(keys) == 1:
            self._call("delete_object", Bucket=bucket, **keys[0])
            return
        answer = self._call("delete_objects", Bucket=bucket, Delete={"Objects": keys, "Quiet": True})
        for failed in answer.get("Errors", ()):
            raise PermissionError(errno.EACCES, f"{failed.get('Message') or failed.get('Code')} ({failed.get('Key')})")

    def is_outage(self, error: BaseException) -> bool:
        """Tell whether an error says nothing of the object that was asked for."""
        if isinstance(error, FileNotFoundError):
            return _code(error) == "NoSuchBucket"
        return not isinstance(error, PermissionError) or _code(error) not in OF_THE_KEY

    def _call(self, method: str, **asked: Any) -> Any:
        return self.filesystem.call_s3(method, **asked)

    def _page(self, asked: Mapping[str, Any]) -> Any:
        with self._asking():
            return self._call("list_objects_v2", **asked)

    def _listed(self, asked: Mapping[str, Any], page: Any) -> Iterator[Found]:
        while True:
            for one in page.get("Contents", ()):
                yield told(f"{asked['Bucket']}/{one['Key']}", {**one, "size": one["Size"]})
            if not page.get("IsTruncated"):
                return
            page = self._page({**asked, "ContinuationToken": page["NextContinuationToken"]})

    def _checked(self, found: Iterator[Found]) -> Iterator[Found]:
        last = None
        for one in found:
            if last is not None and one.name < last:
                raise StorageError(
                    f"s3://{one.name} is listed behind s3://{last}: this store does not list by name, as S3 does, and "
                    "what is read in another order each time cannot be the same each time"
                )
            last = one.name
            yield one

    def _has_bucket(self, name: str) -> bool:
        with self._asking(absent=True):
            self._call("head_bucket", Bucket=name)
            return True
        return False

    async def _read(self, name: str, start: int, length: int, version: str | None = None) -> tuple[bytes, Any]:
        """Return what a range holds, and the answer; a connection that breaks is tried again."""
        bucket, _, key = name.partition("/")
        asked = {"Bucket": bucket, "Key": key, "Range": f"bytes={start}-{start + length - 1}"}
        condition = {"IfMatch": version} if version else {}
        for number in range(READS):
            answer = await self.filesystem._call_s3("get_object", **asked, **condition)
            with suppress(*BREAKS if number + 1 < READS else ()):
                async with answer["Body"] as body:
                    return await body.read(), answer
            await asyncio.sleep(PAUSE * 2**number)
        raise AssertionError

    def _put_parts(self, name: str, handle: IO[bytes]) -> None:
        super().put(name, handle, 0, None)

    def _is_ours(self, name: str, handle: IO[bytes]) -> bool:
        """Tell whether the object holds what was to be written: a PUT was done, and its answer lost on the way."""
        handle.seek(0)
        digest = hashlib.file_digest(handle, "md5").hexdigest()  # type: ignore[arg-type] # S3's ETag of one PUT
        found = self.found(name)
        return found is not None and (found.version or "").strip('"') == digest


def _code(error: BaseException) -> str:
    """Return S3's own word for what went wrong."""
    response = getattr(error.__cause__ or error, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))


def _server(page: Any) -> str:
    return str(page["ResponseMetadata"]["HTTPHeaders"].get("server", ""))
