"""What a cut or change was made for.

Owns the words that the removals ledger uses. Keep out: how a block is recognised (include/rules).
"""

from __future__ import annotations

from enum import StrEnum


class Category(StrEnum):
    """The kinds of text that a page prints around an article.

    The order matters: where several rules would cut one block, the rule of the earliest category is named.
    """

    TITLE = "title"
    BYLINE = "byline"
    CAPTION = "caption"
    TEASER = "teaser"
    REPEAT = "repeat"
    LABEL = "label"
    PLAYER = "player"
    ADVERTISEMENT = "advertisement"
    SHARE = "share"
    TAGS = "tags"
    SOURCES = "sources"
    REFERENCE = "reference"
    LOGIN = "login"
    SUBSCRIBE = "subscribe"
    DONATE = "donate"
    PROMOTION = "promotion"
    RELATED = "related"
    BIOGRAPHY = "biography"
    ABOUT = "about"
    COPYRIGHT = "copyright"
    COOKIE = "cookie"
    MENU = "menu"
    NAVIGATION = "navigation"
    OUTLET = "outlet"  # known by repetition alone; a rule that says what the block is comes first
    OUTSIDE = "outside"  # not a rule's: a block of a text dump before or behind the article's span
    SHAPE = "shape"  # not a rule's: a block that was empty or held blank lines
