"""Tables that are computed once a study is lived: evidence behind the best option, targets, prices."""

from __future__ import annotations

from typing import Final

import pandas as pd

from orm_sim.contract.clause import Clause, walk
from orm_sim.core.tables import Column, TableContract
from orm_sim.decision.evidence_share import evidence_share
from orm_sim.scenario.load import LoadedStudy
from orm_sim.simulation.draws import varying

EVIDENCE: Final = TableContract(
    "evidence",
    (
        Column("path", "str", ""),
        Column("grade", "str", ""),
        Column("source", "str", ""),
        Column("low", "float64", "unit of the input"),
        Column("high", "float64", "unit of the input"),
        Column("share", "float64", "share"),
    ),
    ("path",),
)
"""How much of the best option's variance each uncertain input explains, with the grade of its evidence."""

TARGETS: Final = TableContract(
    "targets",
    (Column("kpi", "str", ""), Column("channel", "str", ""), Column("value", "float64", "unit of the KPI")),
    ("kpi", "channel"),
)
"""What a KPI should reach."""

PRICES: Final = TableContract(
    "prices",
    (
        Column("option", "str", ""),
        Column("basis", "str", ""),
        Column("clause", "str", ""),
        Column("rate", "float64", "$", low=0.0, nullable=True),  # nan where a clause has no single rate
    ),
    ("option", "clause"),
)
"""The rates of each option; solved ones give the reference vendor the stated margin."""


def evidence_table(
    study: LoadedStudy, outcomes: pd.DataFrame, draws: pd.DataFrame, option: str
) -> pd.DataFrame:
    """Share of an option's variance by uncertain input; empty where nothing varies or too little was lived."""
    figures = {f.path: f for f in varying(study.base)}
    if not figures or draws["replication"].nunique() < len(figures) + 2:
        return pd.DataFrame({c.name: pd.Series(dtype=c.dtype) for c in EVIDENCE.columns})
    found = evidence_share(outcomes, draws, {path: f.grade for path, f in figures.items()}, option)
    rows = [(p, f.grade, f.source, f.low, f.high, found.by_input[p]) for p, f in figures.items()]
    return pd.DataFrame(rows, columns=[c.name for c in EVIDENCE.columns]).sort_values(
        "share", ascending=False, ignore_index=True
    )


def targets_table(study: LoadedStudy) -> pd.DataFrame:
    """What the programme asks for."""
    inbound = study.base.programme.inbound
    return pd.DataFrame(
        [("service_level", "inbound", inbound.service.share), ("aht", "inbound", inbound.handle_time_s)],
        columns=[c.name for c in TARGETS.columns],
    )


def prices_table(study: LoadedStudy, rates: dict[str, float]) -> pd.DataFrame:
    """Rates by option and clause."""
    rows: list[tuple[str, str, str, float]] = []
    for name, scenario in study.options.items():
        contract = scenario.contract
        if contract is not None and name in rates:
            rows += [
                (name, "solved", label, multiple * rates[name]) for label, multiple in contract.solved.items()
            ]
        elif contract is not None:
            rows += [(name, "quoted", clause.name, _quoted(clause)) for _, clause in walk(contract.clauses)]
    frame = pd.DataFrame(rows, columns=[c.name for c in PRICES.columns])
    return frame.astype({"option": "str", "basis": "str", "clause": "str", "rate": "float64"})


def _quoted(clause: Clause) -> float:
    """The one rate or amount of a clause; nan where it has none."""
    found = [getattr(clause, name, None) for name in ("rate", "amount")]
    return next((float(each) for each in found if isinstance(each, float | int)), float("nan"))
