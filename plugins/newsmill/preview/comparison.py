"""What a run that cleans articles again would change in the corpus, block by block.

Old and new blocks are those of extraction, given back by text and removals. Equal texts are one block, however often
extraction has changed meanwhile: the first of a text with the first, the second with the second. A block that only one
of them has comes or goes with the extraction.

The new articles lie in staging by batch, the old ones in the corpus by day, their removals in the ledger by run: the
latter two are laid out on disk (desk), so that memory does not grow with the corpus.

Owns the comparison, its sums and its tables. Keep out: what a block's change is called (rehearsal), running.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from newsmill.clean.restore import restore
from newsmill.model import Fate, Removal
from newsmill.preview.desk import Desk, lay_out
from newsmill.preview.published import restored
from newsmill.preview.rehearsal import Effect, RuleSums, What, by_block, effect, left_of
from newsmill.publish.decisions import decisions
from newsmill.publish.report import aligned
from newsmill.staging import Staging, read_rows
from newsmill.standing import Standing
from newsmill.storage import Store

EXTRACTION = "extraction"
"""Stands for a rule where a block comes or goes because extraction gives other blocks."""

EXAMPLES = 2
"""Of each rule and kind of change."""

MAX_LINES = 50
"""Outlets, and rules, that a table names; those with the most words."""

MAX_TEXT = 90
LEAVING = "leaving"
_ARTICLES = ("compared", "changed", "unchanged", "leaving", "left_out")
_REMOVAL = list(Removal.__slots__)


@dataclass(slots=True)
class Difference:
    """What changes, of one outlet or of all."""

    articles: Counter[str] = field(default_factory=Counter)  # by `_ARTICLES`
    rules: defaultdict[str, RuleSums] = field(default_factory=lambda: defaultdict(RuleSums))

    def add(self, what: str, effects: Iterable[Effect], outlet: str, examples: int) -> None:
        """Take note of one article: it is `changed`, `unchanged` or `leaving`."""
        self.articles.update(("compared", what))
        for one in effects:
            self.rules[one.rule].count(one, outlet, examples)

    @property
    def words(self) -> tuple[int, int]:
        """Words gained and words lost."""
        sums = self.rules.values()
        return sum(one.words_gained for one in sums), sum(one.words_lost for one in sums)


@dataclass(slots=True)
class Comparison:
    """What changes in the corpus."""

    total: Difference = field(default_factory=Difference)
    outlets: defaultdict[str, Difference] = field(default_factory=lambda: defaultdict(Difference))
    left_out: Counter[str] = field(default_factory=Counter)  # articles that stay as they are, by why

    def counts(self) -> dict[str, int]:
        """Return the sums over all outlets."""
        gained, lost = self.total.words
        return {name: self.total.articles[name] for name in _ARTICLES} | {"words_gained": gained, "words_lost": lost}


def compare(staging: Staging, data: Store, standing: Standing) -> Comparison:
    """Compare a run's cleaned articles with the rows of the corpus that they would replace.

    Args:
        staging: the run's, with its decisions.
        data: the data root.
        standing: the rows that the run is to make again.
    """
    made = Comparison()
    with lay_out(data, standing) as desk:
        made.left_out.update(_mark(staging, desk))
        for outlet, what, effects in _compared(staging, desk):
            made.total.add(what, effects, outlet, EXAMPLES)
            made.outlets[outlet].add(what, effects, outlet, 0)
        for outlet, count in desk.outlets().items():
            left_out = count - made.outlets[outlet].articles["compared"]
            made.outlets[outlet].articles["left_out"] = left_out
            made.total.articles["left_out"] += left_out
    for why in ("changed_since", "other_article"):
        made.left_out[why] += staging.total(why)
    return made


def _mark(staging: Staging, desk: Desk) -> Iterator[str]:
    """Mark the records whose articles come or leave; yield why each of the others stays as it is."""
    for part in decisions(staging, ["record_key", "fate", "reason", "replaces_date"]):
        rows = part.to_pylist()
        for row in rows:
            row["mark"] = _becomes(row)
        desk.mark((row["record_key"], row["mark"]) for row in rows if row["mark"])
        yield from (row["reason"] or row["fate"] for row in rows if not row["mark"])


def _becomes(row: Mapping[str, Any]) -> str | None:
    if row["fate"] == Fate.PUBLISHED:
        return Fate.PUBLISHED.value
    return LEAVING if row["replaces_date"] else None


def _compared(staging: Staging, desk: Desk) -> Iterator[tuple[str, str, list[Effect]]]:
    """Yield the outlet, what becomes of it, and the effects on its blocks, of each article that can be compared."""
    for article, removals in _cleaned(staging):
        mark, row = desk.marked(article["record_key"]), desk.article(article["article_id"])
        if mark and row and row["raw_path"] == article["raw_path"]:
            effects = _effects(row, desk, article["text"], removals)
            kept = "unchanged" if row["text"] == article["text"] else "changed"
            yield row["outlet"], mark if mark == LEAVING else kept, effects


def _cleaned(staging: Staging) -> Iterator[tuple[dict[str, Any], list[Removal]]]:
    """Yield the run's articles with their removals; both lie in the same order."""
    columns = ["record_key", "article_id", "raw_path", "text"]
    for path in staging.files("cleaned"):
        rows = read_rows(staging.data, path.replace("/cleaned/", "/removals/"), ["record_key", *_REMOVAL])
        groups = groupby(rows, key=lambda row: row["record_key"])
        key, cuts = next(groups, (None, iter(())))
        for article in read_rows(staging.data, path, columns):
            own: list[Removal] = []
            if key == article["record_key"]:
                own = [Removal(**{name: row[name] for name in _REMOVAL}) for row in cuts]
                key, cuts = next(groups, (None, iter(())))
            yield article, own


def _effects(row: Mapping[str, Any], desk: Desk, text: str, removals: Sequence[Removal]) -> list[Effect]:
    texts, cut = restored(row, desk)
    if texts is None:  # the ledger has lost what was cut: what is in the text is all that can be compared
        texts, cut = row["text"].split("\n\n") if row["text"] else [], ()
    found = block_effects(row["raw_path"], (texts, cut), (restore(text, removals), removals))
    return [one for one in found if one.what is not What.RENAMED]


Blocks = tuple[Sequence[str], Sequence[Removal]]
"""The texts of an article's blocks, and what was removed from them."""


def block_effects(raw_path: str, before: Blocks, after: Blocks) -> Iterator[Effect]:
    """Yield the effect on every block that comes out differently, or goes for another rule."""
    (old_texts, cut), (new_texts, cuts) = before, after
    old, new = by_block(cut), by_block(cuts)
    places: defaultdict[str, deque[int]] = defaultdict(deque)
    for number, text in enumerate(old_texts):
        places[text].append(number)
    for number, text in enumerate(new_texts):
        steps = new.get(number, [])
        if places[text]:
            yield from effect(raw_path, number, text, old.get(places[text].popleft(), []), steps)
        else:
            yield from _by_extraction(raw_path, number, None, left_of(text, steps))
    for number in sorted(number for left in places.values() for number in left):
        yield from _by_extraction(raw_path, number, left_of(old_texts[number], old.get(number, [])), None)


def _by_extraction(raw_path: str, number: int, before: str | None, after: str | None) -> Iterator[Effect]:
    if before is not None or after is not None:
        what = What.CUT if after is None else What.KEPT
        yield Effect(what, EXTRACTION, EXTRACTION, "extraction gives other blocks", raw_path, number, before, after)


def rows(made: Comparison, run_id: str) -> Iterator[dict[str, Any]]:
    """Yield a comparison as rows of `schema.DIFFERENCES`, sorted by outlet and rule."""
    for outlet, found in sorted(made.outlets.items()):
        yield {"run_id": run_id, "outlet": outlet} | {name: found.articles[name] for name in _ARTICLES}
        for rule, sums in sorted(found.rules.items()):
            yield {
                "run_id": run_id,
                "outlet": outlet,
                "rule": rule,
                "blocks_gone": sums.blocks[What.CUT],
                "blocks_back": sums.blocks[What.KEPT],
                "blocks_changed": sums.blocks[What.CHANGED],
                "words_gained": sums.words_gained,
                "words_lost": sums.words_lost,
            }


def tables(made: Comparison) -> Iterator[str]:
    """Yield the lines that tell people of a comparison: by outlet, by rule, with examples."""
    header = ["outlet", *(name.replace("_", " ") for name in _ARTICLES), "words gained", "words lost"]
    yield from _table(header, {outlet: _of_outlet(found) for outlet, found in made.outlets.items()})
    yield ""
    header = ["rule", "blocks gone", "blocks back", "blocks changed", "words gained", "words lost"]
    yield from _table(header, {rule: _of_rule(sums) for rule, sums in made.total.rules.items()})
    for why, count in sorted(made.left_out.items()):
        if count:
            yield f"left out, {why.replace('_', ' ')}: {count:,}; the rows stay as they are"
    for rule, sums in sorted(made.total.rules.items()):
        yield from (_example(rule, one) for one in sums.examples)


def _of_outlet(found: Difference) -> list[int]:
    return [*(found.articles[name] for name in _ARTICLES), *found.words]


def _of_rule(sums: RuleSums) -> list[int]:
    return [*(sums.blocks[what] for what in (What.CUT, What.KEPT, What.CHANGED)), sums.words_gained, sums.words_lost]


def _table(header: list[str], lines: Mapping[str, list[int]]) -> list[str]:
    """Return the lines with the most words, then the sums of all."""
    ranked = sorted(lines.items(), key=lambda item: (-item[1][-1] - item[1][-2], item[0]))
    sums = [sum(column) for column in zip(*lines.values(), strict=True)] or [0] * (len(header) - 1)
    shown = [[name, *(f"{count:,}" for count in counts)] for name, counts in [*ranked[:MAX_LINES], ("total", sums)]]
    told = aligned([header, *shown])
    more = [f"… and {len(ranked) - MAX_LINES:,} more"] if len(ranked) > MAX_LINES else []
    return [told[0], "-" * len(told[0]), *told[1:-1], *more, "-" * len(told[0]), told[-1]]


def _example(rule: str, one: Effect) -> str:
    said = {What.CUT: "goes", What.KEPT: "comes back", What.CHANGED: "changes"}[one.what]
    texts = " -> ".join(_shown(text) for text in (one.before, one.after) if text is not None)
    return f"{rule}: {said}, in {_shown(one.raw_path)}: {texts}"


def _shown(text: str) -> str:
    """Return a text as one line that is safe in a log."""
    safe = "".join(char if char.isprintable() else " " for char in text)
    return safe if len(safe) <= MAX_TEXT else f"{safe[:MAX_TEXT]}…"
