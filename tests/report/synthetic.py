"""Result tables drawn from simple laws, shaped like a study's: what the report's tests are run on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from orm_sim.decision.rank import rank
from orm_sim.finance.accounts import ACCOUNTS
from orm_sim.study.tables import DRAWS, KPI_TABLE, LEDGER, OUTCOMES

OPTIONS = (
    "in_house",
    "in_house_improved",
    "per_hour",
    "per_minute",
    "base_and_commission",
    "pure_commission",
    "inbound_only",
)
ZERO = OPTIONS[0]
MONTHS = 36
_YEARLY = {  # client accounts, $ million a year: in-house, outsourced
    "sale_margin": (3.1, 2.9),
    "contact_value": (1.2, 1.2),
    "abandoned_loss": (0.5, 0.45),
    "unresolved_loss": (0.6, 0.68),
    "in_house_labour": (4.4, 0.15),
    "in_house_hiring": (0.3, 0.0),
    "in_house_seats": (0.6, 0.0),
    "fees": (0.0, 2.05),
    "credits": (0.0, 0.04),
    "transition": (0.0, 0.43),
    "retained_roles": (0.0, 0.45),
    "oversight": (0.0, 0.12),
    "licences": (0.0, 0.1),
    "severance": (0.0, 0.2),
}
_COSTS = {"vendor_labour": 1.35, "vendor_seats": 0.25, "vendor_overhead": 0.2}
_RISK = {"pure_commission": 2.4, "base_and_commission": 1.3}


def tables(n: int = 40, options: tuple[str, ...] = OPTIONS, seed: int = 1) -> dict[str, pd.DataFrame]:
    """Tables outcomes, kpis, ledger, draws, comparison and evidence of an invented study."""
    generator = np.random.default_rng(seed)
    world = generator.normal(size=n)
    ledger = pd.concat([_ledger(option, world, generator) for option in options], ignore_index=True)
    outcomes = _outcomes(ledger, options, n)
    draws = pd.DataFrame(
        {
            "replication": np.repeat(np.arange(n), 2),
            "path": ["client.loss_per_abandoned", "demand.path.yearly"] * n,
            "value": np.column_stack([6 + world, -0.08 + 0.02 * generator.normal(size=n)]).ravel(),
        }
    )
    evidence = pd.DataFrame(
        {
            "path": ["client.loss_per_abandoned", "demand.path.yearly"],
            "grade": ["D", "C"],
            "share": [0.31, 0.12],
        }
    )
    kpis = pd.concat([_kpis(option, n, generator) for option in options], ignore_index=True)
    return {
        "outcomes": outcomes,
        "kpis": kpis,
        "ledger": ledger,
        "draws": draws,
        "evidence": evidence,
        "comparison": rank(outcomes, zero=options[0]),
    }


def outcomes_only(n: int, options: tuple[str, ...] = OPTIONS, seed: int = 1) -> pd.DataFrame:
    """Table outcomes alone, for larger samples."""
    generator = np.random.default_rng(seed)
    world = generator.normal(size=n)
    ledger = pd.concat([_ledger(option, world, generator) for option in options], ignore_index=True)
    return _outcomes(ledger, options, n)


def _ledger(option: str, world: np.ndarray, generator: np.random.Generator) -> pd.DataFrame:
    """Monthly entries of one option: the client's lines, the vendor's invoices, receipts and costs."""
    outside = 0 if option.startswith("in_house") else 1
    risk = _RISK.get(option, 1.0)
    rows = []
    for name, (inside, outsourced) in _YEARLY.items():
        account = ACCOUNTS[name]
        yearly = outsourced if outside else inside
        if option == "in_house_improved" and name == "in_house_labour":
            yearly *= 0.97
        if yearly == 0.0:
            continue
        bad = 1 + 0.05 * risk * world * (-account.sign)
        amounts = (
            yearly / 12 * bad[:, None] * generator.normal(1.0, 0.04 * risk, (world.size, MONTHS)).clip(0.2)
        )
        rows.append(_entries(option, name, account.sign, account.kind, amounts))
        if name == "fees":
            rows.append(_entries(option, name, -1, "invoice", amounts))
    if outside:
        for name, yearly in _COSTS.items():
            flow = yearly / 12 * generator.normal(1.0, 0.05 * risk, (world.size, MONTHS)).clip(0.2)
            rows.append(_entries(option, name, -1, "cash", flow, party="vendor", other="staff"))
    return pd.concat(rows, ignore_index=True)[[column.name for column in LEDGER.columns]]


def _entries(
    option: str,
    account: str,
    sign: int,
    kind: str,
    amounts: np.ndarray,
    party: str = "client",
    other: str = "",
) -> pd.DataFrame:
    """Rows of one account; `amounts` are $ million, (replication, month)."""
    other = other or {"fees": "vendor", "credits": "vendor", "sale_margin": "customers"}.get(
        account, "suppliers"
    )
    payer, payee = (other, party) if sign > 0 else (party, other)
    return pd.DataFrame(
        {
            "option": option,
            "replication": np.repeat(np.arange(len(amounts)), MONTHS),
            "month": np.tile(np.arange(MONTHS), len(amounts)),
            "payer": payer,
            "payee": payee,
            "account": account,
            "kind": kind,
            "amount": np.round(amounts.ravel() * 1e6, 2),
        }
    )


def _outcomes(ledger: pd.DataFrame, options: tuple[str, ...], n: int) -> pd.DataFrame:
    """Outcomes that follow from the ledger, undiscounted."""
    side = ledger["account"].map(lambda name: ACCOUNTS[name].side)
    real = ledger[ledger["kind"] != "invoice"]
    client = real[side[real.index] == "client"]
    key = ["option", "replication"]
    signed = client["amount"] * np.where(client["payee"] == "client", 1.0, -1.0)
    value = signed.groupby([client["option"], client["replication"]]).sum().unstack("option")
    paid = client[client["payer"] == "client"].groupby(key)["amount"].sum().unstack("option")
    fees = client[client["account"] == "fees"].groupby(key)["amount"].sum().unstack("option")
    costs = real[side[real.index] == "vendor"].groupby(key)["amount"].sum().unstack("option")
    frames = []
    for option in options:
        zero = np.zeros(n)
        revenue = fees[option].to_numpy() if option in fees else zero
        cost = costs[option].to_numpy() if option in costs else zero
        frames.append(
            pd.DataFrame(
                {
                    "option": option,
                    "replication": np.arange(n),
                    "client_npv": value[option],
                    "client_incremental_npv": value[option] - value[options[0]],
                    "client_outlay_pv": revenue * 1.2,
                    "client_fees_pv": revenue,
                    "client_cost_pv": paid[option],
                    "cost_total": paid[option],
                    "cost_inbound": paid[option] * 0.6,
                    "cost_outbound": paid[option] * 0.4,
                    "vendor_npv": revenue - cost,
                    "vendor_revenue": revenue,
                    "vendor_cost": cost,
                    "vendor_margin": np.where(
                        revenue > 0, 1 - cost / np.where(revenue > 0, revenue, 1), np.nan
                    ),
                    "vendor_attrition": np.where(revenue > 0, 0.4, np.nan),
                    "insolvent": (revenue - cost < 0.35e6) & (revenue > 0),
                    "insolvent_month": np.nan,
                    "no_deal": False,
                    "ended": False,
                    "ended_month": np.nan,
                    "peak_cash": revenue * 0.2,
                    "payback_month": np.where(value[option] > value[options[0]], 9.0, np.inf),
                    "sla_met": 0.8,
                    "resolved": 1.6e6,
                    "sales_kept": 24_000.0,
                }
            )
        )
    frame = pd.concat(frames, ignore_index=True)
    return frame[[column.name for column in OUTCOMES.columns]]


def _kpis(option: str, n: int, generator: np.random.Generator) -> pd.DataFrame:
    """Service level, handle time and conversion that wander; every other column empty or one."""
    months = np.tile(np.arange(MONTHS), n)
    frames = []
    for channel in ("inbound", "outbound"):
        frame = pd.DataFrame({column.name: np.ones(n * MONTHS) for column in KPI_TABLE.columns[4:]})
        ramp = 0.12 * np.exp(-months / 3.0) * (not option.startswith("in_house"))
        frame.insert(0, "option", option)
        frame.insert(1, "replication", np.repeat(np.arange(n), MONTHS))
        frame.insert(2, "month", months)
        frame.insert(3, "channel", channel)
        frame["service_level"] = (0.83 - ramp + generator.normal(0, 0.03, len(frame))).clip(0, 1)
        frame["aht"] = 380 * (1 + ramp) + generator.normal(0, 8, len(frame))
        frame["conversion"] = (0.09 - 0.2 * ramp + generator.normal(0, 0.004, len(frame))).clip(0, 1)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


__all__ = ["DRAWS", "MONTHS", "OPTIONS", "ZERO", "tables"]
