"""Small programmes of two vendors that react, made from words, and lived once for all tests that ask the same."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from orm_sim.centre import engine
from orm_sim.scenario.firms import Firms, load_firms
from orm_sim.simulation.setting import Setting, make_setting
from orm_sim.simulation.vendors.together import LivedFirms, live_firms

BANK = Path(__file__).resolve().parents[2] / "scenarios" / "bank.yaml"
SEED = 11

HEAD = f"""
title: Two vendors
scenario: {BANK}
set:
  programme: {{months: MONTHS, inbound: {{contacts_per_week: 2500}}, outbound: {{leads_per_month: 500, seats: 2}}}}
  vendor:
    account_overhead_per_month: 1000
    firm: {{opening_cash: 250000, credit_line: 100000}}
    levers:
      {{staffing_ratio: [0.85, 1.0], wage_premium: [0.0], training: [1.0], coaching_hours: [0.5], pressure: [0.0]}}
  relationship: {{ramp: [{{week: 8, share: 1.0}}]}}
  risks: {{without: [outage, weather, shock]}}
  contract:
    title: Per productive hour
    scope: [inbound]
    term_months: MONTHS
    payment: {{net_days: 30}}
    notice_days: 30
    clauses: [{{clause: per_unit, label: hours, channel: inbound, meter: productive_hours, rate: RATE}}]
"""


def words(
    north: str = "share: 0.6",
    south: str = "share: 0.4",
    rest: str = "",
    *,
    months: int = 6,
    rate: float = 16.0,
    more: str = "",
) -> str:
    """A file: what its vendors say in a flow mapping, lines at its end, and lines added under `set`."""
    head = HEAD.replace("MONTHS", str(months)).replace("RATE", str(rate))
    return f"{head}{more}vendors:\n  north: {{{north}}}\n  south: {{{south}}}\n{rest}"


def loaded(text: str, overrides: Mapping[str, str] | None = None) -> Firms:
    """The file of these words."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "programme.yaml"
        path.write_text(text, encoding="utf-8")
        return load_firms(path, overrides)


@cache
def _setting(months: int) -> Setting:
    scenario = next(iter(loaded(words(months=months)).scenarios.values()))
    return make_setting(scenario.programme, scenario.evaluation.forecast_cv, SEED, 0)


def setting(months: int = 6) -> Setting:
    """The outside world, the same for all that is compared."""
    return _setting(months)


@cache
def lived(text: str, months: int = 6) -> LivedFirms:
    """One replication of these words."""
    firms = loaded(text)
    return live_firms(firms.terms, firms.scenarios, setting(months), engine("kernel"))
