"""The command `newsmill`: look at single files, at the last run and at edited rules, without Airflow.

Owns options and what is printed. Keep out: the work itself (preview, pipeline).
"""

from newsmill.cli.main import app

__all__ = ["app"]
