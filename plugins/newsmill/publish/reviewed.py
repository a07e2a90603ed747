"""What a person, or a setting, said of a run above its rejection limit, as the ledger keeps it.

Owns reading `ledger/reviews` and its words. A run that was rejected, or that nobody answered for, has failed: it is in
Airflow, and not in the ledger. Keep out: asking (review).
"""

from __future__ import annotations

from collections.abc import Iterator

from newsmill.publish.ledger import folder_of
from newsmill.publish.report import safe_name
from newsmill.staging import read_rows, run_slug
from newsmill.storage import Store


def review_of(data: Store, run_id: str) -> str | None:
    """Return in a sentence who let a run publish, and when; None of a run that was never above its limit.

    Raises:
        StagingError: the file cannot be read.
    """
    slug = run_slug(run_id)
    paths = [entry.path for entry in data.files(folder_of("reviews")) if entry.path.rpartition("/")[2].startswith(slug)]
    found = [said for path in paths for whose, said in sentences(data, path) if whose == run_id]
    return found[-1] if found else None


def sentences(data: Store, path: str) -> Iterator[tuple[str, str]]:
    """Yield the run's id and the sentence, without its end, of each row of a file of `schema.REVIEWS`."""
    for row in read_rows(data, path):
        by = row["approved_by"]
        how = f"as {safe_name(by)} approved" if by else "without asking anybody, as it was set"
        when = f"{row['approved_at']:%Y-%m-%d at %H:%M} UTC"
        yield (
            row["run_id"],
            f"{row['quarantined']:,} of {row['articles']:,} articles were quarantined, more than the rejection limit "
            f"of {row['rejection_limit']:.1%}; the rest was published, {how}, on {when}",
        )
