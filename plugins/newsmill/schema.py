"""The Arrow schema of every dataset, published or in staging, in one place.

Owns column names, types and their order. Keep out: values, paths and what they mean to a stage.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

SCHEMA_VERSION = 1
"""Written into every corpus file; raise it with any change of `CORPUS` and say how the old one is read."""

TIMESTAMP = pa.timestamp("us", tz="UTC")
STRINGS = pa.list_(pa.string())
SOURCES = pa.list_(pa.struct([("name", pa.string()), ("url", pa.string())]))
BLOCKS = pa.list_(pa.struct([("kind", pa.string()), ("text", pa.string())]))
_CHOICE = [
    pa.field("field", pa.string(), nullable=False),
    pa.field("value", pa.string(), nullable=False),
    pa.field("source", pa.string(), nullable=False),
    pa.field("agreeing", STRINGS, nullable=False),
    pa.field("runner_up", pa.string()),
    pa.field("runner_up_source", pa.string()),
]
CHOICES = pa.list_(pa.struct(_CHOICE))

_IDENTITY = [
    pa.field("article_id", pa.string(), nullable=False),
    pa.field("source_id", pa.string(), nullable=False),
]
_METADATA = [
    pa.field("url", pa.string()),
    pa.field("title", pa.string()),
    pa.field("description", pa.string()),
    pa.field("authors", STRINGS, nullable=False),
    pa.field("tags", STRINGS, nullable=False),
    pa.field("sources", SOURCES, nullable=False),
    pa.field("published_at", TIMESTAMP),
    pa.field("modified_at", TIMESTAMP),
    pa.field("fetched_at", TIMESTAMP),
    pa.field("date_source", pa.string(), nullable=False),
    pa.field("language", pa.string()),
]
_TEXT = [
    pa.field("text", pa.string(), nullable=False),
    pa.field("word_count", pa.int32(), nullable=False),
    pa.field("removed_chars", pa.int32(), nullable=False),
]
_RAW = [
    pa.field("raw_format", pa.string(), nullable=False),
    pa.field("raw_path", pa.string(), nullable=False),
    pa.field("raw_sha256", pa.string(), nullable=False),
]
_VERSION = [
    pa.field("revision", pa.int16(), nullable=False),
    pa.field("cleaner_version", pa.string(), nullable=False),
    pa.field("ingested_on", pa.date32(), nullable=False),
]
_RECORD = [
    pa.field("record_key", pa.string(), nullable=False),
    pa.field("fingerprint", pa.string()),
]
_PARTITION = [
    pa.field("date", pa.date32(), nullable=False),
    pa.field("outlet", pa.string(), nullable=False),
]
_RUN = [pa.field("run_id", pa.string(), nullable=False)]

CORPUS = pa.schema(
    [*_IDENTITY, pa.field("content_hash", pa.string(), nullable=False), *_METADATA, *_TEXT, *_RAW, *_VERSION]
)
"""Published articles; `date` and `outlet` are in the path."""

EXTRACTED = pa.schema(
    [
        *_RECORD,
        *_IDENTITY,
        pa.field("outlet", pa.string(), nullable=False),
        *_METADATA,
        *_RAW,
        pa.field("notes", STRINGS, nullable=False),
        pa.field("blocks", BLOCKS, nullable=False),
        pa.field("problem", pa.string()),
        pa.field("choices", CHOICES, nullable=False),
    ]
)
"""Staging: what `extract` hands to `clean`, one row an article."""

CLEANED = pa.schema(
    [
        *_RECORD,
        *_PARTITION,
        pa.field("notes", STRINGS, nullable=False),
        pa.field("text_chars", pa.int32(), nullable=False),
        pa.field("problem", pa.string()),
        *CORPUS,
    ]
)
"""Staging: what `clean` hands on, one row an article; `revision` is 1 until `publish` knows better."""

_REMOVAL = [
    pa.field("block", pa.int32(), nullable=False),
    pa.field("step", pa.int32(), nullable=False),
    pa.field("text_before", pa.string(), nullable=False),
    pa.field("text_after", pa.string()),
    pa.field("rule", pa.string(), nullable=False),
    pa.field("category", pa.string(), nullable=False),
    pa.field("evidence", pa.string(), nullable=False),
]
REMOVALS = pa.schema(
    [
        *_RUN,
        pa.field("record_key", pa.string(), nullable=False),
        *_IDENTITY,
        pa.field("outlet", pa.string(), nullable=False),
        *_REMOVAL,
    ]
)
"""Ledger (and staging): one row a block cut or changed."""

METADATA = pa.schema(
    [
        *_RUN,
        pa.field("record_key", pa.string(), nullable=False),
        *_IDENTITY,
        pa.field("outlet", pa.string(), nullable=False),
        *_CHOICE,
    ]
)
"""Ledger: one row a decided field of an article, so that `where field = 'authors' and runner_up is not null` is all it
takes to see the conflicts; a list in one row an article would have to be unnested first."""

SETTLED = pa.schema(
    [
        *_RECORD,
        pa.field("raw_path", pa.string(), nullable=False),
        pa.field("raw_sha256", pa.string()),
        pa.field("source_id", pa.string()),
        pa.field("article_id", pa.string()),
        pa.field("outlet", pa.string()),
        pa.field("fate", pa.string(), nullable=False),
        pa.field("reason", pa.string()),
        pa.field("detail", pa.string()),
    ]
)
"""Staging: records that need no verdict: unchanged ones, and those that could not be read or not be cleaned."""

VERDICTS = pa.schema(
    [
        pa.field("record_key", pa.string(), nullable=False),
        pa.field("failed", STRINGS, nullable=False),
        pa.field("warnings", STRINGS, nullable=False),
    ]
)
"""Staging: what validation says of each article."""

DECISIONS = pa.schema(
    [
        *SETTLED,
        pa.field("warnings", STRINGS, nullable=False),
        pa.field("failed", STRINGS, nullable=False),
        pa.field("batch", pa.int32()),
        pa.field("content_hash", pa.string()),
        pa.field("published_at", TIMESTAMP),
        pa.field("fetched_at", TIMESTAMP),
        pa.field("date", pa.date32()),
        pa.field("revision", pa.int16()),
        pa.field("ingested_on", pa.date32()),
        pa.field("replaces_date", pa.date32()),
        pa.field("replaces_outlet", pa.string()),
        pa.field("replaces_hash", pa.string()),
        pa.field("takes_article_id", pa.string()),
        pa.field("takes_date", pa.date32()),
        pa.field("takes_outlet", pa.string()),
        pa.field("duplicate_of", pa.string()),
        pa.field("duplicate_of_outlet", pa.string()),
        pa.field("duplicate_of_date", pa.date32()),
        pa.field("word_count", pa.int32()),
        pa.field("text_chars", pa.int32()),
        pa.field("removed_chars", pa.int32()),
    ]
)
"""Staging: the fate of every record of the run, and for articles where they go and what they replace.

`replaces_*` is the article's own row that goes: of a `duplicate` it leaves the corpus, else a new one takes its place.
`replaces_hash` is its text, where that is another one or the row leaves. `takes_*` is another article's row that had
this article's text until this run.
"""

FATES = pa.schema(
    [
        *_RUN,
        *SETTLED,
        pa.field("warnings", STRINGS, nullable=False),
        pa.field("date", pa.date32()),
        pa.field("revision", pa.int16()),
    ]
)
"""Ledger: one row a raw record a run."""

DUPLICATES = pa.schema(
    [
        *_RUN,
        *_RECORD,
        pa.field("raw_path", pa.string(), nullable=False),
        pa.field("raw_sha256", pa.string()),
        *_IDENTITY,
        pa.field("outlet", pa.string(), nullable=False),
        pa.field("content_hash", pa.string(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("duplicate_of", pa.string(), nullable=False),
        pa.field("duplicate_of_outlet", pa.string(), nullable=False),
        pa.field("duplicate_of_date", pa.date32(), nullable=False),
    ]
)
"""Ledger: one row a duplicate; `duplicate_of` is the article_id of the article that stands in the corpus."""

REVISIONS = pa.schema([*_RUN, *_PARTITION, pa.field("replaced_by", pa.string(), nullable=False), *CORPUS])
"""Ledger: rows that a later version replaced, or that left the corpus because another article has their article's text;
`replaced_by` is the content_hash of that text."""

QUARANTINE = pa.schema(
    [
        *_RUN,
        *_RECORD,
        *_PARTITION,
        pa.field("failed", STRINGS, nullable=False),
        pa.field("detail", pa.string()),
        *CORPUS,
    ]
)
"""Articles that failed a critical expectation, with the place of their raw bytes."""

TAKEDOWNS = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("day", pa.date32(), nullable=False),
        pa.field("scope", pa.string(), nullable=False),
        pa.field("article_id", pa.string()),
        pa.field("content_hash", pa.string()),
        pa.field("outlet", pa.string()),
        pa.field("reason", pa.string()),
        pa.field(
            "counts",
            pa.list_(pa.struct([("dataset", pa.string()), ("rows", pa.int64())])),
            nullable=False,
        ),
    ]
)
"""Ledger: tombstones. One row for each text that a taken-down article had in the corpus, one without a text where it
had none; or one for a taken-down outlet. `scope` is `article` or `outlet`; only in rows of the latter `outlet` keeps
anything out. `reason` is the operator's, `counts` what the whole takedown removed. No title, no text, no URL."""

RUNS = pa.schema(
    [
        *_RUN,
        pa.field("number", pa.int64(), nullable=False),
        pa.field("outlet", pa.string()),
        pa.field("read", pa.int64(), nullable=False),
        *(
            pa.field(fate, pa.int64(), nullable=False)
            for fate in ("published", "duplicate", "quarantined", "unreadable", "unchanged")
        ),
        pa.field("words", pa.int64(), nullable=False),
        pa.field("text_chars", pa.int64()),
        pa.field("removed_chars", pa.int64(), nullable=False),
        pa.field("partitions", STRINGS, nullable=False),
    ]
)
"""Ledger: the books of a run, one row an outlet; `partitions` holds the keys `date|outlet` that it wrote. Words and
characters are those of the published articles; `text_chars` came later than the others, and is null before.

`number` is the order in which runs ended, from 1: several end on one day, and neither their ids nor the times of files
tell which was the last."""

PLAN = pa.schema(
    [
        pa.field("batch", pa.int32(), nullable=False),
        pa.field("path", pa.string(), nullable=False),
        pa.field("size", pa.int64(), nullable=False),
        pa.field("records", pa.int64(), nullable=False),
        pa.field("first_line", pa.int64(), nullable=False),
        pa.field("offset", pa.int64(), nullable=False),
        pa.field("version", pa.string()),
    ]
)
"""Staging: the slices of every batch."""

WANTED = pa.schema(
    [
        pa.field("batch", pa.int32(), nullable=False),
        pa.field("record_key", pa.string(), nullable=False),
        pa.field("raw_path", pa.string(), nullable=False),
        pa.field("raw_sha256", pa.string()),
        pa.field("article_id", pa.string()),
    ]
)
"""Staging: the raw records that a run takes, where it does not take all of its files; sorted by batch."""

DIFFERENCES = pa.schema(
    [
        *_RUN,
        pa.field("outlet", pa.string(), nullable=False),
        pa.field("rule", pa.string()),
        *(pa.field(name, pa.int64()) for name in ("compared", "changed", "unchanged", "leaving", "left_out")),
        *(
            pa.field(name, pa.int64())
            for name in ("blocks_gone", "blocks_back", "blocks_changed", "words_gained", "words_lost")
        ),
    ]
)
"""Ledger: what a run of `reprocess` changes. One row an outlet, without a rule, counts its articles; one row an outlet
and rule counts blocks and words. The rule of a block that goes is that of its removal; of one that comes back, that of
its old removal; `extraction` where neither is. So the sums of a column count nothing twice."""

REVIEWS = pa.schema(
    [
        *_RUN,
        pa.field("articles", pa.int64(), nullable=False),
        pa.field("quarantined", pa.int64(), nullable=False),
        pa.field("rejection_limit", pa.float64(), nullable=False),
        pa.field("approved_by", pa.string()),
        pa.field("approved_at", TIMESTAMP, nullable=False),
    ]
)
"""Ledger: a run that published though more of its articles were quarantined than its limit allows, one row; `articles`
are those that were judged. `approved_by` is the name with which a person answered in Airflow; null: nobody was asked,
`NEWSMILL_REVIEW` or the run's param said `publish`."""

_WHAT_IT_PRINTS = [
    pa.field("article_id", pa.string(), nullable=False),
    pa.field("day", pa.date32(), nullable=False),  # of its publication, else of the run that first saw it
    pa.field("title_key", pa.int64(), nullable=False),  # 0: no title
    pa.field("title_stems", pa.list_(pa.int32()), nullable=False),
    pa.field("author_keys", pa.list_(pa.int64()), nullable=False),
    pa.field("keys", pa.list_(pa.int64()), nullable=False),  # of its blocks; 0: a block without a letter
    pa.field("words", pa.list_(pa.int32()), nullable=False),
    pa.field("places", pa.list_(pa.int8()), nullable=False),  # -1 first third, 0 middle, 1 last third of its blocks
]
SIGHTINGS = pa.schema(
    [
        pa.field("record_key", pa.string(), nullable=False),
        pa.field("outlet", pa.string(), nullable=False),
        *_WHAT_IT_PRINTS,
    ]
)
"""Staging: the keys of an extracted article's blocks (`blockkeys`), one row an article. Hashes, no text."""

PROFILE = pa.schema(
    [
        *_WHAT_IT_PRINTS,
        pa.field("text_chars", pa.int32(), nullable=False),
        pa.field("removed_chars", pa.int32(), nullable=False),
    ]
)
"""A version of an outlet's profile: one row a published article that it still remembers; of older ones the title only.
"""

REPEATS = pa.schema(
    [
        pa.field("outlet", pa.string(), nullable=False),
        pa.field("key", pa.int64(), nullable=False),
        pa.field("stories", pa.int32(), nullable=False),
        pa.field("out_of", pa.int32(), nullable=False),
        pa.field("total", pa.int32(), nullable=False),
        pa.field("since", pa.date32(), nullable=False),
        pa.field("days", pa.int32(), nullable=False),
        pa.field("place", pa.string(), nullable=False),
        pa.field("author", pa.int64()),
        pa.field("of_subject", pa.bool_(), nullable=False),
    ]
)
"""Staging: what `learn` tells `clean`, one row a block that an outlet has printed in two stories at least."""

TITLES = pa.schema(
    [
        pa.field("outlet", pa.string(), nullable=False),
        pa.field("key", pa.int64(), nullable=False),
        pa.field("day", pa.date32(), nullable=False),
    ]
)
"""Staging: titles of an outlet's articles that stand as a block in an article of the run."""

DRIFT = pa.schema(
    [
        *_RUN,
        pa.field("outlet", pa.string(), nullable=False),
        pa.field("what", pa.string(), nullable=False),
        pa.field("before", pa.float64()),
        pa.field("after", pa.float64(), nullable=False),
        pa.field("key", pa.int64()),
        pa.field("example", pa.string()),
        pa.field("detail", pa.string(), nullable=False),
    ]
)
"""Ledger: what changed of an outlet's pages since an earlier version of its profile, one row a finding."""

LEDGER: Mapping[str, pa.Schema] = {
    "runs": RUNS,
    "fates": FATES,
    "removals": REMOVALS,
    "metadata": METADATA,
    "duplicates": DUPLICATES,
    "revisions": REVISIONS,
    "differences": DIFFERENCES,
    "reviews": REVIEWS,
    "drift": DRIFT,
    "takedowns": TAKEDOWNS,
    "quarantine": QUARANTINE,
}
"""Every dataset of the ledger by the name of its folder, and the quarantine: what is written, verified and repaired."""

OF_NO_RUN = ("drift", "takedowns")
"""Those whose files are named by something else than a run that ended in `runs`."""
