"""Take an article, or an outlet, out of the profiles: out of every version, as if it had never been remembered.

A version holds hashes, but a title's hash can be guessed. It is rewritten in its place, so that the versions to compare
with stay; `learn_outlets` fills the gap again from what is published.

Owns the rewriting. Keep out: which articles are remembered (window).
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow.compute as pc
import pyarrow.parquet as pq

from newsmill import parquet
from newsmill.learn.history import outlets_with_profiles, versions
from newsmill.storage import Store


def remembered_articles(data: Store, *, article_id: str | None = None, outlet: str | None = None) -> dict[str, int]:
    """Return how many articles the newest versions hold, by outlet: of an outlet all, or one article alone."""
    counts: dict[str, int] = {}
    for name in _outlets(data, outlet):
        rows = [_count(data, version.path, article_id) for version in versions(data, name)]
        if any(rows):
            counts[name] = max(rows[-1], 1)
    return counts


def forget(data: Store, *, article_id: str | None = None, outlet: str | None = None) -> None:
    """Remove an outlet's profile, or an article from every version of every profile. May be done twice."""
    for name in _outlets(data, outlet):
        for version in versions(data, name):
            data.sweep(version.path)
            if article_id is None:
                data.remove(version.path)
            elif _count(data, version.path, article_id):
                _rewrite(data, version.path, article_id)
        data.prune(f"profiles/outlet={name}")


def _outlets(data: Store, outlet: str | None) -> Iterator[str]:
    return (name for name in outlets_with_profiles(data) if outlet in (None, name))


def _count(data: Store, path: str, article_id: str | None) -> int:
    with parquet.opened(data, path) as file:
        if article_id is None:
            return int(file.metadata.num_rows)
        return int(pc.sum(pc.equal(parquet.read(file, ["article_id"])["article_id"], article_id)).as_py() or 0)


def _rewrite(data: Store, path: str, article_id: str) -> None:
    with parquet.opened(data, path) as file:
        rows = parquet.read(file)
    left = rows.filter(pc.not_equal(rows["article_id"], article_id))
    if not len(left):
        data.remove(path)
        return
    with data.replacing(path) as handle:
        pq.write_table(left, handle, compression="zstd")
