"""Great Expectations' page view, made safe and self-contained.

Owns how a rendered page becomes HTML. Keep out: what is on a page (GX's renderers), where it goes (docs). Imports
Great Expectations: only `docs` imports this module, inside a function.

Two things of GX 1.24's own view are mended. It writes plain strings, failing values among them, into the page as
they are, so that a `<script>` in a URL would run: here they are escaped. And its pages load Bootstrap, jQuery,
Vega, Font Awesome and a logo from seven hosts: the templates beside this module stand on their own.
"""

from __future__ import annotations

import html
import itertools
from pathlib import Path
from typing import Any

from great_expectations.render.view.view import DefaultJinjaPageView
from jinja2 import ChoiceLoader, FileSystemLoader, pass_context

TEMPLATES = Path(__file__).parent / "templates"


class PageView(DefaultJinjaPageView):
    """Renders a GX document with our templates; equal documents give equal bytes."""

    def __init__(self) -> None:
        super().__init__()
        self.env.loader = ChoiceLoader([FileSystemLoader(TEMPLATES), *filter(None, [self.env.loader])])
        numbers = itertools.count(1)
        # GX takes random ids here, with which no page would come out twice the same
        self.env.filters["generate_html_element_uuid"] = lambda prefix=None: f"{prefix or 'id-'}{next(numbers)}"

    @pass_context
    def render_content_block(
        self,
        jinja_context: Any,
        content_block: Any,
        index: Any = None,
        content_block_id: Any = None,
        render_to_markdown: bool = False,
    ) -> Any:
        """Return a block as HTML; what is plain text is escaped."""
        if isinstance(content_block, str):
            return html.escape(content_block)
        if isinstance(content_block, list):
            parts = (
                self.render_content_block(jinja_context, block, number, f"{content_block_id}-{number}")
                for number, block in enumerate(content_block)
            )
            return "".join(map(str, parts))
        return super().render_content_block(jinja_context, content_block, index, content_block_id, render_to_markdown)

    def index(self, **values: Any) -> str:
        """Return the index page; `index.html` escapes every value."""
        return str(self.env.get_template("index.html").render(**values))
