"""py3langid's model, asked with numpy: the same verdicts as the library's own walk, in a tenth of the time.

Owns how features are found and summed. Keep out: which verdict is believed (language).

The model is an automaton over bytes, whose states are the n-grams that it knows, and a naive Bayes table. The library
walks the automaton byte by byte in Python. No n-gram is longer than `MAX_GRAM` bytes, so the state behind a byte hangs
on as many bytes alone: all places of a text take these few steps at once. Measured on 1,500 characters of news: 0.18 ms
against 1.5 ms.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray
from py3langid.langid import MODEL_FILE, LanguageIdentifier

MAX_GRAM = 6
"""Bytes of the longest n-gram of the model in py3langid 0.4; a test compares the verdicts."""
BYTES = 256
ROWS_AT_ONCE = 1000
"""Rows that are converted at once: what is held meanwhile stays in the processor's cache; all at once take thrice as
long."""
Numbers = NDArray[Any]


class Detector:
    """The model, narrowed to some languages."""

    def __init__(self, model: LanguageIdentifier, wanted: Collection[str]) -> None:
        """Lay the model out for whole texts at once: 46 MB for a hundred languages.

        Args:
            model: the library's.
            wanted: the labels that it may give.
        """
        columns = [number for number, label in enumerate(model.nb_classes) if label in wanted]
        labels = [model.nb_classes[number] for number in columns]
        self._labels = list(dict.fromkeys(labels))  # a language in two scripts has a column for each
        self._label_of = np.array([self._labels.index(label) for label in labels])
        self._prior = model.nb_pc[columns].astype(np.float32)
        self._table = _narrowed(model.nb_ptc, columns)
        self._next = np.frombuffer(model.tk_nextmove, dtype=model.tk_nextmove.typecode)
        self._rows = np.frombuffer(model.tk_row, dtype=model.tk_row.typecode).astype(np.intp) * BYTES
        self._features = np.array(model.tk_output, dtype=np.intp)

    @classmethod
    def load(cls, languages: Collection[str], same: dict[str, str]) -> Detector:
        """Load the model that comes with the library, which takes half a second.

        Args:
            languages: the codes that it may give.
            same: other labels of the model for one of these codes.
        """
        model = LanguageIdentifier.from_model_file(MODEL_FILE)
        return cls(model, {label for label in model.nb_classes if same.get(label, label) in languages})

    def classify(self, text: str) -> tuple[str, float]:
        """Return the likeliest label of a text, and how likely it is: from 0 to 1."""
        data = unicodedata.normalize("NFC", text.lower() if text.isupper() else text).encode("utf-8", "surrogatepass")
        likely = self._likelihoods(data)
        best = int(likely.argmax())
        return self._labels[best], float(likely[best])

    def _likelihoods(self, data: bytes) -> Numbers:
        """Return each label's share; the scale is the library's, which keeps it even for short and long texts."""
        scores = self._scores(data) / math.sqrt(len(data) or 1)
        shares = np.exp(scores - scores.max())
        return np.bincount(self._label_of, shares / shares.sum())

    def _scores(self, data: bytes) -> Numbers:
        """Return each column's log posterior; zeros where nothing of the text is known."""
        found = self._features.take(self._states(np.frombuffer(data, np.uint8).astype(np.intp)))
        features, counts = _counted(found[found >= 0])
        # Not `@`: BLAS divides the sum among as many threads as it likes, and rounds by that.
        scores: Numbers = np.einsum("i,ij->j", np.log1p(counts.astype(np.float32)), self._table.take(features, axis=0))
        scores += self._prior if len(features) else 0
        return scores

    def _states(self, data: Numbers) -> Numbers:
        """Return the automaton's state behind each byte."""
        states = np.zeros(len(data), dtype=np.intp)
        for before in range(min(MAX_GRAM, len(data)) - 1, -1, -1):
            places = self._rows.take(states[before:])
            places += data[: len(data) - before]
            states[before:] = self._next.take(places)
        return states


def _counted(numbers: Numbers) -> tuple[Numbers, Numbers]:
    """Return the different ones of some numbers, in their order, and how often each is there."""
    numbers.sort()
    begins = np.ones(len(numbers) + 1, dtype=bool)
    np.not_equal(numbers[1:], numbers[:-1], out=begins[1:-1])
    places = np.flatnonzero(begins)
    return numbers.take(places[:-1]), np.diff(places)


def _narrowed(table: Numbers, columns: list[int]) -> Numbers:
    """Return some columns of the table, from half to single precision: NumPy computes in that ten times as fast."""
    narrow = np.empty((len(table), len(columns)), np.float32)
    for start in range(0, len(table), ROWS_AT_ONCE):
        narrow[start : start + ROWS_AT_ONCE] = table[start : start + ROWS_AT_ONCE].take(columns, axis=1)
    return narrow
