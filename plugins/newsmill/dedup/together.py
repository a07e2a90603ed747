"""Find the articles of a run that must be decided together, so that all others can be decided some at a time.

Owns which articles have to do with each other. Keep out: what is decided (rules).

Two articles of a run have to do with each other only

- as versions of one article_id: one of them speaks for it;
- as claimants of one text: one of them gets it;
- where one claims the text that the other's article has in the corpus: it depends on whether that row stays;

and where others link them so. No rule looks further, so what is judged of such a group alone is what is judged of it
among all articles of the run. Most articles are a group of one. An article that failed, was taken down or is known
plays no part in the rules.

Held of each article are three hashes, 24 bytes. Where two are equal by accident more is decided together than must be.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from newsmill.dedup.ranking import Rows
from newsmill.dedup.shares import ROWS_OF_SHARE

ALONE = 0
"""The share of an article that has to do with no other one."""

Flags = np.ndarray[Any, np.dtype[np.bool_]]


class Links:
    """The articles of a run, part after part, and what links them."""

    def __init__(self) -> None:
        self._count = 0
        self._rows: list[Rows] = []
        self._keys: list[Rows] = []  # by the row: of the article, of its text, of the article whose row has the text

    def add(self, articles: pa.Table) -> None:
        """Take note of articles.

        Args:
            articles: `article_id`, `content_hash`; `passes`, whether one plays a part; `twin`, the id of another
                article whose row has the text, or null.
        """
        rows = np.flatnonzero(articles["passes"].to_numpy())
        some = articles.select(["article_id", "content_hash", "twin"]).take(pa.array(rows))
        of_twin = pc.coalesce(some["twin"], some["article_id"])
        self._keys.append(np.stack([_hashes(key) for key in (some["article_id"], some["content_hash"], of_twin)]))
        self._rows.append(rows + self._count)
        self._count += len(articles)

    def shares(self) -> Rows:
        """Return of each article, in the order in which they came, the share in which it must be decided.

        That is `ALONE`, or a number from 1 on: groups are packed into shares of about `ROWS_OF_SHARE`, none is cut.
        """
        shares = np.full(self._count, ALONE, np.int64)
        if self._rows:
            keys = np.concatenate(self._keys, axis=1)
            self._keys.clear()
            is_linked = _linked(*keys)
            shares[np.concatenate(self._rows)[is_linked]] = _packed(_groups(keys[:, is_linked]))
        return shares


def _hashes(column: Any) -> Rows:
    return np.fromiter(map(hash, column.to_pylist()), np.int64, len(column))


def _linked(articles: Rows, texts: Rows, twins: Rows) -> Flags:
    """Tell which rows share a key with another one."""
    several = _several(np.concatenate([articles, twins[twins != articles]]))
    return _among(several, articles) | _among(several, twins) | _among(_several(texts), texts)


def _several(keys: Rows) -> Rows:
    """Return the keys that are there more than once, sorted."""
    keys = np.sort(keys)
    return np.unique(keys[1:][keys[1:] == keys[:-1]])


def _among(keys: Rows, values: Rows) -> Flags:
    """Tell which values are among the sorted keys; `np.isin` would sort the values, which are many."""
    if not len(keys):
        return np.zeros(len(values), bool)
    found: Flags = keys[np.minimum(np.searchsorted(keys, values), len(keys) - 1)] == values
    return found


def _groups(keys: Rows) -> Rows:
    """Return a number for each row, equal where rows are linked, be it through others: a forest of their keys."""
    names, codes = np.unique(keys, return_inverse=True)
    articles, *others = codes.reshape(keys.shape).tolist()
    parents = list(range(len(names)))
    for other in others:
        for one, two in zip(articles, other, strict=True):
            parents[_root(parents, one)] = _root(parents, two)
    return np.fromiter((_root(parents, article) for article in articles), np.int64, len(articles))


def _root(parents: list[int], key: int) -> int:
    """Return the root of a key's tree; the way there is half as long the next time, so a long chain costs no more."""
    while parents[key] != key:
        parents[key] = key = parents[parents[key]]
    return key


def _packed(groups: Rows) -> Rows:
    """Return the share of each row: groups one after another, a new share where one is full."""
    _, codes, counts = np.unique(groups, return_inverse=True, return_counts=True)
    before = np.cumsum(counts) - counts
    return 1 + before[codes] // ROWS_OF_SHARE
