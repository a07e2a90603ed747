"""A StatsD server for a test: it takes what Airflow sends."""

from __future__ import annotations

import socket
import threading
from collections import Counter


class Collector:
    """Listens on a free port of this machine, and adds up counters and timers."""

    def __enter__(self) -> Collector:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.2)
        self._sums: dict[str, Counter[str]] = {"c": Counter(), "ms": Counter()}
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()
        self._socket.close()

    @property
    def settings(self) -> dict[str, str]:
        """Airflow's settings that let it send its metrics here."""
        host, port = self._socket.getsockname()
        names = {"STATSD_ON": "True", "STATSD_HOST": host, "STATSD_PORT": str(port)}
        return {f"AIRFLOW__METRICS__{name}": value for name, value in names.items()}

    def counters(self, prefix: str) -> dict[str, int]:
        """Return the counters below a prefix, by the rest of their names."""
        return {name: int(value) for name, value in self._below("c", prefix).items()}

    def timers(self, prefix: str) -> dict[str, float]:
        """Return the milliseconds of the timers below a prefix."""
        return self._below("ms", prefix)

    def _below(self, kind: str, prefix: str) -> dict[str, float]:
        return {
            name.removeprefix(prefix): value
            for name, value in dict(self._sums[kind]).items()
            if name.startswith(prefix)
        }

    def _listen(self) -> None:
        while not self._ends.is_set():
            try:
                said = self._socket.recv(65536).decode()
            except TimeoutError:
                continue
            for line in said.splitlines():
                name, _, rest = line.partition(":")
                value, kind = rest.split("|")[:2]
                if kind in self._sums:
                    self._sums[kind][name] += float(value)
