"""Values of queueing formulas to 40 digits, worked out outside the package; tests work them out again.

Erlang B by the incomplete gamma function, the others by quadrature of the law of the offered wait.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from orm_sim.centre.survival import Survival, constant, exponential, lognormal, piecewise_hazard


class Waiting(NamedTuple):
    """A pool (load in erlangs, times in seconds) and its long-run figures."""

    patience: str
    load: float
    handle_s: float
    agents: int
    threshold_s: float
    wait_probability: float
    service_level: float
    abandonment_rate: float
    mean_wait_s: float


ERLANG_B: Final = (
    (10.0, 10, 0.21458234310734734),
    (300.0, 250, 0.18062664303557898),
    (9900.0, 10_000, 0.0028581267388565864),
    (20_000.0, 10_000, 0.50004998001598123),
)
"""Load in erlangs, agents, share blocked."""

ERLANG_C: Final = (
    (8.0, 10, 0.40918015079644353),
    (290.0, 300, 0.4493598466425404),
    (9900.0, 10_000, 0.22277692886414824),
)
"""Load in erlangs, agents, share that waits."""

PATIENCE_LAWS: Final[dict[str, Survival]] = {
    "constant 60 s": constant(60.0),
    "piecewise hazard": piecewise_hazard(
        np.array([5.0, 15.0, 60.0, np.inf]), np.array([0.002, 0.01, 0.004, 0.001])
    ),
    "lognormal 200 s": lognormal(200.0, 1.2),
    "exponential 200 s": exponential(200.0),
    "exponential 300 s": exponential(300.0),
    "exponential 600 s": exponential(600.0),
}

ERLANG_A: Final = (
    Waiting(
        "exponential 200 s", 38.0, 380.0, 40, 20.0,
        0.33806259847803168, 0.78248987932189888, 0.0509436605137865, 10.1887321027573,
    ),
    Waiting(
        "exponential 600 s", 300.0, 380.0, 250, 60.0,
        0.99991513779494766, 0.043367435445664204, 0.16666811249641824, 100.00086749785094,
    ),
    Waiting(
        "exponential 300 s", 9900.0, 300.0, 10_000, 20.0,
        0.15865119219356466, 0.99916660385169594, 0.00083339614828682857, 0.25001884448604857,
    ),
    Waiting(
        "exponential 300 s", 12_000.0, 300.0, 10_000, 20.0,
        1.0, 1.9140957223614402e-32, 0.16666666666666667, 50.0,
    ),
)  # fmt: skip

GENERAL_PATIENCE: Final = (
    Waiting(
        "constant 60 s", 100.0, 300.0, 98, 20.0,
        0.71256140520013313, 0.48203754225871798, 0.041538312151109933, 23.961472495976319,
    ),
    Waiting(
        "piecewise hazard", 100.0, 300.0, 98, 20.0,
        0.52043589716161187, 0.75415312065575427, 0.055934636232799216, 10.083744167610394,
    ),
    Waiting(
        "lognormal 200 s", 100.0, 300.0, 98, 20.0,
        0.64047321784585301, 0.5990484190887347, 0.04694001501820487, 17.718214957073636,
    ),
)  # fmt: skip
