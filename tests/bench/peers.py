"""Whole pipelines to Parquet: newsmill's stages beside datatrove, with as many processes each.

Owns datatrove's environment, below `.cache/`, and the turns. Where it cannot be installed (no network) the row is left
out, and says so. Keep out: datatrove's pipeline (datatrove_run), newsmill's (stages).
"""

from __future__ import annotations

import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

from newsmill.settings import PROJECT

VENV = PROJECT / ".cache" / "bench" / "peers"
PYTHON = VENV / "bin" / "python"
WANTED = ("datatrove[io,processing]", f"trafilatura=={version('trafilatura')}", f"lxml=={version('lxml')}")
INSTALL_SECONDS = 600


def install() -> str | None:
    """Make datatrove's environment unless it is there; return what is in the way, or None."""
    if (
        PYTHON.exists()
        and not subprocess.run([PYTHON, "-c", "import datatrove, trafilatura, pyarrow"], check=False).returncode
    ):
        return None
    uv = Path(sys.executable).with_name("uv")
    constraints = PROJECT / "constraints.txt"
    for command in (
        [uv, "venv", "--quiet", "--clear", "--python", sys.executable, VENV],
        [uv, "pip", "install", "--quiet", "--python", PYTHON, "--constraint", constraints, *WANTED],
        [uv, "pip", "install", "--quiet", "--python", PYTHON, *WANTED],  # where the constraints leave no way
    ):
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
        if "install" in command and not done.returncode:
            return None
    return done.stderr.strip().splitlines()[-1] if done.stderr else "uv failed"


def datatrove(landing: Path, folder: Path, workers: int) -> tuple[int, float]:
    """Run datatrove over a landing zone in a new process.

    Returns:
        Documents written, and seconds by the clock.
    """
    out, logs = folder / "out", folder / "logs"
    started = time.perf_counter()
    command = [PYTHON, Path(__file__).with_name("datatrove_run.py"), landing, out, logs, str(workers)]
    done = subprocess.run([str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(f"datatrove failed:\n{done.stderr[-2000:]}")
    import pyarrow.parquet as pq

    return sum(pq.ParquetFile(path).metadata.num_rows for path in out.rglob("*.parquet")), seconds
