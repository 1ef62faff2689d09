"""Checks of the several-skill kernel: small centres against their exact Markov chains, solved numerically."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from orm_sim.centre.centre_checks import centre_of
from orm_sim.centre.centre_file import CentreFile
from orm_sim.centre.certificate import Check, estimated
from orm_sim.centre.chains import SmallCentre, solve
from orm_sim.centre.experiments import regressed
from orm_sim.centre.plan import Floats
from orm_sim.centre.skills import kernel
from orm_sim.centre.skills.build import Centre
from orm_sim.centre.skills.outcome import ABANDONED
from orm_sim.core.document import Document

DESIGNS: Final = {
    "N design": SmallCentre(
        rate_per_s=(0.03, 0.03),
        handle_s=((60.0, 0.0), (70.0, 80.0)),
        patience_s=(90.0, 60.0),
        agents=(2, 2),
        preference=((0, 1), (1,)),
        order=((0,), (1, 0)),
        longest_line=30,
    ),
    "W design": SmallCentre(
        rate_per_s=(0.03, 0.04),
        handle_s=((60.0, 0.0), (70.0, 80.0), (0.0, 60.0)),
        patience_s=(90.0, 60.0),
        agents=(1, 2, 2),
        preference=((0, 1), (2, 1)),
        order=((0,), (0, 1), (1,)),
        longest_line=30,
    ),
}
"""Two types each: one group shared with one of its own, and one shared between two."""
_DAYS: Final = 600


def several_skills(seed: int) -> list[Check]:
    """Delay, loss, wait and occupancy of two small centres; standard errors under 0.3 %."""
    about = "Several skills against the exact Markov chain (3 standard errors, each below 0.3 %)"
    checks = []
    for name, design in DESIGNS.items():
        exact = solve(design)
        values, errors = _simulated(design, seed)
        wanted = np.concatenate(
            [exact.delay_probability, exact.abandonment_rate, exact.mean_wait_s, exact.occupancy]
        )
        types, groups = range(design.n_types), range(len(design.agents))
        figures = [f"{k}, type {t}" for k in ("delay", "abandonment", "mean_wait_s") for t in types]
        figures += [f"occupancy, group {g}" for g in groups]
        for k, figure in enumerate(figures):
            checks.append(
                estimated(about, f"{name}: {figure}", float(wanted[k]), float(values[k]), float(errors[k]))
            )
    return checks


def centre_file(design: SmallCentre, days: int) -> CentreFile:
    """A small centre as the file of one that never closes."""
    types: list[dict[str, Any]] = [
        {
            "name": f"type {t}",
            "rate_per_hour": rate * 3600.0,
            "patience": {"law": "exponential", "mean_s": design.patience_s[t]},
            "handle": {
                f"group {g}": {"law": "exponential", "mean_s": design.handle_s[g][t]}
                for g in design.preference[t]
            },
            "groups": [f"group {g}" for g in design.preference[t]],
        }
        for t, rate in enumerate(design.rate_per_s)
    ]
    groups: list[dict[str, Any]] = [
        {
            "name": f"group {g}",
            "agents": agents,
            "takes": {"by": "priority", "order": [f"type {t}" for t in design.order[g]]},
        }
        for g, agents in enumerate(design.agents)
    ]
    file = {"horizon": {"days": days}, "contact_types": types, "agent_groups": groups}
    return centre_of(Document(file))


def _simulated(design: SmallCentre, seed: int) -> tuple[Floats, Floats]:
    """The figures of `LongRun` in one row, with standard errors from days as batches; the first day is not counted.

    Corrected by regression for how many contacts came and how long their handle times and patience turned out.
    """
    found, known = [], []
    file = centre_file(design, _DAYS + 1)
    for day, (block, outcome) in enumerate(Centre.build(file).blocks(seed, 0, kernel.run)):
        if day == 0:
            continue
        delays, losses, waits, controls = [], [], [], []
        for t in range(design.n_types):
            mine, came = outcome.type == t, block.type == t
            wait = (outcome.at_s - outcome.arrival_s)[mine]
            delays.append(np.count_nonzero(wait > 0.0) / wait.size)
            losses.append(np.count_nonzero(outcome.state[mine] == ABANDONED) / wait.size)
            waits.append(float(wait.mean()))
            column = block.layout.work_column[t, design.preference[t][0]]
            controls += [
                np.count_nonzero(came) / (design.rate_per_s[t] * 86_400.0) - 1.0,
                float(block.work_s[came, column].mean()) / design.handle_s[design.preference[t][0]][t] - 1.0,
                float(block.patience_s[came].mean()) / design.patience_s[t] - 1.0,
            ]
        found.append(
            [*delays, *losses, *waits, *(outcome.busy_s.sum(axis=1) / outcome.staffed_s.sum(axis=1))]
        )
        known.append(controls)
    return regressed(np.array(found), np.array(known))
