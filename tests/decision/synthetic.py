"""An invented study with known truths: what the tests of ranking and tie prices are run on."""

import numpy as np
import pandas as pd

MEANS = {
    "in_house": 0.0,
    "in_house_improved": 1.0,
    "per_hour": 4.0,
    "per_minute": 3.9,
    "pure_commission": 3.5,
}  # $ m
OWN_SD = {
    "in_house": 0.0,
    "in_house_improved": 0.2,
    "per_hour": 0.3,
    "per_minute": 0.5,
    "pure_commission": 0.5,
}
RUIN = {"pure_commission": 0.08}  # chance of a loss of 20 $ m


def outcomes(n: int, seed: int = 1) -> pd.DataFrame:
    """Table `outcomes` with `n` replications of five options, rows shuffled."""
    generator = np.random.default_rng(seed)
    common = generator.normal(size=n)
    cost = 60.0 + common
    frames = [_option(name, cost, common, generator) for name in MEANS]
    return pd.concat(frames, ignore_index=True).sample(frac=1.0, random_state=seed, ignore_index=True)


def _option(
    name: str, zero_cost: np.ndarray, common: np.ndarray, generator: np.random.Generator
) -> pd.DataFrame:
    n = common.size
    ruined = generator.random(n) < RUIN.get(name, 0.0)
    inside = name.startswith("in_house")
    weight = 0.0 if name == "in_house" else 1.0
    npv = MEANS[name] + weight * common + OWN_SD[name] * generator.normal(size=n) - 20.0 * ruined
    fees = np.zeros(n) if inside else 20.0 + 0.5 * generator.normal(size=n)
    saved = weight * (MEANS[name] + 0.2 * generator.normal(size=n))
    frame = {
        "client_npv": npv - 40.0, "client_incremental_npv": npv, "client_outlay_pv": fees + weight * 2.0,
        "client_fees_pv": fees, "client_cost_pv": zero_cost - saved, "cost_total": 1.1 * (zero_cost - saved),
        "cost_inbound": np.full(n, np.nan), "cost_outbound": np.full(n, np.nan),
        "vendor_npv": np.zeros(n) if inside else 2.0 + 0.5 * common - 10.0 * ruined,
        "vendor_revenue": fees, "vendor_cost": 0.9 * fees, "peak_cash": weight * np.abs(common),
    }  # fmt: skip
    money = pd.DataFrame({column: 1e6 * values for column, values in frame.items()})
    rest = pd.DataFrame({
        "option": name, "replication": np.arange(n), "insolvent": ruined,
        "vendor_margin": np.full(n, np.nan if inside else 0.1),
        "vendor_attrition": np.full(n, np.nan if inside else 0.4),
        "insolvent_month": np.where(ruined, 14.0, np.nan),
        "no_deal": np.zeros(n, bool), "ended": np.zeros(n, bool), "ended_month": np.full(n, np.nan),
        "payback_month": np.where(npv > 3.0, 20.0 + common, np.inf), "sla_met": np.full(n, np.nan if inside else 0.9),
        "resolved": np.full(n, 4e6), "sales_kept": np.full(n, 2e4),
    })  # fmt: skip
    return pd.concat([rest, money], axis=1)
