"""Tasks and pages read the Airflow connection with an object store's credentials, each in its own way."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from tests.conftest import PROJECT

CONNECTION = {"conn_type": "aws", "login": "id", "password": "secret", "extra": {"endpoint_url": "http://s3.example"}}
SAID = """
import sys
sys.path += ["plugins", "dags"]
from newsmill import lent
from newsmill.cli.main import begin
from newsmill.ui.app import make_app

def import_wiring():
    import wiring

for who in (import_wiring, make_app, begin):
    who()
    assert lent._lender and not lent._lent, "it was read before a store was opened"
    print(dict(lent.options_for("s3")))
"""


def test_the_connection_is_read_where_a_store_is_opened():
    own = {"NEWSMILL_STORE_CONNECTION": "mill", "AIRFLOW_CONN_MILL": json.dumps(CONNECTION)}
    script = [sys.executable, "-c", SAID]
    done = subprocess.run(script, cwd=PROJECT, env=os.environ | own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    options = str({"key": "id", "secret": "secret", "endpoint_url": "http://s3.example"})
    assert done.stdout.splitlines().count(options) == 3
