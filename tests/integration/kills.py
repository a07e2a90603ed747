"""Kill runs of the real DAG, and let one go to its end.

Owns what is killed when. Several kills fall on one data root, one after the other, before a run is let go: that is at
least as hard as one at a time, because each run also meets what those before it left (several staging folders, files
half written, a decision half carried out), and some are killed while they finish what another had decided.
"""

from __future__ import annotations

import shutil
import signal
from pathlib import Path
from random import Random

from tests.integration.agree import check_whole, dealt_with, left_behind
from tests.integration.nights import first_night, second_night
from tests.integration.warm import Blow, Done, Nursery, run_dag_telling, verify_all, warm_dags

SETTINGS = {"NEWSMILL_BATCH_RECORDS": "130", "NEWSMILL_PUBLISH_GROUPS": "3", "NEWSMILL_MOVE_GRACE_SECONDS": "0"}
FIRST, SECOND = (2026, 3, 1, 3), (2026, 3, 2, 3)
FINISHING = ("publish", "reconcile")
"""What `recover` does with a run that had decided; so long does it take."""


class Nights:
    """A landing zone and a data root after the first night, and what the second one makes of it undisturbed."""

    def __init__(self, root: Path) -> None:
        self.root, self.landing = root, root / "landing"
        first_night(self.landing)
        before = self._environment(root / "first")
        self._dags = Nursery(root / "log", warm_dags, self.landing, FIRST, environment=before)
        second_night(self.landing)
        undisturbed = shutil.copytree(root / "first", root / "undisturbed")
        self._took = _took(self.run(undisturbed, SECOND))
        check_whole(undisturbed)
        self.left, self.dealt_with = left_behind(undisturbed), dealt_with(undisturbed)

    def close(self) -> None:
        """End the process that is forked from."""
        self._dags.close()

    def run(self, data: Path, moment: tuple[int, ...], blow: Blow | None = None) -> Done:
        """Run the DAG in a process group of its own; kill the group, or let it come to a good end."""
        environment = self._environment(data)
        done = self._dags.call(
            run_dag_telling, self.landing, moment, environment=environment, blow=blow, stay=bool(blow)
        )
        assert done.code == (-signal.SIGKILL if blow else 0), done.log[-5000:]
        assert blow is None or blow.step in dict(done.begun)
        return done

    def check_nothing_is_lost(self, data: Path) -> None:
        """Check that a data root is what it would be if nothing had happened, with newsmill's eyes and ours."""
        check_whole(data)
        assert left_behind(data) == self.left
        assert dealt_with(data) == self.dealt_with
        verified = self._dags.call(verify_all, environment=self._environment(data))
        assert verified.code == 0, verified.log[-5000:]

    def kill_and_let_go(self, name: str, steps: tuple[str, ...]) -> Path:
        """Kill a run in each of these steps, at a moment that hangs on the name, and let one go; return the data root.

        A run that follows a killed one is a new one, or the same again, as when its tasks are cleared.
        """
        rng = Random(name)
        data = shutil.copytree(self.root / "first", self.root / name)
        moment = SECOND
        for step in steps:
            self.run(data, moment, self._blow(step, rng))
            moment = (*SECOND, rng.randrange(60)) if rng.random() < 0.7 else moment
        self.run(data, (*SECOND, rng.randrange(60)))
        return data

    def _blow(self, step: str, rng: Random) -> Blow:
        if step == "recover":
            return Blow(step, 0, rng.random() * sum(sum(self._took[name]) for name in FINISHING))
        nth = rng.randrange(len(self._took[step]))
        return Blow(step, nth, rng.random() * self._took[step][nth])

    def _environment(self, data: Path) -> dict[str, str]:
        return SETTINGS | {"NEWSMILL_LANDING_URI": str(self.landing), "NEWSMILL_DATA_URI": str(data)}


def _took(done: Done) -> dict[str, list[float]]:
    """Return how long each step took, Airflow's own work after it included."""
    took: dict[str, list[float]] = {}
    for (name, begun), (_, ended) in zip(done.begun, done.begun[1:], strict=False):
        took.setdefault(name, []).append(ended - begun)
    return took
