"""A toy study that the tests of execution run, in this process or as a program (`python -m tests.study.toy`)."""

import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from orm_sim.core.errors import refuse
from orm_sim.core.tables import Column, TableContract
from orm_sim.study import RunFailed, RunInterrupted, RunPlan, Unit, run_study

OPTIONS = ("vendor", "in_house", "älter")  # not in sorted order, not all ASCII
OUTCOMES = TableContract(
    "outcomes",
    (Column("option", "str", "text"), Column("replication", "int64", "index", low=0), Column("value", "float64", "$"),
     Column("insolvent", "bool", "flag"), Column("month", "float64", "month", nullable=True)),
    ("option", "replication"),
)  # fmt: skip
DRAWS = TableContract(
    "draws",
    (
        Column("replication", "int64", "index"),
        Column("path", "str", "text"),
        Column("value", "float64", "unit"),
    ),
    ("replication", "path"),
)
CONTRACTS = (OUTCOMES, DRAWS)


def heed_ctrl_c() -> None:
    """In a new process: Ctrl-C ends it as from a terminal; what runs in the background was told to ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@dataclass(frozen=True)
class Toy:
    """Values drawn by replication; it can be slow, log its units, raise, or kill its worker."""

    log: str = ""
    slow_s: float = 0.0
    raises: str = ""
    dies: int = 0  # times

    def run_unit(self, unit: Unit) -> dict[str, pd.DataFrame]:
        """Tables of one block."""
        if self.log:
            (Path(self.log) / f"{unit.index}-{time.monotonic_ns()}").write_text(str(os.getpid()))
        time.sleep(self.slow_s)
        if unit.index == 1:
            self._misbehave()
        outcomes, draws = [], []
        for r in reversed(unit.replications):
            values = np.random.Generator(np.random.Philox(key=r)).normal(size=len(OPTIONS))
            for option, value in zip(OPTIONS, values, strict=True):
                outcomes.append((option, r, value, value < -1.0, 12.0 if value < -1.0 else np.nan))
            draws += [(r, "demand.path", float(r) / 7), (r, "client.loss", 1.0)]
        return {
            "draws": pd.DataFrame(draws, columns=["replication", "path", "value"]),
            "outcomes": pd.DataFrame(
                outcomes, columns=["option", "replication", "value", "insolvent", "month"]
            ),
        }

    def _misbehave(self) -> None:
        if self.raises == "input":
            raise refuse("must be 0 or more", file="scenario.yaml", line=3, path="wage")
        if self.raises == "unpicklable":
            raise Unpicklable(1, 2)
        if self.raises:
            raise ZeroDivisionError(self.raises)
        if self.dies and len(list(Path(self.log).glob("1-*"))) <= self.dies:
            os.kill(os.getpid(), signal.SIGKILL)


class Unpicklable(Exception):
    """An exception that pickle cannot rebuild."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__("cannot be rebuilt")


def plan(replications: int = 20, block: int = 2, study: str = "toy", seed: int = 1) -> RunPlan:
    """The plan of a toy run: no input files."""
    return RunPlan(study, (), (), seed, replications, "kernel", "0", block)


def main(out: str, workers: int, log: str, slow_s: float) -> int:
    """Run as the command line does; prints how it ended."""
    job = Toy(log=log, slow_s=slow_s)
    try:
        run = run_study(plan(), job, Path(out), workers, contracts=CONTRACTS)
    except RunInterrupted as stopped:
        sys.stderr.write(f"{stopped}\n")
        return stopped.exit_code
    except RunFailed as failed:
        sys.stderr.write(f"{failed}\n")
        return 1
    sys.stdout.write(f"{run.folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), sys.argv[3], float(sys.argv[4])))
