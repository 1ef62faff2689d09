"""Contacts per CPU-second with every behaviour of a centre's file on at once; machines differ, ratios travel.

    python tests/benchmarks/everything.py [--days 30] [--slow-days 1] [--rounds 5] [--out everything.json]

Six types in five groups, open from 07:00 to 21:00, 10,000 first contacts a day. Contacts choose by order, by free
agents or by who has been idle longest; agents take by priority, longest wait, weighted wait, own first, or those
within the threshold first. Further groups after a wait, a limit of lines, balking, six laws of patience, redials,
returns, voicemail, callback, busy days, agents who stay away, shrinkage, agents who leave and put contacts back to
be begun anew or gone on with, handle times by group with factors and wrap-up, outages that block and drop, and lines
that are cleared at closing.

By turns in one run, random numbers and blocks included: the kernel on the file (every behaviour on its general loop),
the reference, and the same centre written with SimPy as its manual teaches (`everything_textbook.py`, which says what
it leaves out). The share answered is printed for the kernel and the textbook: it is the same centre.
"""

import contest
import everything_textbook as textbook
import numpy as np
import threads

from orm_sim.centre.centre_checks import centre_of
from orm_sim.centre.skills import kernel, reference
from orm_sim.centre.skills.build import Centre, Run
from orm_sim.centre.skills.outcome import ANSWERED
from orm_sim.core.document import Document

PERIODS = 28
HOUR = 7.0 + np.arange(PERIODS) / 2.0
HUMPS = 0.15 + np.exp(-((HOUR - 11.0) ** 2) / 8.0) + 0.7 * np.exp(-((HOUR - 17.0) ** 2) / 8.0)
RATE = 10_000.0 * HUMPS / HUMPS.sum() * 2.0


def lognormal(mean_s: float, cv: float) -> dict[str, object]:
    """A law of handle times."""
    return {"law": "lognormal", "mean_s": mean_s, "cv": cv}


def kind(
    name: str, share: float, patience: dict[str, object], groups: object, **more: object
) -> dict[str, object]:
    """A contact type; its handle time 300 s unless told."""
    return {
        "name": name, "rate_per_hour": (RATE * share).round(6).tolist(), "patience": patience, "groups": groups,
        "handle": lognormal(300.0, 1.2), **more,
    }  # fmt: skip


def group(name: str, share: float, takes: dict[str, object], **more: object) -> dict[str, object]:
    """A group; agents for its share of the load, and some more because they stay away, meet and pause."""
    agents = np.ceil(share * (RATE / 3600.0 * 330.0 * 1.2 + 4.0)).astype(int)
    return {"name": name, "agents": agents.tolist(), "takes": takes, **more}


AGAIN = {"probability": 0.4, "delay_s": {"law": "exponential", "mean_s": 900.0}, "max_attempts": 4}
FILE = {
    "horizon": {"days": 1, "opens": "07:00", "closes": "21:00", "at_close": "clear_queue"},
    "busyness": {"law": "gamma", "shape": 100.0},
    "lines": 600,
    "contact_types": [
        kind("orders", 0.3, {"law": "exponential", "mean_s": 180.0},
             {"choose": "by_free_agents", "from": ["desk", "sales", {"group": "all", "after_s": 20.0}]},
             redial=AGAIN, balk_probability=0.05, weight=1.5, wrap_up_s=20.0),
        kind("service", 0.25, {"law": "weibull", "mean_s": 200.0, "cv": 1.4},
             {"choose": "longest_idle", "from": ["desk", "all"]}, callback_after_s=120.0, weight=1.0,
             returns={"resolved": {"desk": 0.75, "all": 0.7}, "probability": 0.5,
                      "delay": {"law": "exponential", "mean_s": 7200.0}}),
        kind("billing", 0.2, {"law": "lognormal", "mean_s": 150.0, "cv": 1.0},
             ["money", {"group": "all", "after_s": 45.0}],
             redial=AGAIN | {"same_draws": False}, returns={"resolved": 0.8, "probability": 0.6,
                      "delay": {"law": "gamma", "mean_s": 5400.0, "cv": 0.8}}, weight=2.0),
        kind("technical", 0.12, {"law": "piecewise_hazard", "until_s": [20.0, 120.0], "per_s": [0.002, 0.01, 0.004]},
             ["experts", {"group": "all", "after_s": 60.0}], voicemail_after_s=40.0, threshold_s=30.0,
             handle={"experts": lognormal(360.0, 1.0), "all": lognormal(480.0, 1.0)}),
        kind("premium", 0.05, {"law": "gamma", "mean_s": 240.0, "cv": 0.7}, ["sales", "desk", "money"], priority=0.0,
             weight=5.0, threshold_s=10.0),
        kind("claims", 0.08, {"law": "empirical", "values_s": [15.0, 40.0, 75.0, 120.0, 300.0, 900.0]},
             ["money", {"group": "experts", "after_s": 30.0}], redial=AGAIN, balk_probability=0.02, weight=1.2),
    ],
    "agent_groups": [
        group("desk", 0.34, {"by": "weighted_wait"}, presence=0.96, shrinkage=0.06),
        group("sales", 0.17, {"by": "priority"}, handle_multiplier={"orders": 0.9}, presence=0.97),
        group("money", 0.22, {"by": "own_first", "order": ["billing", "claims", "premium"]}, shrinkage=0.08,
              on_leaving="preempt_resume"),
        group("experts", 0.14, {"by": "within_threshold_first"}, on_leaving="preempt_restart", presence=0.95),
        group("all", 0.18, {"by": "longest_wait"}, handle_multiplier=1.1, shrinkage=0.05),
    ],
    "outages": [
        {"at_s": 18_000.0, "until_s": 18_240.0},
        {"at_s": 36_000.0, "until_s": 36_060.0, "drops_contacts": True},
    ],
}  # fmt: skip


def centre(days: int) -> Centre:
    """The centre, ready to be simulated."""
    return Centre.build(centre_of(Document(FILE | {"horizon": FILE["horizon"] | {"days": days}})))  # type: ignore[operator]


def engine(days: int, run: Run) -> contest.Play:
    """An engine on one day after the other."""
    laid_out = centre(days)

    def play() -> int:
        return sum(outcome.ref.size for _, outcome in laid_out.blocks(1, 0, run))

    return play


def answered_share(days: int) -> float:
    """Answered of all decided, by the kernel."""
    outcomes = [outcome for _, outcome in centre(days).blocks(1, 0, kernel.run)]
    return sum(int((each.state == ANSWERED).sum()) for each in outcomes) / sum(
        each.ref.size for each in outcomes
    )


def main() -> None:
    """Run, print, and write the figures."""
    asked = contest.options(__doc__, 30)
    plain = textbook.Textbook(FILE)
    speeds = contest.by_turns(
        {
            "kernel": engine(asked.days, kernel.run),
            "reference": engine(asked.slow_days, reference.run),
            "textbook SimPy": lambda: len(plain.run(asked.slow_days)),
        },
        asked.rounds,
    )
    states = plain.run(40)
    more = {
        "days": float(asked.days),
        **threads.figures(engine(asked.days, kernel.run), asked.rounds),
        "answered_share_of_kernel": answered_share(40),
        "answered_share_of_textbook": states.count("answered") / len(states),
        "resident_mb_after": contest.resident_mb(),
    }
    contest.tell(f"every behaviour, six types in five groups, {asked.days} days", speeds, more, asked.out)


if __name__ == "__main__":
    main()
