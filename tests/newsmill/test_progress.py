from __future__ import annotations

from structlog.testing import capture_logs

from newsmill.progress import Progress


def test_progress_is_logged_every_ten_seconds_and_at_the_end():
    clock = iter(range(0, 1000, 4))
    with capture_logs() as lines:
        progress = Progress("extract", 6, clock=lambda: next(clock), batch=3)
        for _ in range(6):
            progress.count("extracted")
        assert progress.finish() == {"extracted": 6}
    *between, last = lines
    assert 0 < len(between) < 6
    assert all(
        (line["event"], line["task"], line["batch"], line["planned"]) == ("progress", "extract", 3, 6)
        for line in between
    )
    assert (last["event"], last["done"], last["extracted"]) == ("finished", 6, 6)
    assert last["records_per_second"] > 0


def test_nothing_done_ends_with_a_summary_too():
    with capture_logs() as lines:
        Progress("clean", 0).finish()
    assert [line["done"] for line in lines] == [0]
