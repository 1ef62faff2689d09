"""Figures of a shared programme by vendor and month, for the client as a whole, and over replications."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np

from orm_sim.centre.replicate import Replications
from orm_sim.centre.skills.plan import Floats
from orm_sim.simulation.vendors.live import Ready, SharedMonth, lived_months, overflow_pay, settled

OF_VENDOR: Final = (
    "share", "offered", "answered", "answered_within", "abandoned", "passed_on", "overflow_contacts", "service_level",
    "abandonment_rate", "occupancy", "invoice", "credits", "overflow_pay", "staff_cost", "margin",
)  # fmt: skip
"""Figures of every vendor, in a month and over all: volume share (of first contacts; over all months the mean), counts,
the invoice under its contract with the credits in it, what its overflow is paid beside it, cost of agents on duty, and
margin = invoice + overflow pay - staff cost."""
OF_CLIENT: Final = (
    "offered", "answered", "abandoned", "service_level", "abandonment_rate", "paid", "credits", "overflow_pay",
    "staff_cost",
)  # fmt: skip
"""Figures of the whole programme: `service_level` counts every answer within the threshold, whoever gives it; `paid` is
all invoices and overflow pay."""

_SUMS: Final = (
    "offered", "answered", "answered_within", "abandoned", "passed_on", "passed_on_within", "overflow_contacts",
    "busy_s", "staffed_s", "staff_cost",
)  # fmt: skip


def replicated(
    ready: Ready, *, replications: int, seed: int, workers: int = 1, engine_name: str = "kernel"
) -> Replications:
    """Figures of independent replications; they do not depend on the number of threads."""

    def one(replication: int) -> dict[str, float]:
        return figures(ready, seed, replication, engine_name)

    if workers <= 1:
        results = [one(each) for each in range(replications)]
    else:
        with ThreadPoolExecutor(min(workers, replications)) as pool:
            results = list(pool.map(one, range(replications)))
    names = tuple(results[0])
    return Replications(names, np.array([[each[name] for name in names] for each in results]))


def figures(ready: Ready, seed: int, replication: int, engine_name: str = "kernel") -> dict[str, float]:
    """Everything told of one replication, by name: `invoice[vendor=north,month=1]`, `margin[vendor=north]`, `paid`."""
    months = lived_months(ready, seed, replication, engine_name)
    return dict(
        _named(ready, [_sums(ready, *each) for each in zip(months, _money(ready, months), strict=True)])
    )


def _money(ready: Ready, months: tuple[SharedMonth, ...]) -> list[dict[str, Floats]]:
    """Invoices, credits and overflow pay of each month, by vendor."""
    priced = settled(ready, months)
    invoices = np.array([each.invoices() for each in priced])
    credits_ = np.array(
        [
            [-sum(float(item.amount) for item in items if item.kind == "service_credit") for items in each.months]
            for each in priced
        ]
    )  # fmt: skip
    return [
        {"invoice": invoices[:, m], "credits": credits_[:, m], "overflow_pay": overflow_pay(ready, month)}
        for m, month in enumerate(months)
    ]


def _sums(ready: Ready, month: SharedMonth, money: Mapping[str, Floats]) -> dict[str, Floats]:
    """What may be added up over months and vendors."""
    return {"share": month.shares, **{name: month.counts[name] for name in _SUMS}, **money}


def _named(ready: Ready, months: list[dict[str, Floats]]) -> Iterator[tuple[str, float]]:
    total = {name: np.sum([each[name] for each in months], axis=0) for name in months[0]}
    total["share"] = total["share"] / len(months)
    for sums, month in ((total, ""), *((each, f"month={m}") for m, each in enumerate(months, start=1))):
        for name, value in _of_client(sums).items():
            yield f"{name}[{month}]" if month else name, value
        for v, vendor in enumerate(ready.names):
            split = f"[vendor={vendor}{',' if month else ''}{month}]"
            for name, value in _of_vendor({key: float(values[v]) for key, values in sums.items()}).items():
                yield name + split, value


def _of_vendor(sums: Mapping[str, float]) -> dict[str, float]:
    """In the order of `OF_VENDOR`."""
    known = dict(sums)
    known["service_level"] = _ratio(sums["answered_within"], sums["offered"])
    known["abandonment_rate"] = _ratio(sums["abandoned"], sums["offered"])
    known["occupancy"] = _ratio(sums["busy_s"], sums["staffed_s"])
    known["margin"] = sums["invoice"] + sums["overflow_pay"] - sums["staff_cost"]
    return {name: known[name] for name in OF_VENDOR}


def _of_client(sums: Mapping[str, Floats]) -> dict[str, float]:
    """In the order of `OF_CLIENT`."""
    known = {name: float(values.sum()) for name, values in sums.items()}
    known["service_level"] = _ratio(known["answered_within"] + known["passed_on_within"], known["offered"])
    known["abandonment_rate"] = _ratio(known["abandoned"], known["offered"])
    known["answered"] += known["passed_on"]
    known["paid"] = known["invoice"] + known["overflow_pay"]
    return {name: known[name] for name in OF_CLIENT}


def _ratio(top: float, bottom: float) -> float:
    """A quotient; nan where nothing is counted below."""
    return top / bottom if bottom > 0.0 else float("nan")
