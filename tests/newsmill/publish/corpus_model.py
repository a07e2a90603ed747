"""What the corpus must be after any sequence of runs: a dict of rows, by rules that can be read in two minutes.

Written from the design's words; where it is silent, the rule stands here.

- A record that some run has dealt with, in these bytes at this place, is `unchanged`, unless the run reprocesses.
- What validation refuses is `quarantined` and touches nothing: the row of an older version stays.
- **One version speaks for an article in a run.** A surely older fetch never does if another can. Else a record comes
  before one that a run has dealt with already (a quarantined one counts as new: it comes now), the one that made the
  row before others; then the latest known fetch; then source_id and path. The others are duplicates.
- **Later beats earlier.** Where both fetch times are known and one is earlier, the earlier never replaces the later.
  Where a time is unknown, or both are equal, what arrives later is the later one. A reprocessed record does not arrive:
  if another record's version has replaced its own, it stays out, unless its fetch is surely later.
- **The same text again** leaves the row as it is, its fetch time too; only a run that reprocesses writes it again.
- **A text is there once.** Several want it: articles that have it, or whose row these very bytes made (the rules
  changed), before articles with another row, before new ones; then the earliest. The first one gets it, unless a row
  that stays has it. A row stays if its article brings nothing in this run, or wants another text in vain.
- **Nothing is lost.** Who wants a text in vain keeps its row; but a row whose own bytes give another article's text
  now, goes. What goes, or is written anew, is in `revisions`.
- **What is taken down** goes: an article's row and replaced rows, and those with its texts; an outlet's rows and
  replaced rows. What an article's tombstone keeps out is the article, and each text that its rows had, unless another
  article's row has it now; an outlet's keeps out its records. They are `unchanged`, before anything else is asked.
- A row lies on the UTC day of its publication; without one, on the day on which its article was first published, for
  good. Its revision counts its texts. An article that has left the corpus and returns begins anew.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

LAST = datetime.max.replace(tzinfo=UTC)
FIRST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Record:
    """A raw record as a run sees it: cleaned by the rules of the day and judged; its path is its source_id."""

    path: str
    data: str  # stands for its bytes
    article: str
    outlet: str
    published: datetime | None
    fetched: datetime | None
    text: str
    fails: bool


@dataclass(frozen=True)
class Row:
    """A row of the corpus."""

    record: Record
    day: date
    revision: int
    ingested_on: date


@dataclass
class Model:
    """The corpus by article, what became of each place in the landing zone, and what was replaced."""

    rows: dict[str, Row] = field(default_factory=dict)
    dealt: dict[str, tuple[str, str]] = field(default_factory=dict)  # path -> data, fate
    replaced: list[tuple[str, Row]] = field(default_factory=list)
    tombstones: set[str] = field(default_factory=set)  # articles, texts and outlets; their names differ
    texts_of: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # taken down with an article

    def take_down(self, name: str) -> None:
        """Take down an article, or an outlet."""
        mine = {row.record.text for article, row in [*self.rows.items(), *self.replaced] if article == name}
        texts = (mine | self.texts_of[name]) - {row.record.text for other, row in self.rows.items() if other != name}
        self.texts_of[name] = texts
        self.tombstones |= {name, *texts}
        self.rows = {a: row for a, row in self.rows.items() if name not in (a, row.record.outlet)}
        gone = {name, *texts}
        self.replaced = [(a, row) for a, row in self.replaced if not gone & {a, row.record.outlet, row.record.text}]

    def run(
        self, records: list[Record], day: date, *, reprocess: bool = False, by_name: bool = False
    ) -> dict[str, str]:
        """Take a run's records in; return what became of each, by path.

        Args:
            records: what it read, known ones only if it reprocesses or names its records.
            day: its UTC day.
            reprocess: it writes again what has the same text.
            by_name: it names its records.
        """
        takes_known = reprocess or by_name
        fates: dict[str, str] = {}
        versions: dict[str, list[Record]] = defaultdict(list)
        for record in records:
            if self.tombstones & {record.article, record.text, record.outlet}:
                fates[record.path] = "unchanged/taken_down"
            elif not takes_known and self.dealt.get(record.path, ("", ""))[0] == record.data:
                fates[record.path] = "unchanged/known_record"
            elif record.fails:
                fates[record.path] = "quarantined/failed_expectations"
            else:
                versions[record.article].append(record)
        speakers = {article: self._speaker(several) for article, several in versions.items()}
        late = {article for article, record in speakers.items() if self._is_out(record)}
        wants = {article: record for article, record in speakers.items() if article not in late}
        granted = self._granted(wants)
        new_rows = {article: self._row(speakers[article], day) for article in granted}
        for article, record in speakers.items():
            fates[record.path] = self._fate(record, granted, late, reprocess=reprocess)
            for other in versions[article]:
                if other != record:
                    is_copy = other.text == record.text and article not in late
                    fates[other.path] = "duplicate/same_text" if is_copy else "duplicate/superseded"
        self._write(wants, granted, new_rows, fates)
        for record in records:
            if fates[record.path] != "unchanged/known_record":
                self.dealt[record.path] = (record.data, fates[record.path].partition("/")[0])
        return fates

    def _speaker(self, versions: list[Record]) -> Record:
        latest = max((record.fetched for record in versions if record.fetched), default=FIRST)

        def order(record: Record) -> tuple[object, ...]:
            row = self.rows.get(record.article)
            is_older_than_row = row is not None and _is_earlier(record.fetched, row.record.fetched)
            known = self._known_fate(record)
            if is_older_than_row:
                rank = 4
            elif known is None:
                rank = 0
            elif row and (row.record.path, row.record.data) == (record.path, record.data):
                rank = 1
            else:
                rank = 2 if row and self._made(record, row) else 3
            newest_first = -(record.fetched or FIRST).timestamp() if record.fetched else 0.0
            return _is_earlier(record.fetched, latest), rank, newest_first, record.path

        return min(versions, key=order)

    def _known_fate(self, record: Record) -> str | None:
        data, fate = self.dealt.get(record.path, ("", ""))
        return fate if data == record.data and fate != "quarantined" else None

    def _made(self, record: Record, row: Row) -> bool:
        """These bytes made the row; or they came to its place after it, and gave the same text."""
        at_its_place = record.path == row.record.path and self._known_fate(record) == "unchanged"
        return record.data == row.record.data or at_its_place

    def _is_out(self, record: Record) -> bool:
        """It is surely earlier than the row, or was replaced by it; the same text is never out."""
        row = self.rows.get(record.article)
        return row is not None and row.record.text != record.text and self._is_former(record, row)

    def _is_former(self, record: Record, row: Row) -> bool:
        was_left = self._known_fate(record) in ("published", "duplicate") and not self._made(record, row)
        is_later = _is_earlier(row.record.fetched, record.fetched)
        return _is_earlier(record.fetched, row.record.fetched) or (was_left and not is_later)

    def _granted(self, wants: dict[str, Record]) -> set[str]:
        firsts: dict[str, Record] = {}
        for record in sorted(wants.values(), key=self._precedence):
            firsts.setdefault(record.text, record)
        granted = {record.article for record in firsts.values()}
        while True:
            held = {
                row.record.text: article for article, row in self.rows.items() if self._stays(article, wants, granted)
            }
            refused = {article for article in granted if held.get(wants[article].text, article) != article}
            if not refused:
                return granted
            granted -= refused

    def _precedence(self, record: Record) -> tuple[object, ...]:
        row = self.rows.get(record.article)
        kind = 2 if row is None else 0 if row.record.text == record.text or self._made(record, row) else 1
        return kind, record.published or LAST, record.fetched or LAST, record.path

    def _stays(self, article: str, wants: dict[str, Record], granted: set[str]) -> bool:
        return article not in wants or (article not in granted and not self._goes_anyway(wants[article]))

    def _goes_anyway(self, record: Record) -> bool:
        row = self.rows.get(record.article)
        return row is not None and (row.record.text == record.text or self._made(record, row))

    def _row(self, record: Record, day: date) -> Row:
        old = self.rows.get(record.article)
        first = old.ingested_on if old else day
        revision = old.revision + (old.record.text != record.text) if old else 1
        return Row(record, record.published.date() if record.published else first, revision, first)

    def _fate(self, record: Record, granted: set[str], late: set[str], *, reprocess: bool) -> str:
        row = self.rows.get(record.article)
        if record.article in late:
            return "duplicate/superseded"
        if record.article not in granted:
            return "duplicate/same_text"
        if row and row.record.text == record.text and (not reprocess or self._is_former(record, row)):
            return "unchanged/known_text"
        return "published"

    def _write(self, wants: dict[str, Record], granted: set[str], new: dict[str, Row], fates: dict[str, str]) -> None:
        before = dict(self.rows)
        for article, record in wants.items():
            if article in granted and fates[record.path] == "published":
                self.rows[article] = new[article]
            elif article not in granted and self._goes_anyway(record):
                del self.rows[article]
        self.replaced += [(article, row) for article, row in before.items() if self.rows.get(article) != row]


def _is_earlier(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and one < other
