"""What edited rules would change in what is published, before they are merged.

Owns the comparison and its sums. Keep out: where the articles come from (published), how it is told (cli).
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache, partial
from pathlib import Path

from newsmill.clean.cleaner import clean
from newsmill.clean.rules import RuleError, RuleSet, load_rules
from newsmill.learn.task import profile_for
from newsmill.model import Cleaned, NewsmillError, Removal
from newsmill.preview.published import Kinds, LeftOut, published
from newsmill.settings import absolute, load_settings
from newsmill.storage import Store
from newsmill.workplace import outlets_of

LEFT_OUT_SHOWN = 5
PROFILES_HELD = 100
"""Of outlets; articles come in the corpus's order, some outlets many times a day."""


class What(StrEnum):
    """What an edit does to a block."""

    CUT = "newly_cut"
    KEPT = "no_longer_cut"
    CHANGED = "changed"
    RENAMED = "other_reason"  # it goes as before, but for another rule: the text does not change


@dataclass(frozen=True, slots=True)
class Effect:
    """One block that comes out differently; `before` and `after` are None where it is cut."""

    what: What
    rule: str
    category: str
    evidence: str
    raw_path: str
    block: int
    before: str | None
    after: str | None

    @property
    def words(self) -> int:
        """Words that the text gains; less than 0 for words lost."""
        return _words(self.after) - _words(self.before)


@dataclass(slots=True)
class RuleSums:
    """What one rule does otherwise than before."""

    blocks: Counter[What] = field(default_factory=Counter)
    words_lost: int = 0
    words_gained: int = 0
    outlets: Counter[str] = field(default_factory=Counter)
    examples: list[Effect] = field(default_factory=list)
    category: str = ""

    def count(self, effect: Effect, outlet: str, examples: int) -> None:
        """Take note of one block; keep `examples` of each kind of effect."""
        self.category = effect.category
        self.blocks[effect.what] += 1
        self.outlets[outlet] += 1
        if effect.what is not What.RENAMED:
            self.words_gained += max(0, effect.words)
            self.words_lost += max(0, -effect.words)
        if sum(shown.what is effect.what for shown in self.examples) < examples:
            self.examples.append(effect)


@dataclass(slots=True)
class Rehearsal:
    """What an edit would do to a corpus."""

    examples: int  # kept of each rule and kind of effect
    articles: int = 0
    outlets: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)  # articles whose text changes, by outlet
    rules: defaultdict[str, RuleSums] = field(default_factory=lambda: defaultdict(RuleSums))
    kinds: Counter[Kinds] = field(default_factory=Counter)
    left_out: int = 0
    first_left_out: list[LeftOut] = field(default_factory=list)

    @property
    def changes_text(self) -> bool:
        """Tell whether any article's text changes."""
        return bool(self.changed)

    def add(self, outlet: str, kinds: Kinds, effects: Sequence[Effect]) -> None:
        """Take note of one article."""
        self.articles += 1
        self.outlets[outlet] += 1
        self.kinds[kinds] += 1
        if any(effect.what is not What.RENAMED for effect in effects):
            self.changed[outlet] += 1
        for effect in effects:
            self.rules[effect.rule].count(effect, outlet, self.examples)

    def leave_out(self, article: LeftOut) -> None:
        """Take note of an article that could not be compared."""
        self.left_out += 1
        if len(self.first_left_out) < LEFT_OUT_SHOWN:
            self.first_left_out.append(article)


def rehearse(
    edit: Path | None,
    corpus: str,
    *,
    landing: str | None = None,
    outlets: Collection[str] = (),
    sample: int | None = None,
    examples: int = 3,
) -> Rehearsal:
    """Run edited rules over what is published.

    Args:
        edit: a folder of rules, or one rules file that is taken as if it lay among the current rules, in the place of
            the file of its name. Both are compared with the current rules. None: the current rules are the edit, and
            are compared with what the ledger says was removed.
        corpus: the data root.
        landing: the landing zone that it was made from; that of the settings by default.
        outlets: only articles of these; empty for all.
        sample: so many articles at most, always the same.
        examples: effects kept of each rule and kind.

    Raises:
        NewsmillError: there is no corpus, or a rules file has a mistake.
    """
    settings = load_settings()
    current = settings.include / "rules"
    after = edited_rules(edit, current)
    before = load_rules(current) if edit else None
    data = Store(absolute(corpus))
    if not data.is_folder("corpus"):
        raise NewsmillError(f"{data.uri}: no corpus here; name a data root, the folder that holds corpus/ and ledger/")
    registry = outlets_of(settings)
    made = Rehearsal(examples)
    profile_of = lru_cache(maxsize=PROFILES_HELD)(partial(profile_for, data))
    source = Store(absolute(landing or settings.landing))
    limit = settings.max_record_bytes
    for found in published(data, source, registry, outlets=outlets, sample=sample, max_record_bytes=limit):
        if isinstance(found, LeftOut):
            made.leave_out(found)
            continue
        outlet = registry.get(found.article.outlet)
        profile = profile_of(outlet.slug)
        old = clean(found.article, before, outlet, profile).removals if before else found.removals
        new = clean(found.article, after, outlet, profile).removals
        texts = [block.text for block in found.article.blocks]
        made.add(outlet.slug, found.kinds, list(effects(found.article.raw_path, texts, old, new)))
    return made


def edited_rules(edit: Path | None, current: Path) -> RuleSet:
    """Return the rules of a folder, or the current ones with one file put among them.

    Raises:
        RuleError: there is no such file or folder, or a rules file has a mistake.
    """
    if edit is None or edit.is_dir():
        return load_rules(edit or current)
    if not edit.is_file():
        raise RuleError(f"{edit}: no such file or folder; name a rules file, or a folder of them")
    with tempfile.TemporaryDirectory(prefix="newsmill-rules-") as folder:
        for path in sorted(current.glob("*.yaml")):
            shutil.copy(path, folder)
        shutil.copy(edit, Path(folder) / f"{edit.stem}.yaml")
        try:
            return load_rules(Path(folder))
        except RuleError as error:
            raise RuleError(str(error).replace(f"{folder}/", f"{current}/ with {edit}: ")) from None


def effects(
    raw_path: str, texts: Sequence[str], before: Iterable[Removal], after: Iterable[Removal]
) -> Iterator[Effect]:
    """Yield every block that comes out differently, or goes for another rule; `texts` are those of the blocks."""
    old, new = by_block(before), by_block(after)
    for number, text in enumerate(texts):
        if number in old or number in new:
            yield from effect(raw_path, number, text, old.get(number, []), new.get(number, []))


def effect(raw_path: str, number: int, text: str, old: Sequence[Removal], new: Sequence[Removal]) -> Iterator[Effect]:
    """Yield what becomes of one block that comes out differently, or goes for another rule."""
    was, comes = left_of(text, old), left_of(text, new)
    what = _what(was, comes)
    if what is What.RENAMED and [step.rule for step in old] == [step.rule for step in new]:
        return
    step = old[-1] if what is What.KEPT else _cause(old, new)
    before = text if what is What.RENAMED else was
    after = text if what is What.RENAMED else comes
    yield Effect(what, step.rule, step.category, step.evidence, raw_path, number, before, after)


def left_of(text: str, steps: Sequence[Removal]) -> str | None:
    """Return what is left of a block after its removals; None where it is cut."""
    return steps[-1].text_after if steps else text


def _what(was: str | None, comes: str | None) -> What:
    if was == comes:
        return What.RENAMED
    if comes is None:
        return What.CUT
    return What.KEPT if was is None else What.CHANGED


def _cause(old: Sequence[Removal], new: Sequence[Removal]) -> Removal:
    """Return the last step that is only in the new cleaning, else the last that is only in the old."""
    for steps, others in ((new, old), (old, new)):
        known = {(step.rule, step.text_before, step.text_after) for step in others}
        own = [step for step in steps if (step.rule, step.text_before, step.text_after) not in known]
        if own:
            return own[-1]
    return (new or old)[-1]


def by_block(removals: Iterable[Removal]) -> dict[int, list[Removal]]:
    """Return each block's removals in their order, by its number."""
    found: dict[int, list[Removal]] = {}
    for removal in sorted(removals, key=lambda removal: (removal.block, removal.step)):
        found.setdefault(removal.block, []).append(removal)
    return found


def _words(text: str | None) -> int:
    return Cleaned(text=text or "", removals=()).word_count
