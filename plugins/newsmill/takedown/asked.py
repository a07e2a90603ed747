"""What an operator names -> what is to be taken down.

Owns the checks of a URL, an article_id or a slug. Keep out: whether anything of it is there (survey).
"""

from __future__ import annotations

import re

from newsmill.extract.urls import canonical_url, is_home
from newsmill.model import Target, key_of
from newsmill.registry import MAX_SLUG, SLUG
from newsmill.takedown.errors import TakedownError

ARTICLE_ID = re.compile("[0-9a-f]{32}")


def asked_for(*, url: str | None = None, article_id: str | None = None, outlet: str | None = None) -> Target:
    """Return what is to be taken down.

    Raises:
        TakedownError: not exactly one of the three is given, or it is malformed.
    """
    if sum(given is not None for given in (url, article_id, outlet)) != 1:
        raise TakedownError("name what is to be taken down by one of --url, --article-id and --outlet")
    if url is not None:
        return Target(article_id=key_of("url", _article_url(url)))
    if article_id is not None:
        if not ARTICLE_ID.fullmatch(article_id):
            raise TakedownError(
                f"--article-id {article_id!r} is no article_id: 32 hex digits in lower case, as in the corpus"
            )
        return Target(article_id=article_id)
    if not SLUG.fullmatch(outlet or "") or len(outlet or "") > MAX_SLUG:
        raise TakedownError(f"--outlet {outlet!r} is no slug of a-z, 0-9 and -, {MAX_SLUG} characters at most")
    return Target(outlet=outlet)


def _article_url(text: str) -> str:
    url = canonical_url(text)
    if url is None:
        raise TakedownError(f"--url {text!r} is no http(s) address")
    if is_home(url):
        raise TakedownError(
            f"--url {text!r} is a home page, and no article goes by its address: use --outlet for the whole outlet, or "
            "--article-id"
        )
    return url
