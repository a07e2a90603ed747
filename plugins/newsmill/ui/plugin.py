"""Airflow's side of the pages: where they hang in its navigation, and links from tasks to them.

Airflow loads this module into every one of its processes, so it imports nothing but Airflow: the pages themselves are
imported by the first request that asks for one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from airflow.plugins_manager import AirflowPlugin
from airflow.sdk import BaseOperatorLink

if TYPE_CHECKING:
    from airflow.sdk import BaseOperator
    from airflow.sdk.types import TaskInstanceKey

PREFIX = "/newsmill"
INGESTING = ("ingest_news", "replay_quarantine", "reprocess")
"""DAGs whose runs are in the ledger."""

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]


class Pages:
    """The ASGI application of the pages, made when it is first asked."""

    async def __call__(
        self, scope: Scope, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        """Answer a request."""
        await _app()(scope, receive, send)


class RunLink(BaseOperatorLink):
    """A link from a task to the page of its run."""

    name = "News corpus: this run"

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:  # noqa: ARG002 - Airflow's
        """Return the address of the run's page; empty for a task of another project's DAG."""
        if ti_key.dag_id not in INGESTING:
            return ""
        return f"{PREFIX}/runs/of?dag_id={quote(ti_key.dag_id, safe='')}&run_id={quote(ti_key.run_id, safe='')}"


class NewsmillPlugin(AirflowPlugin):
    """What Airflow is told of."""

    name = "newsmill"
    fastapi_apps = [{"app": Pages(), "url_prefix": PREFIX, "name": "News corpus"}]  # noqa: RUF012 - Airflow's
    external_views = [  # noqa: RUF012
        {
            "name": "News corpus",
            "href": f"{PREFIX}/",
            "destination": "nav",
            "url_route": "newsmill",
            "nav_top_level": True,
            "icon": f"{PREFIX}/assets/icon.svg",
            "icon_dark_mode": f"{PREFIX}/assets/icon-dark.svg",
        },
        {
            "name": "News corpus",
            "href": f"{PREFIX}/runs/of?dag_id={{DAG_ID}}",
            "destination": "dag",
            "url_route": "newsmill-dag",
        },
        {
            "name": "News corpus",
            "href": f"{PREFIX}/runs/of?dag_id={{DAG_ID}}&run_id={{RUN_ID}}",
            "destination": "dag_run",
            "url_route": "newsmill-run",
        },
    ]
    global_operator_extra_links = [RunLink()]  # noqa: RUF012


@cache
def _app() -> Any:
    from newsmill.ui.app import make_app

    return make_app()
