"""A notifier for tests: it writes what it is told into a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from airflow.sdk import BaseNotifier


class FileNotifier(BaseNotifier):
    """Appends one line of JSON an alert."""

    template_fields = ("path", "subject", "text")

    def __init__(self, path: str, subject: str, text: str) -> None:
        super().__init__()
        self.path = path
        self.subject = subject
        self.text = text

    def notify(self, context: Any) -> None:
        with Path(self.path).open("a") as file:
            file.write(json.dumps({"subject": self.subject, "text": self.text}) + "\n")
