"""The settings: the one place that reads the environment.

Owns names, defaults and their checks. `.env.example` lists the same names; a test compares the two.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from newsmill.model import NewsmillError, Review

PROJECT = Path(__file__).parents[2]
MEBIBYTE = 1024 * 1024


class SettingsError(NewsmillError):
    """A setting has a value that cannot be used."""


class Settings(BaseSettings):
    """What `NEWSMILL_…` variables say, or else `.env` beside README.md.

    A relative path counts from the project's folder.
    """

    model_config = SettingsConfigDict(env_prefix="NEWSMILL_", env_file=PROJECT / ".env", extra="ignore", frozen=True)

    landing_uri: str = Field("include/seeds", description="Where the raw files lie. It is only read.")
    data_uri: str = Field("data", description="Where corpus, ledger, quarantine, docs and staging go.")
    index_url: str = Field(
        "",
        description="SQLAlchemy URL of the index of published articles; empty: an SQLite file in the data root.",
    )
    store_connection: str = Field(
        "",
        description="Id of the Airflow connection with the object store's credentials; empty: the usual environment.",
    )
    include_dir: str = Field("include", description="The folder that holds outlets/ and rules/.")
    schedule: str = Field(
        "0 3 * * *", description="When ingest_news runs: a cron line in UTC, or empty for by hand only."
    )
    learn_schedule: str = Field(
        "0 5 * * 0", description="When learn_outlets runs: a cron line in UTC, or empty for by hand only."
    )
    verify_schedule: str = Field(
        "0 6 * * 0", description="When verify_corpus runs: a cron line in UTC, or empty for by hand only."
    )
    # A task's fixed cost, about 3 s of processor for extract and clean, stays below 5 % of a minute's work: 2,900 pages
    # of 280 kB, at 50 a second. A run of fewer is cut into several batches all the same (read.plan.BatchSize).
    batch_records: int = Field(20_000, ge=1, description="Raw records an extract or clean task takes at most.")
    batch_bytes: int = Field(
        768 * MEBIBYTE,
        ge=1,
        description="Raw bytes an extract or clean task takes at most (one record at least).",
    )
    max_record_bytes: int = Field(10 * MEBIBYTE, ge=1, description="A larger raw record is unreadable (too_large).")
    record_seconds: float = Field(
        60,
        gt=0,
        description="Seconds of computing that one record may take in a task; one that needs more is unreadable.",
    )
    record_memory_bytes: int = Field(
        2048 * MEBIBYTE,
        ge=64 * MEBIBYTE,
        description="Memory that one record may take in a task; one that needs more is unreadable.",
    )
    lock_wait_seconds: float = Field(
        1800,
        ge=0,
        description="How long a task waits while another run holds the corpus; then it fails and says which.",
    )
    move_grace_seconds: float = Field(
        10, ge=0, description="Seconds between an article's leaving one partition and its coming into another."
    )
    staging_days: float = Field(
        7,
        ge=0,
        description="Days after which the staging of a run that published nothing is removed; 0: never.",
    )
    known_after_hours: float = Field(
        24,
        ge=0,
        description="A landing file that had not changed for so many hours when it was read is not read again.",
    )
    publish_groups: int = Field(8, ge=1, le=1000, description="Publish tasks that a run is split into at most.")
    min_words: int = Field(20, ge=0, description="An article of fewer words is quarantined.")
    rejection_limit: float = Field(
        0.5,
        ge=0,
        le=1,
        description="Share of quarantined articles above which NEWSMILL_REVIEW says how a run goes on.",
    )
    review: Review = Field(
        Review.FAIL,
        description="What a run does above that limit: `fail`, `publish` the rest, or `ask` a person in Airflow.",
    )
    # A working day after a night's run: it can be answered, and the next night's run does not have to wait for it.
    review_hours: float = Field(12, gt=0, le=24 * 365, description="Hours to wait for that answer; then the run fails.")
    alert_notifier: str = Field(
        "", description="Class of an Airflow notifier that tells of failed runs, by its dotted path; empty: no alerts."
    )
    alert_arguments: str = Field(
        "", description="That notifier's arguments, a JSON object; Airflow fills in templates in them."
    )
    deadline_hours: float = Field(
        0,
        ge=0,
        le=24 * 365,
        description="Hours from its queueing after which a run that has not ended is told of; 0: never.",
    )

    @property
    def landing(self) -> str:
        """The landing zone's URI, absolute."""
        return absolute(self.landing_uri)

    @property
    def data(self) -> str:
        """The data root's URI, absolute."""
        return absolute(self.data_uri)

    @property
    def include(self) -> Path:
        """The folder of outlets and rules, absolute."""
        return Path(absolute(self.include_dir))

    @property
    def index(self) -> str:
        """The index's SQLAlchemy URL.

        Raises:
            SettingsError: the data root is not a local folder and no index URL is set.
        """
        if self.index_url:
            return self.index_url
        if "://" in self.data:
            raise SettingsError(
                f"NEWSMILL_INDEX_URL is empty, and NEWSMILL_DATA_URI ({self.data}) is no local folder in which "
                "an SQLite index could lie: set NEWSMILL_INDEX_URL to a database"
            )
        return f"sqlite:///{quote(self.data)}/index.sqlite"


def absolute(uri: str) -> str:
    """Return a URI whose local path counts from the project's folder; `file://` becomes a plain path."""
    if uri.startswith("file://"):
        uri = uri.removeprefix("file://")
    if "://" in uri:
        return uri.rstrip("/")
    return str((PROJECT / Path(uri).expanduser()).absolute())


def load_settings() -> Settings:
    """Read the environment.

    Raises:
        SettingsError: a variable has a value that cannot be used; the text names it and says what it must be.
    """
    try:
        return Settings()
    except ValidationError as error:
        problems = "; ".join(
            f"NEWSMILL_{str(found['loc'][0]).upper()}={found['input']!r}: {found['msg']}" for found in error.errors()
        )
        raise SettingsError(f"{problems}. Set it right in the environment or in .env") from None
