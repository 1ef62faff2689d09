"""A clawback whose clock stops: by months since the sale where prices move, refused where nothing tells them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from orm_sim.contract import NOTHING, Contract, settle
from orm_sim.core.errors import InputError
from orm_sim.core.loader import build, parse_yaml

FRAME = "title: t\nscope: [outbound]\nterm_months: 24\npayment: {net_days: 30}\nnotice_days: 30\nclauses:\n"
SLIDING = (
    "{clause: commission, label: sales, channel: outbound, rate: 50, clawback: none,"
    " scale: {per: productive_hours, steps: [{up_to: 0.5, multiple: 1}, {multiple: 2}]}}"
)
FLAT = "{clause: commission, label: sales, channel: outbound, rate: 50, clawback: none}"


def back(more: str) -> str:
    return (
        "{clause: clawback, label: back, channel: outbound, fee: sales, schedule: [{before_months: 3, share: 1.0}],"
        f" {more}}}"
    )


STOPS = "clock: stops_while_suspended"


def contract(*clauses: str) -> Contract:
    return build(Contract, parse_yaml(FRAME + "".join(f"  - {each}\n" for each in clauses), "a.yaml"))


@pytest.mark.parametrize(
    ("clauses", "said"),
    [
        ((SLIDING, back(STOPS)), "the price under 'sales' slides with the month's sales"),
        (
            (f"{{clause: indexed, label: prices, index: wages, of: [{FLAT}]}}", back(STOPS)),
            "the price under 'sales' changes under 'prices', and an age on the clock does not tell the month of sale",
        ),
        (
            (FLAT, back("suspended_at_most: 2")),
            "belongs to a clock that stops while the customer is suspended",
        ),
    ],
)
def test_a_clock_that_tells_no_month_of_sale_is_refused(clauses: tuple[str, ...], said: str) -> None:
    with pytest.raises(InputError) as caught:
        contract(*clauses)
    assert said in str(caught.value)


def test_what_is_flat_or_told_passes() -> None:
    contract(FLAT, back(STOPS))
    told = contract(SLIDING, back(f"{STOPS}, suspended_at_most: 2"))
    assert "Time in which the customer is suspended does not count, up to 2 months." in str(told)


@pytest.mark.parametrize("extra", [0, 1, 2])
def test_each_sale_is_paid_back_at_the_rate_of_its_own_month(extra: int) -> None:
    """Sales suspended for so many months give back what sales of that month gave back under a clock that runs."""
    draw = np.random.Generator(np.random.PCG64(5))
    runs = contract(SLIDING, back("clock: runs").replace("before_months: 3", "before_months: 5"))
    stops = contract(SLIDING, back(f"{STOPS}, suspended_at_most: 2"))
    state = [NOTHING, NOTHING]
    for month in range(12):
        cancelled = draw.uniform(0.0, 9.0, 3)
        base: dict[tuple[str, str], Any] = {
            ("outbound", "sales_net"): draw.uniform(50.0, 200.0), ("outbound", "productive_hours"): 150.0
        }  # fmt: skip
        one = base | {("outbound", f"cancelled_lag{lag}"): 0.0 for lag in range(6)}
        other = base | {
            ("outbound", f"cancelled_on_clock_lag{age}_sold_lag{age + more}"): 0.0
            for age in range(3) for more in range(3)
        }  # fmt: skip
        for age in range(3):
            one["outbound", f"cancelled_lag{age + extra}"] = cancelled[age]
            other["outbound", f"cancelled_on_clock_lag{age}_sold_lag{age + extra}"] = cancelled[age]
        items, state[0] = settle(runs, state[0], one, month)
        found, state[1] = settle(stops, state[1], other, month)
        assert float(items[1].amount) == float(found[1].amount)
