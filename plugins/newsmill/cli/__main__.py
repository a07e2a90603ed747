"""Run the command `newsmill` as `python -m newsmill.cli`."""

from newsmill.cli.main import app

app()
