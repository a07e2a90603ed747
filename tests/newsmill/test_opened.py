"""`newsmill.open_corpus()`: the rows of the corpus, by filters, with their types."""

from __future__ import annotations

import shutil
from datetime import date

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

import newsmill
from newsmill import pipeline
from newsmill.model import NewsmillError, Selection
from newsmill.opened import SCHEMA
from tests.conftest import DAY
from tests.integration.runs import SEEDS


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    data = tmp_path_factory.mktemp("opened")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NEWSMILL_DATA_URI", str(data))
        patch.setenv("NEWSMILL_MOVE_GRACE_SECONDS", "0")
        pipeline.run("opened", DAY, Selection(landing_uri=str(SEEDS)))
    return data


@pytest.fixture
def corpus(root):
    return newsmill.open_corpus(str(root))


def test_articles_are_those_that_pandas_reads_with_exact_types(root, corpus):
    plain = pd.read_parquet(root / "corpus")
    opened = corpus.articles()
    assert list(opened.columns) == SCHEMA.names
    assert opened["text"].tolist() == plain["text"].tolist()
    assert opened.dtypes["published_at"] == pd.ArrowDtype(pa.timestamp("us", tz="UTC"))
    assert opened.dtypes["date"] == pd.ArrowDtype(pa.date32())
    assert opened["outlet"].tolist() == plain["outlet"].astype(str).tolist()


def test_filters_take_outlets_days_and_languages(corpus):
    assert set(corpus.articles(["outlet"], outlets=["verity", "express"])["outlet"]) == {"verity", "express"}
    assert corpus.articles(["date"], from_date="2023-09-16", to_date=date(2023, 9, 16))["date"].tolist() == [
        date(2023, 9, 16)
    ]
    assert len(corpus.articles(["title"], languages=["en"])) == 5
    assert list(corpus.articles(["title"], languages=["cs"]).columns) == ["title"]
    assert len(corpus.articles(["title"], languages=["cs"])) == 0


def test_batches_hold_the_same_rows(corpus):
    rows = pa.Table.from_batches(list(corpus.batches(["article_id", "date"])))
    assert rows.equals(corpus.table(["article_id", "date"]))


def test_sql_and_dataset_see_partitions_as_columns(corpus):
    found = corpus.sql("SELECT outlet, count(*) AS n FROM corpus WHERE outlet = $o GROUP BY 1", o="verity")
    assert found.to_dict("records") == [{"outlet": "verity", "n": 1}]
    assert corpus.dataset().to_table(filter=ds.field("date") == date(2023, 9, 16)).num_rows == 1


def test_ledger_gives_what_was_cut(corpus):
    (row,) = corpus.articles(["article_id", "removed_chars"], outlets=["verity"]).to_dict("records")
    cuts = corpus.ledger("removals", ["rule", "text_before", "text_after"], article_id=row["article_id"])
    lost = cuts["text_before"].str.len().sum() - cuts["text_after"].fillna("").str.len().sum()
    assert lost == row["removed_chars"] > 0


def test_an_article_that_moves_between_two_reads_comes_once(root, corpus, tmp_path):
    copy = tmp_path / "data"
    shutil.copytree(root, copy)
    (old,) = (copy / "corpus").glob("date=2023-09-16/outlet=*")
    target = copy / "corpus" / "date=2023-09-17" / old.name
    shutil.copytree(old, target)
    assert len(newsmill.open_corpus(str(copy)).articles()) == 5
    assert len(pd.read_parquet(copy / "corpus")) == 6


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"columns": ["texts"]}, "there is no column 'texts'"),
        ({"from_date": "yesterday"}, "from_date: 'yesterday' is no day"),
    ],
    ids=["column", "day"],
)
def test_mistakes_are_named(corpus, asked, words):
    with pytest.raises(NewsmillError, match=words):
        corpus.articles(**asked)


def test_a_folder_without_a_corpus_and_a_dataset_that_is_none_are_named(corpus, tmp_path):
    with pytest.raises(NewsmillError, match="holds no corpus: name the data root"):
        newsmill.open_corpus(str(tmp_path))
    with pytest.raises(NewsmillError, match="'removal' is no dataset of the ledger"):
        corpus.ledger("removal")
    with pytest.raises(AttributeError, match="no attribute 'corpus'"):
        newsmill.__getattr__("corpus")
