"""Turn a text into its content hash.

Owns what counts as the same text. Keep out: what is done with two texts that are the same.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

NOT_COUNTED = re.compile(r"[\W_]+")
r"""Python's `\w` is `str.isalnum` and the underscore, so this is all that is neither a letter nor a digit."""


def content_hash(text: str) -> str:
    """Return the SHA-256 (64 hex digits) of a text's letters and digits, NFKC-normalised and case folded.

    White space, punctuation, symbols and combining marks that NFKC leaves by themselves do not count: the same
    article with other quotation marks, dashes, line breaks or capitals has the same hash.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return hashlib.sha256(NOT_COUNTED.sub("", folded).encode("utf-8", "surrogatepass")).hexdigest()
