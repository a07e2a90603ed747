"""What parsing all DAG files, and importing the plugin, costs beyond what Airflow itself does.

Owns the child process.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

from newsmill.settings import PROJECT

PARSE = """
import sys, time
import airflow.sdk
sys.path.insert(0, "dags")
started = time.process_time()
import {modules}
print(time.process_time() - started)
"""
PLUGIN = "newsmill.ui.plugin"


def parsing() -> float:
    """Return the processor seconds that all DAG files take in a new process, after `import airflow.sdk`."""
    return _seconds(PARSE.format(modules=", ".join(sorted(path.stem for path in (PROJECT / "dags").glob("*.py")))))


def plugin() -> float:
    """Return the processor seconds that importing the UI plugin takes after what Airflow loads plugins with."""
    return _seconds(PARSE.format(modules=PLUGIN).replace("import airflow.sdk", "import airflow.plugins_manager"))


def _seconds(code: str) -> float:
    with tempfile.TemporaryDirectory(prefix="newsmill-bench-") as home:
        surroundings = os.environ | {"AIRFLOW_HOME": home, "PYTHONPATH": str(PROJECT / "plugins")}
        command = [sys.executable, "-c", code]
        ended = subprocess.run(command, cwd=PROJECT, env=surroundings, capture_output=True, text=True, check=True)
    return float(ended.stdout.splitlines()[-1])
