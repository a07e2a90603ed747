"""What an edit of the rules would change in a corpus that a real run has made."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from newsmill.clean.rules import RuleError
from newsmill.cli import app
from newsmill.preview import published
from newsmill.preview.published import Kinds
from newsmill.preview.rehearsal import What, edited_rules, rehearse
from newsmill.registry import Registry
from newsmill.storage import Store
from tests.integration.runs import run

from .conftest import RIGHTS, SHARE, TAIL, TITLE, rule, rules_file

WALL = rule("share.wall", match="contains", in_prose=True, phrases={"en": ["a higher wall"]})
WALL_WORDS = 22
"""Words of the paragraph that it cuts, as the corpus counts them."""


def tried(made, edit=None, **asked):
    return rehearse(edit, str(made.data), landing=str(made.landing), **asked)


def call(made, *arguments: object):
    base = ["rules", "test", "--corpus", made.data, "--landing", made.landing, *arguments]
    return CliRunner().invoke(app, list(map(str, base)))


def test_rules_that_made_the_corpus_change_nothing_and_every_kind_is_known(made):
    found = tried(made)
    assert (found.articles, dict(found.outlets)) == (5, {"bay-post": 2, "wire": 3})
    assert found.kinds == {Kinds.EXACT: 5}
    assert (found.rules, found.changes_text, found.left_out) == ({}, False, 0)


def test_rule_that_is_added_names_what_it_would_cut(made, tmp_path):
    found = tried(made, rules_file(tmp_path / "wall.yaml", WALL), examples=2)
    (name,) = found.rules
    sums = found.rules[name]
    assert (name, sums.category, sums.blocks) == ("share.wall", "share", {What.CUT: 5})
    assert (sums.words_lost, sums.words_gained) == (5 * WALL_WORDS, 0)
    assert (sums.outlets, found.changed) == ({"wire": 3, "bay-post": 2}, {"wire": 3, "bay-post": 2})
    assert len(sums.examples) == 2
    first = sums.examples[0]
    assert (first.before.split()[:3], first.after, first.raw_path) == (
        ["The", "town", "wants"],
        None,
        "bay-post/one.txt",
    )
    assert "'a higher wall'" in first.evidence


def test_rule_that_is_gone_gives_its_blocks_back(made, tmp_path):
    edit = rules_file(tmp_path / "rules" / "all.yaml", RIGHTS, TITLE).parent
    sums = tried(made, edit).rules["share.prompt"]
    assert sums.blocks == {What.KEPT: 2}
    assert (sums.words_lost, sums.words_gained) == (0, 2 * len(TAIL[0].split()))
    assert {(example.before, example.after) for example in sums.examples} == {(None, TAIL[0])}


def test_file_takes_the_place_of_the_current_one_of_its_name(made, tmp_path):
    found = tried(made, rules_file(tmp_path / "share.yaml", WALL))
    assert found.rules["share.wall"].blocks == {What.CUT: 5}
    assert found.rules["share.prompt"].blocks == {What.KEPT: 2}


def test_rule_that_rewrites_shows_before_and_after(made, tmp_path):
    edit = rules_file(tmp_path / "new.yaml", rule("share.boat", replace={"pattern": "boats were", "by": "ships were"}))
    found = tried(made, edit)
    sums = found.rules["share.boat"]
    assert sums.blocks == {What.CHANGED: 5}
    assert sums.words_lost == sums.words_gained == 0
    assert "boats were" in sums.examples[0].before
    assert sums.examples[0].after == sums.examples[0].before.replace("boats", "ships")
    assert found.changes_text


def test_block_that_goes_for_another_rule_changes_no_text(made, tmp_path):
    edit = rules_file(tmp_path / "rules" / "all.yaml", SHARE | {"id": "share.renamed"}, RIGHTS, TITLE).parent
    found = tried(made, edit)
    assert found.rules["share.renamed"].blocks == {What.RENAMED: 2}
    assert not found.changes_text
    assert call(made, edit, "--check").exit_code == 0


def test_corpus_made_by_other_rules_is_compared_with_what_the_ledger_says(made, tmp_path, monkeypatch):
    """The second run's removals are those of the rows; the first run's still lie in the ledger."""
    (made.rules / "share.yaml").rename(tmp_path / "share.yaml")
    monkeypatch.setenv("NEWSMILL_DATA_URI", str(made.data))
    run(made.landing, "run-2", reprocess=True)
    (tmp_path / "share.yaml").rename(made.rules / "share.yaml")
    found = tried(made)
    assert found.rules["share.prompt"].blocks == {What.CUT: 2}
    assert (found.articles, found.left_out, found.kinds) == (5, 0, {Kinds.EXACT: 5})


def test_raw_records_that_are_gone_or_replaced_leave_kinds_unknown(made):
    (made.landing / "bay-post" / "one.txt").unlink()
    (made.landing / "bay-post" / "two.html").write_text("<p>Another page.</p>")
    found = tried(made)
    assert found.kinds == {Kinds.EXACT: 3, Kinds.UNKNOWN: 2}
    shutil.rmtree(made.landing)
    found = tried(made)
    assert (found.kinds, found.changes_text) == ({Kinds.UNKNOWN: 5}, False)


def test_line_that_is_another_one_now_leaves_its_kinds_unknown(made):
    path = made.landing / "coast-news" / "feed.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[2:]))
    assert tried(made).kinds == {Kinds.EXACT: 2, Kinds.UNKNOWN: 3}


def test_extraction_that_has_changed_gives_kinds_to_equal_texts(made, monkeypatch):
    today = published.extract

    def another(*arguments):
        article = today(*arguments)
        return replace(article, blocks=article.blocks[1:])

    kinds = {block.text: block.kind for record in _articles(made) for block in record.article.blocks}
    monkeypatch.setattr(published, "extract", another)
    records = list(_articles(made))
    assert {record.kinds for record in records} == {Kinds.CHANGED}
    blocks = [block for record in records for block in record.article.blocks[1:]]
    assert all(block.kind == kinds[block.text] for block in blocks)
    assert "heading" in {block.kind for block in blocks}


def _articles(made):
    data, landing = Store(str(made.data)), Store(str(made.landing))
    return published.published(data, landing, Registry({}, {}), max_record_bytes=1 << 20)


def test_blocks_come_back_byte_for_byte_as_extraction_gave_them(made):
    texts = {record.article.raw_path: [block.text for block in record.article.blocks] for record in _articles(made)}
    assert texts["coast-news/feed.jsonl#1"][-2:] == list(TAIL)
    assert [len(found) for found in texts.values()] == [5, 6, 5, 3, 4]


def test_article_whose_removals_are_lost_is_left_out_and_said(made):
    shutil.rmtree(made.data / "ledger" / "removals")
    found = tried(made)
    assert (found.articles, found.left_out) == (1, 4)  # the fourth article lost nothing
    shown = call(made).stdout
    assert "4 articles left out, such as bay-post/one.txt: the ledger does not hold" in shown


def test_sample_is_always_the_same_and_outlets_may_be_chosen(made, tmp_path):
    edit = rules_file(tmp_path / "wall.yaml", WALL)
    once, again = (tried(made, edit, sample=2) for _ in range(2))
    assert once.articles == 2
    assert once.rules["share.wall"].examples == again.rules["share.wall"].examples
    assert tried(made, edit, sample=9).articles == 5
    assert tried(made, edit, outlets=["bay-post"]).outlets == {"bay-post": 2}
    assert tried(made, edit, outlets=["none-such"]).articles == 0


def test_command_says_in_one_line_what_would_change_and_by_its_exit_code_whether(made, tmp_path):
    edit = rules_file(tmp_path / "wall.yaml", WALL)
    shown = call(made, edit)
    assert shown.exit_code == 0
    assert shown.stdout.splitlines()[-1] == "5 articles at 2 outlets would change, of 5 articles at 2 outlets"
    assert "share.wall (share): 5 newly cut; 110 words lost" in shown.stdout
    assert "at wire (3), bay-post (2)" in shown.stdout
    assert call(made, edit, "--check").exit_code == 3
    assert call(made, "--check").exit_code == 0


def test_command_as_json_gives_counts_outlets_and_examples(made, tmp_path):
    edit = rules_file(tmp_path / "wall.yaml", WALL)
    shown = json.loads(call(made, edit, "--json", "--examples", "1").stdout)
    assert (shown["articles"], shown["changed_articles"], shown["left_out"]) == (5, 5, 0)
    sums = shown["rules"]["share.wall"]
    assert (sums["newly_cut"], sums["no_longer_cut"], sums["changed"], sums["other_reason"]) == (5, 0, 0, 0)
    assert sums["outlets"] == {"wire": 3, "bay-post": 2}
    assert [example["what"] for example in sums["examples"]] == ["newly_cut"]


def test_mistakes_are_named(made, tmp_path):
    double = rules_file(tmp_path / "double.yaml", rule("share.prompt", match="whole", phrases={"en": ["share"]}))
    for asked, said in (
        ([tmp_path / "none.yaml"], "none.yaml: no such file or folder"),
        ([double], f"{made.rules}/ with {double}: share.yaml: rule 'share.prompt': id: double.yaml has it too"),
        ([rules_file(tmp_path / "bad.yaml", {"id": "share.bad"})], "bad.yaml: rule 'share.bad': category"),
        (["--corpus", tmp_path / "nowhere"], "nowhere: no corpus here"),
    ):
        shown = call(made, *asked)
        assert shown.exit_code == 1
        assert said in shown.stderr


def test_edited_rules_are_those_of_the_folder_alone(tmp_path):
    folder = rules_file(tmp_path / "rules" / "one.yaml", WALL).parent
    assert [one.id for one in edited_rules(folder, tmp_path).rules] == ["share.wall"]
    with pytest.raises(RuleError, match="no rules"):
        edited_rules(tmp_path, folder)
