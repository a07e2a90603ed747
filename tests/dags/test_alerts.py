"""Alerts: off by default; on, they hang on every DAG; a mistake in their settings is told when DAGs are read."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from newsmill.settings import SettingsError, load_settings
from newsmill.storage import StorageError
from tests.conftest import PROJECT

OURS = ("alerts", "wiring", "review", "current")
NOTIFIER = "tests.integration.told.FileNotifier"
ARGUMENTS = '{"path": "PATH", "subject": "{{ alert.subject }}", "text": "{{ alert.text }}"}'


@pytest.fixture(autouse=True)
def modules_of_others():
    """Give other tests of this process back what they have imported."""
    before = {name: sys.modules[name] for name in OURS if name in sys.modules}
    yield
    forget()
    sys.modules.update(before)


def forget() -> None:
    for name in OURS:
        sys.modules.pop(name, None)


def bag(monkeypatch, **settings: str):
    """Read the DAGs anew under these settings."""
    from airflow.dag_processing.dagbag import BundleDagBag

    for name, value in settings.items():
        monkeypatch.setenv(f"NEWSMILL_{name}", value)
    forget()
    return BundleDagBag(dag_folder=str(PROJECT / "dags"), bundle_path=PROJECT / "dags", bundle_name="dags-folder")


@pytest.fixture
def alerts(monkeypatch, tmp_path):
    """The module, with a notifier that writes what it is told into `tmp_path / told`."""
    arguments = ARGUMENTS.replace("PATH", str(tmp_path / "told"))
    assert bag(monkeypatch, ALERT_NOTIFIER=NOTIFIER, ALERT_ARGUMENTS=arguments, DEADLINE_HOURS="6").import_errors == {}
    return sys.modules["alerts"]


def test_no_dag_tells_anybody_anything_by_default(monkeypatch):
    dags = bag(monkeypatch).dags
    assert len(dags) == 5
    for dag in dags.values():
        assert not dag.on_failure_callback
        assert not dag.deadline
        assert not any(task.on_failure_callback for task in dag.tasks if not task.is_mapped)


def test_every_dag_tells_of_failures_and_of_its_deadline(monkeypatch):
    dags = bag(monkeypatch, ALERT_NOTIFIER=NOTIFIER, ALERT_ARGUMENTS=ARGUMENTS, DEADLINE_HOURS="6").dags
    assert len(dags) == 5
    for dag in dags.values():
        assert dag.on_failure_callback is sys.modules["alerts"].run_failed
        told = [task.on_failure_callback for task in dag.tasks if not task.is_mapped]
        assert told == [[sys.modules["alerts"].keep_error]] * len(told)
        (deadline,) = dag.deadline
        assert (deadline.interval.total_seconds(), deadline.callback.path) == (6 * 3600, "alerts.run_is_late")
        assert deadline.callback.kwargs == {}  # nothing of the settings goes into Airflow's database


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"ALERT_NOTIFIER": "nowhere.Notifier"}, "NEWSMILL_ALERT_NOTIFIER='nowhere.Notifier' cannot be imported"),
        ({"ALERT_NOTIFIER": "json.Notifier"}, "NEWSMILL_ALERT_NOTIFIER='json.Notifier' cannot be imported"),
        ({"ALERT_NOTIFIER": "not a path"}, "NEWSMILL_ALERT_NOTIFIER='not a path' cannot be imported"),
        ({"ALERT_NOTIFIER": "json.JSONDecoder"}, "is no notifier"),
        ({"ALERT_NOTIFIER": NOTIFIER, "ALERT_ARGUMENTS": "{s3cret"}, "NEWSMILL_ALERT_ARGUMENTS is no JSON"),
        ({"ALERT_NOTIFIER": NOTIFIER, "ALERT_ARGUMENTS": '["s3cret"]'}, "NEWSMILL_ALERT_ARGUMENTS is no JSON object"),
        ({"ALERT_NOTIFIER": NOTIFIER, "ALERT_ARGUMENTS": '{"to": "s3cret"}'}, "NEWSMILL_ALERT_ARGUMENTS does not fit"),
        ({"ALERT_NOTIFIER": ""}, "NEWSMILL_DEADLINE_HOURS is set, and NEWSMILL_ALERT_NOTIFIER"),
    ],
)
def test_a_mistake_in_the_settings_is_told_by_name_and_no_value_of_an_argument(alerts, monkeypatch, settings, told):
    for name, value in settings.items():
        monkeypatch.setenv(f"NEWSMILL_{name}", value)
    monkeypatch.setattr(alerts, "SETTINGS", load_settings())
    with pytest.raises(SettingsError, match="NEWSMILL_") as caught:
        alerts.dag_arguments()
    assert told in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_no_dag_is_read_with_a_mistake(monkeypatch):
    errors = bag(monkeypatch, ALERT_NOTIFIER="nowhere.Notifier").import_errors
    read_no_dag_args = {"alerts.py", "current.py", "metrics.py", "review.py"}
    assert set(errors) == {path.name for path in (PROJECT / "dags").glob("*.py")} - read_no_dag_args
    assert all("NEWSMILL_ALERT_NOTIFIER='nowhere.Notifier'" in error for error in errors.values())


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (StorageError("no room in /srv"), "StorageError: no room in /srv"),
        (KeyError("what an article says"), "KeyError: see the log"),
        (StorageError("x" * 5000), f"StorageError: {'x' * 5000}"[:1000]),
    ],
)
def test_an_error_is_told_in_its_own_words_only_where_they_are_ours(alerts, error, kept):
    pushed = {}
    task = SimpleNamespace(xcom_push=lambda key, value: pushed.update({key: value}))
    alerts.keep_error({"exception": error, "ti": task})
    assert pushed == {"error": kept}


def test_a_template_in_an_error_is_not_filled_in_and_markup_is_escaped(alerts, tmp_path):
    shown = {"error": "{{ 6 * 7 }} <script>"}
    alerts.tell(alerts.Alert("a subject", shown), {})
    assert (tmp_path / "told").read_text() == '{"subject": "a subject", "text": "error: {{ 6 * 7 }} <script>"}\n'
    assert alerts.Alert("a subject", shown).html == "<pre>error: {{ 6 * 7 }} &lt;script&gt;</pre>"


@pytest.mark.parametrize(("state", "is_told"), [("running", True), ("queued", True), ("failed", False)])
def test_a_run_that_failed_before_its_deadline_is_not_late(alerts, tmp_path, state, is_told):
    alerts.run_is_late({"dag_run": {"dag_id": "ingest_news", "dag_run_id": "night 1", "state": state}})
    assert (tmp_path / "told").exists() == is_told
    if is_told:
        assert "6 hours after it was queued" in (tmp_path / "told").read_text()
        assert "/dags/ingest_news/runs/night%201" in (tmp_path / "told").read_text()


@pytest.mark.parametrize("is_test", [False, True])
def test_a_run_without_a_failed_task_is_told_of_by_its_page(alerts, tmp_path, is_test):
    from airflow.sdk import DAG

    dag = SimpleNamespace(dag_id="reprocess") if is_test else DAG("reprocess", schedule=None)
    alerts.run_failed({"dag": dag, "run_id": "by hand", "reason": "timed_out"})
    assert "error: timed_out" in (tmp_path / "told").read_text()
    assert "/dags/reprocess/runs/by%20hand" in (tmp_path / "told").read_text()
