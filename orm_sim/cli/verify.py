"""`orm-sim verify`: the certificate of the engines, printed or as JSON."""

from __future__ import annotations

import os
from pathlib import Path

from orm_sim.centre.certificate import Certificate
from orm_sim.centre.verification import SEED, verify
from orm_sim.scenario.load import load_scenario

SCENARIO = Path(__file__).resolve().parents[2] / "scenarios" / "bank.yaml"


def certificate(scenario: Path | None = None, seed: int = SEED, workers: int | None = None) -> Certificate:
    """Every check of the engines.

    Parameters
    ----------
    scenario
        Scenario on whose days the closed form by interval is held to the kernel; default: the shipped bank, and
        without it that part is left out.
    seed
        Root of every random stream.
    workers
        Threads; default: two, or one where there is a single core.
    """
    file = scenario or (SCENARIO if SCENARIO.exists() else None)
    programme = load_scenario(file).programme if file is not None else None
    return verify(programme, seed, workers=workers or min(2, os.cpu_count() or 1))
