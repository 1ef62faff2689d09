"""Milliseconds to settle a year of a contract of 20 clauses for thousands of imagined cases at once; ratios travel.

    python tests/benchmarks/settlement.py [--cases 3200] [--months 12] [--alone 16] [--rounds 15] [--out s.json]

Every kind of clause that was there when the language began, twenty in all, on meters of which a tenth are 0.
By turns in one run, on processor time: all cases at once, and some of them one by one, to the same cent.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import contest
import numpy as np

from orm_sim.contract import NOTHING, Contract, Meters, settle, total
from orm_sim.contract.clause import walk
from orm_sim.kpi import COUNTERS

MINUTES = {"clause": "per_unit", "channel": "inbound", "meter": "payable_handled_s", "per": "minute"}
HOURS = {"clause": "per_unit", "meter": "productive_hours"}
FORECAST = {"channel": "inbound", "grace_months": 3, "forecast_band": 0.2}

CLAUSES: list[dict[str, Any]] = [
    {
        "clause": "indexed", "index": {"wages": 0.7, "prices": 0.3}, "cap_per_year": 0.05, "of": [
            MINUTES | {"label": "minutes", "rate": 0.85, "aht_cap": {"baseline_s": 360.0, "share": 1.05}},
            HOURS | {"label": "training", "channel": "inbound", "meter": "training_hours", "rate": 14.0},
            HOURS | {"label": "sales hours", "channel": "outbound", "rate": 19.5},
        ],
    },
    {"clause": "fixed", "label": "management fee", "amount": 20_000.0},
    {"clause": "fixed", "label": "transition", "amount": 90_000.0, "when": "once", "month": 0},
    {
        "clause": "tiered", "label": "contacts", "channel": "inbound", "meter": "payable_contacts",
        "mode": "marginal", "window": "quarter",
        "tiers": [{"up_to": 800.0, "rate": 4.0}, {"up_to": 1500.0, "rate": 3.5}, {"rate": 3.1}],
    },
    {
        "clause": "tiered", "label": "attempts", "channel": "outbound", "meter": "attempts",
        "mode": "whole_volume", "tiers": [{"up_to": 500.0, "rate": 0.4}, {"rate": 0.35}],
    },
    {
        "clause": "tiered", "label": "seats", "channel": "outbound", "meter": "fte", "mode": "band",
        "tiers": [{"up_to": 300.0, "rate": 9000.0}, {"rate": 16_000.0}],
    },
    {
        "clause": "cap", "label": "sales budget", "at": {"amount": 60_000.0}, "of": [
            {
                "clause": "floor", "label": "draw", "recoverable": True,
                "at": {"rate": 18.0, "share": 0.7, "channel": "outbound", "meter": "productive_hours"}, "of": [
                    {
                        "clause": "commission", "label": "commission", "channel": "outbound", "rate": 62.0,
                        "clawback": "pro_rata_to_day_90",
                        "reserve": {"share": 0.1, "release_after_months": 3},
                        "scale": {"per": "productive_hours", "steps": [
                            {"up_to": 0.5, "multiple": 0.8}, {"up_to": 1.0, "multiple": 1.0}, {"multiple": 1.3},
                        ]},
                    },
                ],
            },
        ],
    },
    {
        "clause": "commission", "label": "kept", "channel": "outbound", "meter": "sales_kept", "rate": 9.0,
        "clawback": "none",
    },
    {
        "clause": "all", "label": "inbound extras", "of": [
            {"clause": "per_unit", "label": "resolved", "channel": "inbound", "meter": "resolved", "rate": 0.6},
            HOURS | {"label": "inbound hours", "channel": "inbound", "rate": 3.2, "share": 0.75},
            MINUTES | {"label": "handled", "meter": "handled_s", "per": "hour", "rate": 1.1},
        ],
    },
    {
        "clause": "service_credit", "label": "credit", "fees": ["minutes"], "at_risk": 0.1,
        "pools": {"service": 1.0}, "excess": "carried_forward", **FORECAST,
        "measures": [
            {
                "kpi": "service_level", "target": 0.8, "within_s": 20.0,
                "credit": {"by": "pool", "pool": "service", "weight": 0.6},
            },
            {
                "kpi": "abandonment_rate", "target": 0.05,
                "credit": {"by": "pool", "pool": "service", "weight": 0.4},
            },
            {"kpi": "fcr", "target": 0.7, "credit": {"by": "point", "points": "up", "amount": 200.0}},
        ],
    },
    {
        "clause": "service_credit", "label": "quarterly credit", "fees": ["inbound extras"], "at_risk": 0.05,
        "window": "quarter", "grace_months": 0, "channel": "inbound",
        "measures": [{"kpi": "fcr", "target": 0.7, "credit": {"by": "lump", "share": 0.02}}],
    },
    {
        "clause": "minimum_commitment", "label": "commitment", "channel": "inbound", "share": 0.8,
        "fee": "minutes", "units_per_contact": 6.0,
    },
]  # fmt: skip

CONTRACT = Contract.model_validate(
    {
        "title": "twenty clauses", "scope": ["inbound", "outbound"], "term_months": 36,
        "payment": {"net_days": 45}, "notice_days": 90, "clauses": CLAUSES,
    }
)  # fmt: skip


def drawn(cases: int, months: int) -> list[dict[tuple[str, str], Any]]:
    """Meters of every month, over cases."""
    draw = np.random.Generator(np.random.PCG64(1))
    needed = ("wages", "prices")
    counted = [(channel, name) for channel in CONTRACT.scope for name in COUNTERS]
    return [
        {key: draw.uniform(0.0, 1000.0, cases) * (draw.random(cases) < 0.9) for key in counted}
        | {("index", name): draw.uniform(0.9, 1.2, cases) for name in needed}
        for _ in range(months)
    ]


def settled(months: Sequence[Meters]) -> list[Any]:
    """The invoice of every month."""
    state, invoices = NOTHING, []
    for month, meters in enumerate(months):
        items, state = settle(CONTRACT, state, meters, month)
        invoices.append(total(items))
    return invoices


def milliseconds(play: Callable[[], object]) -> float:
    """Processor time of one play."""
    begun = time.process_time_ns()
    play()
    return (time.process_time_ns() - begun) / 1e6


def main() -> None:
    """Time it, compare the cents, and tell."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--cases", type=int, default=3200)
    asked.add_argument("--months", type=int, default=12)
    asked.add_argument("--alone", type=int, default=16, help="cases that are also settled one by one")
    asked.add_argument("--rounds", type=int, default=15)
    out = contest.result_file()
    asked.add_argument("--out", type=Path, default=out, help="JSON file to write [%(default)s]")
    given = asked.parse_args()
    together = drawn(given.cases, given.months)
    alone = [
        [{key: float(value[case]) for key, value in meters.items()} for meters in together]
        for case in range(given.alone)
    ]
    for invoice, case in ((np.stack(settled(together)), case) for case in range(given.alone)):
        if not np.array_equal(invoice[:, case], np.stack(settled(alone[case]))):
            raise SystemExit(f"case {case} alone comes to other cents than among {given.cases}")
    at_once = [milliseconds(lambda: settled(together)) for _ in range(given.rounds)]
    singly = [milliseconds(lambda: [settled(each) for each in alone]) for _ in range(3)]
    one_by_one = statistics.median(singly) * given.cases / max(given.alone, 1)
    figures = {
        "clauses": len(list(walk(CONTRACT.clauses))),
        "cases": given.cases,
        "months": given.months,
        "at_once_ms": statistics.median(at_once),
        "at_once_best_ms": min(at_once),
        "one_by_one_ms": one_by_one,
        "times_faster": one_by_one / statistics.median(at_once),
    }
    for name, value in figures.items():
        sys.stdout.write(f"  {name:20s} {value:14,.2f}\n")
    contest.write(figures, given.out)


if __name__ == "__main__":
    main()
