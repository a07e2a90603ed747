"""The table of docs/sizing.md is what the simulation says, and the simulation schedules as a pool of workers does."""

from newsmill.settings import PROJECT
from tests.bench.sizing import MILLION, PAGES, Night, loads, spread, table

BEGIN, END = "<!-- make bench ONLY=sizing -->\n", "\n<!-- end -->"


def test_page_has_the_table_that_is_simulated() -> None:
    page = (PROJECT / "docs" / "sizing.md").read_text(encoding="utf-8")
    assert page.partition(BEGIN)[2].partition(END)[0] == "\n".join(table())


def test_free_slot_takes_the_next_task() -> None:
    assert spread([3, 1, 1, 1], 1) == 6
    assert spread([3, 1, 1, 1], 2) == 3
    assert spread([1, 1, 1, 3], 2) == 4  # the longest comes last
    assert spread([3, 1], 9) == 3


def test_groups_share_all_records_and_the_heaviest_has_one_partition_too_many_at_most() -> None:
    night = Night(PAGES, MILLION, workers=4, groups=8)
    groups = loads(night)
    assert round(sum(groups)) == MILLION
    assert max(groups) - min(groups) < 20_000
