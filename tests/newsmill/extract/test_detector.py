"""The model of py3langid, walked in another way: the verdicts are the library's."""

from __future__ import annotations

import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from newsmill.extract.detector import Detector
from newsmill.extract.language import CODES, FIRST_CHARS, MAX_CHARS, SAME, detect, sample_of

TEXTS = (
    "The council voted on Tuesday to close the old bridge for six months, a spokesman said.",
    "Der Stadtrat hat am Dienstag beschlossen, die alte Brücke für sechs Monate zu schließen.",
    "Le conseil municipal a décidé mardi de fermer l’ancien pont pendant six mois.",
    "Городской совет решил во вторник закрыть старый мост на шесть месяцев.",
    "市議会は火曜日、古い橋を6か月間閉鎖することを決議した。",
    "قال رئيس البلدية إن العمل سيبدأ قبل نهاية العام في الجسر القديم",
    "Градско веће је одлучило да затвори стари мост. Gradsko veće je odlučilo da zatvori stari most.",
    "ALL IN CAPITALS, AS SOME SITES WRITE THEIR HEADLINES",
    "Home News Sport Weather " * 60,
    "a",
    "é",
    "",
    "12345 67890",
    "\ud800 a lone surrogate",
)


@pytest.fixture(scope="module")
def model() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@pytest.mark.parametrize("repeated", [1, 9])
def test_the_verdicts_are_the_librarys(model: LanguageIdentifier, repeated: int) -> None:
    wanted = {label for label in model.labels if SAME.get(label, label) in CODES}
    detector = Detector(model, wanted)
    found = [detector.classify(text * repeated) for text in TEXTS]
    model.set_languages(wanted)
    expected = [model.classify(text * repeated) for text in TEXTS]
    model.set_languages()
    assert [label for label, _ in found] == [label for label, _ in expected]
    assert [share for _, share in found] == pytest.approx([share for _, share in expected], abs=1e-3)


def test_a_beginning_that_leaves_doubt_is_read_on() -> None:
    menu = "Home News Sport TV Video Radio Podcast Blog " * 8
    assert len(menu) > FIRST_CHARS
    assert detect(menu)[1] < detect(menu + TEXTS[0] * 9)[1]
    assert detect(menu + TEXTS[1] * 20)[0] == "de"


def test_no_more_is_put_together_than_is_asked() -> None:
    texts = ["word " * 100] * 9
    assert sample_of(texts)[:MAX_CHARS] == "\n".join(texts)[:MAX_CHARS]
    assert len(sample_of(iter(texts))) < MAX_CHARS + len(texts[0])
