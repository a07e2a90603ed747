# ruff: noqa: S608 - statements are put together of the fixed texts here; values never become part of one
"""The questions that show whether corpus, index and ledger agree: joins over the desk.

The answer to each is (path, id): the file that is wrong, and a row that shows it. A question looks only at what the
ones before it left: a file that is to be made again explains what else is odd about its rows (`bad`), and what was set
aside, or taken down, explains what is missing (`gaps`, `given_up`, `down`).

Who is right when they differ: a text against its hash, the text. Corpus against index, the corpus, unless index and
ledger both say otherwise. A count in `runs` against rows that are fewer, the count: rows can be lost, and are not made
up.

Owns the questions and their order. Keep out: asking them (agreement).
"""

from __future__ import annotations

from dataclasses import dataclass

from newsmill.publish.reconcile import INDEXED
from newsmill.schema import OF_NO_RUN


@dataclass(frozen=True, slots=True)
class Check:
    """One question, and what its answers mean."""

    kind: str
    says: str
    asks: str  # for (path, id)
    is_of_index: bool = False
    is_warning: bool = False


_NOT_BAD = "c.path NOT IN (SELECT path FROM bad)"
_COMPLETE = "NOT EXISTS (SELECT 1 FROM gaps g WHERE g.dataset = '{dataset}' AND g.run = {run})"


def _complete(dataset: str, run: str) -> str:
    return _COMPLETE.format(dataset=dataset, run=run)


VIEWS = """
CREATE VIEW published AS SELECT * FROM fates WHERE fate = 'published';
CREATE VIEW last_published AS
    SELECT article_id, max(revision) AS revision, max_by(corpus_path(date, outlet), (revision, run)) AS path,
        max_by(outlet, (revision, run)) AS outlet
    FROM published GROUP BY article_id;
CREATE VIEW departed AS SELECT article_id, max(revision) AS revision FROM revisions GROUP BY article_id;
CREATE VIEW expected AS
    SELECT p.* FROM last_published p LEFT JOIN departed d USING (article_id)
    WHERE (d.revision IS NULL OR d.revision < p.revision)
    AND NOT EXISTS (SELECT 1 FROM down w WHERE w.article_id = p.article_id OR w.outlet = p.outlet);
CREATE VIEW standing AS SELECT article_id FROM corpus WHERE path NOT IN (SELECT path FROM bad);
CREATE VIEW counted AS
    SELECT run, outlet, count(*) AS read, count_if(fate = 'published') AS published,
        count_if(fate = 'duplicate') AS duplicate, count_if(fate = 'quarantined') AS quarantined,
        count_if(fate = 'unreadable') AS unreadable, count_if(fate = 'unchanged') AS unchanged
    FROM fates GROUP BY run, outlet;
CREATE VIEW accounted AS
    SELECT c.* FROM corpus c SEMI JOIN published p ON p.article_id = c.article_id AND p.raw_path = c.raw_path
        AND p.raw_sha256 = c.raw_sha256 AND p.revision = c.revision AND corpus_path(p.date, p.outlet) = c.path;
CREATE VIEW made AS
    SELECT c.path, c.article_id, c.content_hash, c.revision, c.removed_chars, c.raw_path, c.raw_sha256, p.run,
        p.record_key
    FROM corpus c JOIN published p ON p.article_id = c.article_id AND p.raw_path = c.raw_path
        AND p.revision = c.revision;
CREATE VIEW weighed AS
    SELECT path AS place, article_id, revision, removed_chars, run, record_key FROM made
    WHERE path NOT IN (SELECT path FROM bad)
    UNION ALL SELECT v.run || v.removed_chars, v.article_id, v.revision, v.removed_chars, p.run, p.record_key
    FROM revisions v JOIN published p ON p.article_id = v.article_id AND p.raw_path = v.raw_path
        AND p.revision = v.revision
    UNION ALL SELECT run || record_key, article_id, 0, removed_chars, run, record_key FROM quarantine;
"""
"""`expected`: articles that the ledger says stand in the corpus. `made`: the runs that may have made a row; more than
one, where it was cleaned again with the same text. `weighed`: every text that is kept anywhere, with these runs."""

_LOST_FATES = """
    (SELECT coalesce(sum(r.published - coalesce(c.published, 0)), 0)
     FROM runs r LEFT JOIN counted c ON c.run = r.run AND c.outlet IS NOT DISTINCT FROM r.outlet
     WHERE r.published > coalesce(c.published, 0))
    + (SELECT count(*) * 1000000000 FROM gaps g WHERE g.dataset = 'fates' AND g.run NOT IN (SELECT run FROM runs))
"""
"""How many articles may be without a fate, because rows of `fates` are lost; a run without books explains any."""

_TWICE = """
    SELECT path, article_id FROM (
        SELECT c.path, c.article_id, row_number() OVER (
            PARTITION BY c.{column}
            ORDER BY coalesce(corpus_path(a.date, a.outlet) = c.path, false) DESC,
                c.path IN (SELECT path FROM bad), c.path, c.article_id) AS place
        FROM corpus c LEFT JOIN articles a ON a.article_id = c.article_id) c
    WHERE place > 1"""

OF_CORPUS = [
    Check("corpus.article_twice", "articles that lie elsewhere in the corpus too", _TWICE.format(column="article_id")),
    Check("corpus.text_twice", "texts that lie elsewhere in the corpus too", _TWICE.format(column="content_hash")),
    Check(
        "corpus.unaccounted",
        "articles that no run published here from this raw record in this revision",
        f"""SELECT c.path, c.article_id FROM corpus c ANTI JOIN accounted k
                ON k.article_id = c.article_id AND k.path = c.path
            WHERE {_NOT_BAD} AND (SELECT count(*) FROM corpus) - (SELECT count(*) FROM accounted) > {_LOST_FATES}""",
    ),
    Check(
        "corpus.older",
        "articles of which a run published a later revision",
        f"""SELECT c.path, c.article_id FROM corpus c JOIN expected e USING (article_id)
            WHERE c.revision < e.revision AND {_NOT_BAD} AND e.path NOT IN (SELECT path FROM aside)""",
    ),
]
"""What is wrong with a row of the corpus, whatever the index says."""

_FIELDS = ["date", "outlet", *INDEXED]
_INDEX_PATH = "corpus_path(a.date, a.outlet)"
_STANDS_NOWHERE = f"""FROM articles a ANTI JOIN standing c USING (article_id)
    WHERE {_INDEX_PATH} NOT IN (SELECT path FROM bad)"""
_IS_EXPECTED = """(a.article_id IN (SELECT article_id FROM expected)
    OR (EXISTS (SELECT 1 FROM gaps WHERE dataset = 'fates')
        AND a.article_id NOT IN (SELECT article_id FROM last_published)))"""

OF_LOSS = [
    Check(
        "corpus.lost",
        "articles that the index has here, and that are gone from the corpus",
        f"SELECT {_INDEX_PATH}, a.article_id {_STANDS_NOWHERE} AND {_IS_EXPECTED} "
        "AND a.article_id NOT IN (SELECT article_id FROM given_up)",
    ),
    Check(
        "corpus.lost",
        "articles that a run published here, and that are gone from corpus and index",
        """SELECT e.path, e.article_id FROM expected e ANTI JOIN standing c USING (article_id)
           ANTI JOIN articles a USING (article_id)
           WHERE e.path NOT IN (SELECT path FROM bad) AND e.article_id NOT IN (SELECT article_id FROM given_up)""",
    ),
    Check(
        "corpus.incomplete",
        "articles that the file held before it was damaged, and that could not be made again",
        """SELECT e.path, e.article_id FROM expected e ANTI JOIN standing c USING (article_id)
           ANTI JOIN articles a USING (article_id)
           WHERE e.article_id IN (SELECT article_id FROM given_up)""",
        is_warning=True,
    ),
]

OF_INDEX = [
    Check(
        "index.differs",
        "articles of which the index says something else than the corpus",
        f"""SELECT '', c.article_id FROM corpus c JOIN articles a USING (article_id)
            WHERE ({" OR ".join(f"c.{name} IS DISTINCT FROM a.{name}" for name in _FIELDS)})
            AND {_NOT_BAD} AND {_INDEX_PATH} NOT IN (SELECT path FROM bad)""",
        is_of_index=True,
    ),
    Check(
        "index.lacks",
        "articles of the corpus that it does not know",
        f"SELECT '', c.article_id FROM corpus c ANTI JOIN articles a USING (article_id) WHERE {_NOT_BAD}",
        is_of_index=True,
    ),
    Check(
        "index.too_much",
        "articles that it knows, and that no run left in the corpus",
        f"SELECT '', a.article_id {_STANDS_NOWHERE} AND (NOT {_IS_EXPECTED} "
        "OR a.article_id IN (SELECT article_id FROM given_up))",
        is_of_index=True,
    ),
    Check(
        "index.unread",
        "records that it takes for dealt with, and that no run has read like this: they would never be read",
        """SELECT '', k.record_key FROM records k ANTI JOIN fates f
                ON f.record_key = k.record_key AND f.fingerprint = k.fingerprint
            WHERE NOT EXISTS (SELECT 1 FROM gaps WHERE dataset = 'fates')""",
        is_of_index=True,
    ),
    Check(
        "index.unread",
        "landing files that it takes for read, and of which no run has read a record: they would never be read",
        """SELECT '', l.path FROM landing_files l
            ANTI JOIN (SELECT regexp_replace(raw_path, '#[0-9]+$', '') AS path FROM fates) f USING (path)
            WHERE NOT EXISTS (SELECT 1 FROM gaps WHERE dataset = 'fates')""",
        is_of_index=True,
    ),
]

_FATES = ["published", "duplicate", "quarantined", "unreadable", "unchanged"]
_FEWER = " OR ".join(f"coalesce(c.{fate}, 0) < r.{fate}" for fate in _FATES)
_MORE = " OR ".join(f"c.{fate} > coalesce(r.{fate}, 0)" for fate in _FATES)
_SUM = " + ".join(f"r.{fate}" for fate in _FATES)


def _without(dataset: str, other: str, fate: str, also: str = "true") -> Check:
    return Check(
        f"ledger.{dataset}_lost",
        f"records with the fate {fate} that have no row in {dataset}",
        f"""SELECT ledger_path('{dataset}', f.run), f.raw_path FROM fates f ANTI JOIN {other} o
                ON o.run = f.run AND o.record_key = f.record_key
            WHERE f.fate = '{fate}' AND {_complete(dataset, "f.run")} AND {also}""",
    )


def _strange(dataset: str, wanted: str) -> Check:
    return Check(
        "ledger.strange",
        f"records without {'a fate in their run' if wanted == 'true' else 'that fate in their run'}",
        f"""SELECT ledger_path('{dataset}', o.run), o.record_key FROM {dataset} o ANTI JOIN fates f
                ON f.run = o.run AND f.record_key = o.record_key AND {wanted}
            WHERE {_complete(dataset, "o.run")} AND {_complete("fates", "o.run")}""",
    )


OF_LEDGER = [
    Check(
        "ledger.missing",
        "the run has no such file, and has others",
        """SELECT ledger_path(w.dataset, r.run), r.run FROM (
               SELECT DISTINCT run FROM files WHERE dataset NOT IN ("""
        + ", ".join(map(repr, OF_NO_RUN))
        + """)) r
           CROSS JOIN (VALUES ('fates'), ('runs')) w(dataset)
           WHERE (w.dataset, r.run) NOT IN (SELECT (dataset, run) FROM files)
           AND (w.dataset, r.run) NOT IN (SELECT (dataset, run) FROM gaps)""",
    ),
    Check(
        "ledger.fates_lost",
        "outlets of which the books count more records than there are fates",
        f"""SELECT ledger_path('fates', r.run), coalesce(r.outlet, '(none)') FROM runs r
            LEFT JOIN counted c ON c.run = r.run AND c.outlet IS NOT DISTINCT FROM r.outlet
            WHERE ({_FEWER}) AND {_complete("fates", "r.run")}
            AND ('fates', r.run) IN (SELECT (dataset, run) FROM files)""",
    ),
    Check(
        "ledger.books",
        "outlets whose books do not balance with the fates",
        f"""SELECT ledger_path('runs', c.run), coalesce(c.outlet, '(none)') FROM counted c
            LEFT JOIN runs r ON c.run = r.run AND c.outlet IS NOT DISTINCT FROM r.outlet
            WHERE ({_MORE}) AND ('runs', c.run) IN (SELECT (dataset, run) FROM files)
            UNION ALL SELECT ledger_path('runs', r.run), coalesce(r.outlet, '(none)') FROM runs r
            WHERE r.read <> {_SUM}
            UNION ALL SELECT ledger_path('runs', run), coalesce(any_value(outlet), '(none)') FROM runs
            GROUP BY run, outlet HAVING count(*) > 1""",
    ),
    Check(
        "ledger.twice",
        "records with two fates in one run",
        f"""SELECT ledger_path('fates', f.run), f.record_key FROM fates f WHERE {_complete("fates", "f.run")}
            GROUP BY f.run, f.record_key HAVING count(*) > 1""",
    ),
    Check(
        "ledger.several_runs",
        "one file holds the rows of several runs",
        f"""SELECT ledger_path(dataset, run), max(first) FROM (
                SELECT 'fates' AS dataset, run, min(run_id) AS first, max(run_id) AS last FROM fates GROUP BY run
                UNION ALL SELECT 'runs', run, min(run_id), max(run_id) FROM runs GROUP BY run) f
            WHERE {_complete("fates", "f.run")} GROUP BY dataset, run HAVING min(first) <> max(last)""",
    ),
    _without("duplicates", "duplicates", "duplicate"),
    _without(
        "quarantine",
        "quarantine",
        "quarantined",
        "NOT EXISTS (SELECT 1 FROM down w WHERE w.article_id = f.article_id OR w.outlet = f.outlet)",
    ),
    _strange("duplicates", "f.fate = 'duplicate'"),
    _strange("quarantine", "f.fate = 'quarantined'"),
    _strange("removals", "true"),
    Check(
        "ledger.unknown_original",
        "duplicates of articles that never stood in the corpus",
        f"""SELECT ledger_path('duplicates', d.run), d.record_key FROM duplicates d
            ANTI JOIN (SELECT article_id FROM published UNION ALL SELECT article_id FROM corpus
                       UNION ALL SELECT article_id FROM revisions) k ON k.article_id = d.duplicate_of
            WHERE NOT EXISTS (SELECT 1 FROM gaps WHERE dataset = 'fates') AND {_complete("duplicates", "d.run")}""",
    ),
    Check(
        "ledger.unknown_successor",
        "replaced rows whose successor's text never stood in the corpus",
        f"""SELECT ledger_path('revisions', v.run), v.article_id FROM revisions v
            ANTI JOIN (SELECT content_hash FROM corpus UNION ALL SELECT content_hash FROM revisions) k
                ON k.content_hash = v.replaced_by
            WHERE NOT EXISTS (SELECT 1 FROM bad) AND NOT EXISTS (SELECT 1 FROM aside WHERE path LIKE 'corpus/%')
            AND NOT EXISTS (SELECT 1 FROM down w WHERE w.content_hash = v.replaced_by OR w.outlet IS NOT NULL)
            AND NOT EXISTS (SELECT 1 FROM gaps WHERE dataset = 'revisions') AND {_complete("revisions", "v.run")}""",
    ),
    Check(
        "ledger.removals_lost",
        "articles whose removals do not make up their removed_chars",
        """SELECT ledger_path('removals', max(m.run)), m.article_id FROM weighed m LEFT JOIN
                (SELECT run, record_key, sum(chars) AS chars FROM removals GROUP BY run, record_key) s
                ON s.run = m.run AND s.record_key = m.record_key
            GROUP BY m.place, m.article_id, m.revision
            HAVING NOT bool_or(coalesce(s.chars, 0) = m.removed_chars
                               OR m.run IN (SELECT run FROM gaps WHERE dataset = 'removals'))""",
    ),
]
