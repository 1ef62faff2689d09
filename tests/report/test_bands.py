"""Calibration bands: figures by hand, endings apart, and misfits named."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from orm_sim.report import bands, misfits


def outcomes() -> pd.DataFrame:
    """Forty replications of a vendor (2 without a deal, 4 insolvent early, 1 late, 5 left) and one in-house."""
    n = 40
    at = np.arange(n)
    month = np.where(at < 4, 6.0, np.where(at < 5, 30.0, np.nan))
    vendor = pd.DataFrame(
        {
            "option": "thin_000", "replication": at, "insolvent": at < 5, "insolvent_month": month,
            "ended": (at >= 10) & (at < 15), "ended_month": np.where((at >= 10) & (at < 15), 12.0, np.nan),
            "no_deal": at >= 38, "vendor_revenue": np.where(at >= 38, 0.0, np.where(at % 2, 100.0, 300.0)),
            "vendor_cost": np.where(at >= 38, 0.0, np.where(at % 2, 80.0, 290.0)),
            "vendor_attrition": np.where(at >= 38, np.nan, 0.60 + 0.01 * (at % 2)),
        }
    )  # fmt: skip
    home = vendor.assign(option="in_house", insolvent=False, ended=False, no_deal=False, vendor_revenue=0.0)
    return pd.concat([vendor, home], ignore_index=True)


def test_figures_by_hand() -> None:
    """Margin (19 × 20 + 19 × 10) / (19 × 400) = 7.5 %; early 4 + 5 of 38 signed; attrition 60.5 % is above 56 %."""
    table = bands(outcomes()).set_index("measure")
    assert set(table["option"]) == {"thin_000"}
    assert table.loc["operating margin", "simulated"] == pytest.approx(0.075)
    assert table.loc["attrition a year", "simulated"] == pytest.approx(0.605)
    assert table.loc["ended within two years", "simulated"] == pytest.approx(9 / 38)
    assert table.loc["of these insolvent", "simulated"] == pytest.approx(4 / 38)
    assert table.loc["of these left by the client", "simulated"] == pytest.approx(5 / 38)
    assert table.loc["no deal", "simulated"] == pytest.approx(2 / 40)
    verdicts = table["verdict"].to_dict()
    assert verdicts["operating margin"] == verdicts["ended within two years"] == "fits"
    assert verdicts["attrition a year"] == "above" and verdicts["no deal"] == ""


def test_misfits_are_named() -> None:
    said = misfits(bands(outcomes()))
    assert said[0] == "2 of 3 figures fit their band."
    assert said[1].startswith("thin_000: attrition a year 61% (60% to 61%) lies above 30% to 56%")
    assert len(said) == 2


def test_outside_by_chance_is_not_called_a_misfit() -> None:
    few = outcomes().assign(insolvent=False, ended=False)
    few = few[few["replication"] < 6]  # none of six: up to 39 % cannot be excluded
    table = bands(few).set_index("measure")
    assert table.loc["ended within two years", "verdict"] == "cannot be told"


def test_a_vendor_that_fails_before_its_first_invoice_has_ended_early() -> None:
    broke = outcomes().assign(no_deal=False, ended=False, insolvent=True, insolvent_month=0.0)
    broke = broke[broke["option"] == "thin_000"].assign(vendor_revenue=0.0, vendor_attrition=np.nan)
    table = bands(broke).set_index("measure")
    assert table.loc["ended within two years", "simulated"] == 1.0
    assert np.isnan(table.loc["operating margin", "simulated"])
