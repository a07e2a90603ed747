"""The gate: sets found and run through the real pipeline, floors held, cuts of the gold counted by rule."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace

import pytest
import yaml

from newsmill.model import NewsmillError, Removal
from tests.conftest import PROJECT
from tests.quality.__main__ import main
from tests.quality.cuts import Cuts
from tests.quality.floors import FILE, HEADER, moved, read_floors, shortfalls, write_floors
from tests.quality.ownpages import own_pages
from tests.quality.sets import find_sets, read_gold


def lay_out(folder, name: str, *pages) -> None:
    """Write own pages as a set."""
    landing, gold = folder / f"{name}.jsonl.gz", folder / f"{name}.gold.jsonl.gz"
    with gzip.open(landing, "wt") as records, gzip.open(gold, "wt") as golds:
        for page in pages:
            form = "html" if page.path.suffix == ".html" else "text"
            records.write(json.dumps({"id": page.name, form: page.path.read_text(encoding="utf-8")}) + "\n")
            said = {key: page.gold[key] for key in ("title", "authors", "date")}
            golds.write(json.dumps({"id": page.name, "body": page.body, **said}) + "\n")


def removal(before: str, after: str | None = None, rule: str = "a.rule") -> Removal:
    return Removal(block=0, step=0, text_before=before, text_after=after, rule=rule, category="x", evidence="")


def test_a_figure_under_its_floor_fails_the_command_and_is_named(tmp_path, capsys):
    """Two pages come out exactly right; then one of them is held to another page's text."""
    one, two = [page for page in own_pages() if page.path.suffix == ".html"][:2]
    floors = tmp_path / "floors.yaml"
    arguments = [str(tmp_path), "--floors", str(floors), "--jobs", "1"]
    lay_out(tmp_path, "own", one, two)
    assert main([*arguments, "--raise-floors"]) == 0
    perfect = {"f1": 1.0, "exact": 1.0, "leftover": 0.0, "lost": 0.0, "title": 1.0, "authors": 1.0, "date": 1.0}
    assert read_floors(floors) == {"own": perfect | {"gold_cut": 0.0}}
    assert "all, of 22 blocks" in capsys.readouterr().out
    lay_out(tmp_path, "own", one, replace(two, gold=one.gold))
    assert main(arguments) == 1
    said = capsys.readouterr().out
    assert "own: exact is 0.5000; its floor is 1.0" in said
    assert "own: date is 0.5000; its floor is 1.0" in said


def test_a_folder_without_sets_is_a_mistake(tmp_path, capsys):
    assert main([str(tmp_path)]) == 2
    assert "no set here" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("figure", "floor", "value", "short"),
    [("f1", 0.9, 0.9, False), ("f1", 0.9, 0.8999, True), ("lost", 0.02, 0.02, False), ("lost", 0.02, 0.0201, True)],
)
def test_floors_bound_from_below_and_ceilings_from_above(figure, floor, value, short):
    assert bool(list(shortfalls("s", {figure: value}, {"s": {figure: floor}}))) is short
    assert not list(shortfalls("new", {figure: value}, {"s": {figure: floor}}))


def test_a_floor_that_was_not_measured_is_a_shortfall():
    assert "title was not measured" in next(shortfalls("s", {"f1": 1.0}, {"s": {"title": 0.5}}))


def test_floors_only_rise_unless_told_to_fall():
    floors = {"s": {"f1": 0.9, "lost": 0.02}}
    better, worse = {"f1": 0.95128, "lost": 0.01001}, {"f1": 0.85, "lost": 0.03}
    assert moved("s", better, floors, lower=False)["s"] == {"f1": 0.9512, "lost": 0.0101}
    assert moved("s", worse, floors, lower=False)["s"] == {"f1": 0.9, "lost": 0.02}
    assert moved("s", worse, floors, lower=True)["s"] == {"f1": 0.85, "lost": 0.03}
    assert moved("new", worse, floors, lower=False)["new"] == worse
    assert floors == {"s": {"f1": 0.9, "lost": 0.02}}


def test_a_figure_reaches_the_floor_that_is_written_of_it(tmp_path):
    figures = {"f1": 0.97477575, "leftover": 0.01824426, "exact": 83 / 181, "gold_cut": 5.2999}
    write_floors(moved("s", figures, {}, lower=False), tmp_path / "floors.yaml")
    assert not list(shortfalls("s", figures, read_floors(tmp_path / "floors.yaml")))


def test_floors_file_says_how_it_may_be_lowered_and_is_written_as_it_stands(tmp_path):
    assert FILE.read_text(encoding="utf-8").startswith(HEADER)
    assert "--lower-floors" in HEADER
    write_floors(read_floors(), tmp_path / "floors.yaml")
    assert (tmp_path / "floors.yaml").read_text() == FILE.read_text()


@pytest.mark.parametrize("said", [{"s": {"speed": 1}}, {"s": {"f1": "high"}}])
def test_a_floor_that_is_none_is_named(tmp_path, said):
    path = tmp_path / "floors.yaml"
    path.write_text(yaml.safe_dump(said))
    with pytest.raises(NewsmillError, match="is no floor"):
        read_floors(path)


def test_cut_block_stands_in_the_gold_when_the_text_has_it_less_often():
    cuts = Cuts()
    gold = ["Boats were missing from the bay.", "Share prices fell.", "Who will pay?"]
    text = "Boats were missing from the bay.\n\nShare prices fell."
    took = [removal("Boats were missing from the bay."), removal("Share"), removal("Who will pay?", rule="b.rule")]
    cuts.add(gold, text, [*took, removal("— * —"), removal("Who will pay?", rule="b.rule")])
    assert (cuts.taken, cuts.wrong) == ({"a.rule": 3, "b.rule": 2}, {"b.rule": 1})
    assert cuts.per_thousand("b.rule") == cuts.per_thousand() == pytest.approx(1000 / 3)
    cuts.add_all(cuts)
    assert (cuts.gold_blocks, cuts.wrong["b.rule"]) == (6, 2)


def test_changed_block_counts_when_the_gold_has_it_as_it_was():
    cuts = Cuts()
    change = removal("It closed in 1998.2", "It closed in 1998.")
    cuts.add(["It closed in 1998."], "It closed in 1998.", [change])
    assert not cuts.wrong
    cuts.add(["It closed in 1998.2"], "It closed in 1998.", [change])
    assert cuts.wrong == {"a.rule": 1}


def test_sets_are_a_landing_file_beside_its_gold(tmp_path):
    for name in ("b.jsonl.gz", "b.gold.jsonl.gz", "a.jsonl", "a.gold.jsonl", "c.jsonl", "score.py"):
        (tmp_path / name).touch()
    assert [(found.name, found.landing.name) for found in find_sets(tmp_path)] == [
        ("a", "a.jsonl"),
        ("b", "b.jsonl.gz"),
    ]
    (tmp_path / "d.gold.jsonl").touch()
    with pytest.raises(NewsmillError, match=r"no d\.jsonl"):
        find_sets(tmp_path)


def test_gold_line_that_is_none_is_named(tmp_path):
    path = tmp_path / "a.gold.jsonl"
    path.write_text('{"id": "1", "body": ["One.\\n\\nTwo."]}\n\n{"id": "2"}\n')
    with pytest.raises(NewsmillError, match="line 3: no gold article"):
        read_gold(path)
    path.write_text(path.read_text().splitlines()[0])
    assert read_gold(path)[0].blocks == ["One.", "Two."]


def test_make_quality_says_what_it_needs():
    lines = (PROJECT / "Makefile").read_text().splitlines()
    assert any(line.startswith("quality: ") and "SETS=FOLDER" in line for line in lines)
