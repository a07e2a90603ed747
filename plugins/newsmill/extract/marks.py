"""The marks that end or divide sentences, in the scripts that news is written in.

Owns the characters (Unicode's Sentence_Terminal and what stands beside it). Keep out: what a line that ends in one is.
"""

from __future__ import annotations

import re

FULL_STOPS = ".。．｡।॥۔።։။៕"
"""Latin and its kin, Chinese and Japanese, Devanagari and its kin, Urdu, Ethiopic, Armenian, Burmese, Khmer."""
CALLS = "!?！？؟፧‼⁇⁈⁉"
PAUSES = ",;:،؛、，；：፣፤፥"
CLOSERS = r"\"'”’»›)\]）」』】》〉"

SENTENCE_END = re.compile(rf"[{FULL_STOPS}{CALLS}…:;：；][{CLOSERS}]*$")
"""How a line of prose ends, where it is a whole paragraph."""
STOPPED = re.compile(rf"[{FULL_STOPS}{PAUSES}…]$")
"""How no headline ends; a question or a call may be one."""
CLOSED_STOP = re.compile(
    rf"[{FULL_STOPS}][{CLOSERS}]+$|(?:[^\W\d_]{{3}}\.|[{FULL_STOPS[1:]}])[{CLOSERS}]*\s?\d{{1,3}}$"
)
"""A full stop within closing marks, or before the number of a reference; "No. 1" has none."""
STOP_WITHIN = re.compile(r"[。．｡]\s*[^\W\d_]")
"""A full stop and then another sentence, where no abbreviation ends in one."""
PROSE_STOP = re.compile(rf"(?:[a-zà-ÿа-яё]{{2}}[.!?]|[{FULL_STOPS[1:]}{CALLS[2:]}])$")
"""The end of a sentence in a short line; "a.m." and "г." are none."""
