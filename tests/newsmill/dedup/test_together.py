"""What is decided does not depend on how many articles are decided at once, and few are."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmill.dedup import decide, gathering, shares, together
from newsmill.dedup.decide import deduplicate
from newsmill.dedup.together import ALONE, Links
from tests.newsmill.dedup.factory import Mill, article, at, decided, settled

NAMES = st.integers(0, 5)
RECORDS = st.lists(
    st.tuples(NAMES, NAMES, st.sampled_from([None, 1, 2, 3]), st.booleans(), st.booleans()), min_size=1, max_size=14
)


def rows_of(records: list[tuple[int, int, int | None, bool, bool]], night: int) -> list[dict[str, Any]]:
    """Articles of few ids and texts, some of them failed, and as many settled records between them."""
    rows = []
    for place, (name, text, fetched, failed, is_settled) in enumerate(records):
        if is_settled:
            rows.append(settled(f"{night}-{place}-settled"))
        fields = {"raw_path": f"verity/{night}-{place}.html", "id": f"a{name}", "source_id": f"s{place % 3}"}
        fields |= {"fetched_at": fetched and at(fetched), "failed": ["title"] if failed and name == 0 else []}
        rows.append(article(f"a{name}", f"The text {text} of all nights.", **fields))
    return rows


def few_at_once(patch: pytest.MonkeyPatch, rows: int) -> None:
    """Hold so few rows at once."""
    for module in (shares, together, gathering):
        patch.setattr(module, "ROWS_OF_SHARE", rows)
    patch.setattr(shares, "SAMPLED", 1)


@settings(max_examples=12, deadline=None)
@given(first=RECORDS, second=RECORDS, reprocess=st.booleans(), rows=st.sampled_from([1, 3]))
def test_decisions_do_not_depend_on_how_many_are_held(
    tmp_path_factory: pytest.TempPathFactory, first: Any, second: Any, reprocess: bool, rows: int
) -> None:
    mill = Mill(tmp_path_factory.mktemp("mill"))
    mill.run(rows_of(first, 1), run_id="first")
    staging = mill.stage(rows_of(second, 2), run_id="second", reprocess=reprocess, batch_rows=2)
    counts = deduplicate(staging, mill.index, reprocess=reprocess)
    whole = decided(staging)
    with pytest.MonkeyPatch.context() as patch:
        few_at_once(patch, rows)
        assert deduplicate(staging, mill.index, reprocess=reprocess) == counts
    assert list(decided(staging).items()) == list(whole.items())
    assert list(whole) == sorted(whole)


def test_few_are_judged_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few_at_once(monkeypatch, 4)
    judged: list[int] = []
    judge = decide.judge

    def counted(articles: pa.Table, *given: Any, **options: Any) -> Any:
        judged.append(len(articles))
        return judge(articles, *given, **options)

    monkeypatch.setattr(decide, "judge", counted)
    alone = [article(f"a{number}") for number in range(20)]
    copies = [article(f"c{number}", f"text {number // 2}") for number in range(20)]
    decisions = Mill(tmp_path).decide([row for pair in zip(alone, copies, strict=True) for row in pair], batch_rows=3)
    assert sorted(row["fate"] for row in decisions.values()) == ["duplicate"] * 10 + ["published"] * 30
    assert sum(judged) == 40
    assert max(judged) <= 6  # a part ends with the batch that fills it


def links_of(*articles: tuple[str, str, str | None, bool]) -> list[int]:
    """The shares of articles, given by id, text, twin, and whether they pass."""
    names = ("article_id", "content_hash", "twin", "passes")
    schema = pa.schema([(name, pa.bool_() if name == "passes" else pa.string()) for name in names])
    links = Links()
    for row in articles:
        links.add(pa.Table.from_pylist([dict(zip(names, row, strict=True))], schema))
    return links.shares().tolist()


def test_only_what_is_linked_waits() -> None:
    assert links_of() == []
    assert links_of(("a", "1", None, True), ("b", "2", "elsewhere", True)) == [ALONE, ALONE]
    assert links_of(("a", "1", None, True), ("a", "1", None, False)) == [ALONE, ALONE]


def test_versions_copies_and_heirs_are_decided_together_be_it_through_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "ROWS_OF_SHARE", 1)
    versions, copies = (
        [("a", "1", None, True), ("a", "2", None, True)],
        [("b", "3", None, True), ("c", "3", None, True)],
    )
    heirs = [("d", "4", "e", True), ("e", "5", None, True)]
    found = links_of(*versions, *copies, *heirs, ("f", "6", None, True))
    assert (found[0], found[2], found[4]) == (found[1], found[3], found[5])
    assert (len(set(found)), found[6]) == (4, ALONE)
    chain = [(f"n{number // 2}", f"t{(number + 1) // 2}", None, True) for number in range(400)]
    assert len(set(links_of(*chain))) == 1
