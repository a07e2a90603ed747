"""Tell an article's language.

Owns when the text overrules what a page declares, and how much of it is asked. Keep out: finding the declaration
(metadata), the model (detector).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import islice

from newsmill.extract.blocks import word_set
from newsmill.extract.detector import Detector

MIN_LETTERS = 60
"""Shorter texts are a guess to the detector ("Hello" is Breton to it): 60 letters are about ten words."""
MIN_IDEOGRAMS = 15
"""Enough of a script in which one character is about a word."""
MAX_CHARS = 1500
"""More text changes no verdict and costs time."""
FIRST_CHARS, PLAIN = 300, 0.999
"""Where so much of a text's beginning leaves so little doubt, the rest is not asked. Of 1,170 texts in twenty
languages, prose and menus, 80 in 100 are plain so early, and none of them is another language, or in doubt, by 1,500
characters."""
SURE = 0.95
"""Confidence from which the text overrules a declaration: a template's language attribute is often wrong."""
FAIR = 0.5
"""Confidence below which the text says nothing."""
CODES = word_set(
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee "
    "el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is "
    "it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms "
    "mt my na nd ne ng nl no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm "
    "sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za "
    "zh zu"
)
"""ISO 639-1, with `no` for both written forms of Norwegian."""
SAME = {"nb": "no", "nn": "no", "iw": "he", "in": "id", "ji": "yi", "mo": "ro"}
"""Codes that stand for one language here: both written forms of Norwegian, and codes that ISO 639 withdrew."""
IDEOGRAMS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def language_of(text: str, declared: str | None) -> str | None:
    """Return a text's ISO 639-1 code: the declared one unless the text plainly is in another, else the detected."""
    declared = language_code(declared)
    detected, confidence = detect(text)
    if declared is None:
        return detected if confidence >= FAIR else None
    if detected and confidence >= SURE:
        return detected
    return declared


def language_code(text: str | None) -> str | None:
    """Return the ISO 639-1 code of a tag such as `en`, `en-US` or `de_AT`; None if it is none."""
    code = re.split(r"[-_]", (text or "").strip().lower())[0]
    code = SAME.get(code, code)
    return code if code in CODES else None


def detect(text: str) -> tuple[str | None, float]:
    """Return the most likely ISO 639-1 code and its confidence from 0 to 1; None and 0 for too short a text."""
    sample = text[:MAX_CHARS]
    letters = filter(str.isalpha, sample)
    if next(islice(letters, MIN_LETTERS - 1, None), None) is None and len(IDEOGRAMS.findall(sample)) < MIN_IDEOGRAMS:
        return None, 0.0
    detector = load_detector()
    code, confidence = detector.classify(sample[:FIRST_CHARS])
    if confidence < PLAIN and len(sample) > FIRST_CHARS:
        code, confidence = detector.classify(sample)
    return SAME.get(code, code), confidence


def sample_of(texts: Iterable[str]) -> str:
    """Return as much of an article's texts, a line each, as is asked for its language."""
    taken, size = [], 0
    for text in texts:
        taken.append(text)
        size += len(text) + 1
        if size > MAX_CHARS:
            break
    return "\n".join(taken)


@cache
def load_detector() -> Detector:
    """Load the model (half a second) once a process."""
    return Detector.load(CODES, SAME)
