"""A study small enough for a second: a tenth of the bank over a year, two contracts with the same vendor."""

from __future__ import annotations

from pathlib import Path

from orm_sim.report.dashboard.estimate import Estimator
from orm_sim.report.dashboard.settings import Settings
from orm_sim.report.dashboard.terms import at_risk
from orm_sim.scenario.load import LoadedStudy, load_study
from orm_sim.scenario.scenario import Scenario
from tests.simulation.bank import FOLLOWING, STUDY, shrunk

HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>'


def scaled(scenario: Scenario) -> Scenario:
    """A tenth of the bank: what is paid whatever the size is a tenth too."""
    small = shrunk(scenario, 12)
    client = small.client.model_copy(
        update={
            name: getattr(small.client, name) / 10.0
            for name in ("transition_cost", "retained_roles_per_year", "oversight_per_year")
        }
    )
    other = small.vendor.firm.other_business.model_copy(update={"monthly_margin": 1000.0, "sd": 1000.0})
    firm = small.vendor.firm.model_copy(
        update={"opening_cash": 90_000.0, "credit_line": 70_000.0, "other_business": other}
    )
    vendor = small.vendor.model_copy(update={"account_overhead_per_month": 1400.0, "firm": firm})
    return small.model_copy(update={"client": client, "vendor": vendor})


def study(names: tuple[str, ...] = ("in_house", "per_minute", "baseline"), **titles: str) -> LoadedStudy:
    """The default study's options by name, shrunk, prices open as in their files, vendors that follow them."""
    whole = load_study(STUDY, FOLLOWING)
    options = {name: scaled(whole.options[name]) for name in names}
    said = {name: titles.get(name, whole.titles[name]) for name in names}
    return LoadedStudy("small", "A small bank", "in_house", options, said, (Path(STUDY),), {})


def reacting(given: LoadedStudy) -> LoadedStudy:
    """The same with vendors that do what they find best."""
    options = {}
    for name, scenario in given.options.items():
        vendor = scenario.vendor.model_copy(update={"policy": "best_response"})
        options[name] = scenario.model_copy(update={"vendor": vendor})
    return LoadedStudy(given.name, given.title, given.zero, options, given.titles, given.files, {})


def at(estimator: Estimator, deal: str, **moved: float) -> Settings:
    """The sliders as written, but for those that are moved."""
    base = estimator.study.base
    contract = estimator.contracts[deal]
    written = {
        "volume": 1.0, "wage": base.vendor.workforce.wage_per_hour, "price": 1.0,
        "base_share": estimator.pays[deal].base_share, "commission": 1.0, "at_risk": at_risk(contract),
        "continuity": 0.0, "risk_weight": 0.5,
    }  # fmt: skip
    return Settings(deal, **{**written, **moved})
