"""Data breaches by themselves: frequency, records and fines over 2,000 replications as their terms say, and by hand."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
import simpy

from orm_sim.core.streams import key
from orm_sim.risk.breach import Breach, breaches, strike
from orm_sim.risk.register import Risks
from orm_sim.risk.site import Harm, Site, Strike
from tests.risk.test_processes import DAYS, near, sites

TERMS = Breach(per_year=1.0, mean_records=1_000.0, records_cv=2.0, fine_chance=0.3)


@cache
def stolen(terms: Breach) -> tuple[Site, ...]:
    """Each replication's site after three years."""
    return tuple(
        sites(
            lambda env, site, replication: breaches(
                env,
                terms,
                site,
                key(3, replication, "hazard", "breach"),
                lambda day: True,
                lambda found: None,
            )
        )
    )


def harms(terms: Breach) -> list[Harm]:
    return [s.harm for site in stolen(terms) for s in site.strikes if s.harm is not None]


@pytest.mark.row("R056", "R096")
def test_breaches_come_as_often_and_are_as_large_as_their_terms_say() -> None:
    near(np.array([float(len(site.strikes)) for site in stolen(TERMS)]), DAYS / 365.25)
    found = harms(TERMS)
    near(np.array([h.records for h in found]), 1_000.0)
    near(np.array([float(h.fine > 0.0) for h in found]), 0.3)
    near(np.array([h.remediation for h in found]), 1_000.0 * 105.0 * 1.118)
    near(np.array([h.fine for h in found]), 0.3 * 1_000.0 * 50.0)
    near(np.array([h.margin for h in found]), 1_000.0 * 0.03 * 450.0)


def test_the_tail_is_heavy() -> None:
    """Lognormal of cv 2: a hundredth of breaches loses over eight times the mean, e^(2.326 s - s^2 / 2), s^2 = ln 5."""
    s = np.sqrt(np.log(5.0))
    share = 0.01
    level = 1_000.0 * np.exp(2.3263 * s - s * s / 2.0)
    records = np.array([h.records for h in harms(TERMS)])
    near((records > level).astype(float), share)
    assert level > 8_000.0
    near(np.log(records), np.log(1_000.0) - s * s / 2.0)


def test_no_breach_loses_more_than_the_site_holds() -> None:
    """And the mean is that of the lesser of the two: E min(X, m)."""
    terms = TERMS.model_copy(update={"most_records": 1_500.0})
    records = np.array([h.records for h in harms(terms)])
    assert records.max() == 1_500.0
    assert terms.expected_records < 1_000.0 == TERMS.expected_records
    near(records, terms.expected_records)


@pytest.mark.row("R162")
def test_a_fine_by_hand() -> None:
    """50 $ a record up to 20 M$, or 4 % of revenue where that is more; nothing where nobody fines."""
    terms = Breach()
    assert terms.harm(1_000.0, True, False).fine == 50_000.0
    assert terms.harm(1e6, True, False).fine == 20e6
    assert Breach(revenue_per_year=750e6).harm(1e6, True, False).fine == 30e6
    assert Breach(revenue_per_year=5e9).harm(1e6, True, False).fine == 50e6
    assert terms.harm(1e6, False, False).fine == 0.0


def test_what_a_breach_comes_to_by_hand() -> None:
    """Dearer through a vendor; nobody leaves where the share is zero."""
    assert Breach().harm(2_000.0, True, False) == pytest.approx(Harm(2_000.0, 210_000.0, 100_000.0, 27_000.0))
    assert Breach().harm(2_000.0, True, True) == pytest.approx(Harm(2_000.0, 234_780.0, 100_000.0, 27_000.0))
    assert Breach(leave_share=0.0).harm(2_000.0, True, True).margin == 0.0
    site = Site("in_house")
    found = strike(Breach(records_cv=0.0), site, 12.5, (0.4, 0.1))
    assert (found.hazard, found.site, found.day, found.hours) == ("breach", "in_house", 12.5, 0.0)
    assert found.harm == pytest.approx(Harm(30_000.0, 3_150_000.0, 1_500_000.0, 405_000.0))
    assert site.strikes == [found] and not site.struck_days


def test_whoever_holds_no_records_loses_none_and_the_luck_of_others_stays() -> None:
    """A vendor that leaves after a year: the same breaches until then, none after, each told once."""
    told: list[Strike] = []
    env, site = simpy.Environment(), Site("vendor")
    stream = key(3, 5, "hazard", "breach")
    often = TERMS.model_copy(update={"per_year": 10.0})
    env.process(breaches(env, often, site, stream, lambda day: day < 365, told.append))
    whole_env, whole = simpy.Environment(), Site("vendor")
    whole_env.process(breaches(whole_env, often, whole, stream, lambda day: True, lambda found: None))
    env.run(until=DAYS)
    whole_env.run(until=DAYS)
    assert site.strikes == told == [s for s in whole.strikes if s.day < 365.0]
    assert 0 < len(told) < len(whole.strikes)


def test_what_never_strikes_is_silent() -> None:
    env, site = simpy.Environment(), Site("vendor")
    env.process(breaches(env, Breach(per_year=0.0), site, (1, 2), lambda day: True, lambda found: None))
    env.run(until=DAYS)
    assert site.strikes == []
    assert Risks().active == ()
    on = Risks.model_validate({"breach": {"vendor": {}}})
    assert on.active == ("breach",) and on.at("breach", "in_house") is None
    assert on.calm().active == () and on.model_copy(update={"without": ("breach",)}).active == ()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"per_year": -0.1}, "greater than or equal to 0"),
        ({"mean_records": 0.0}, "greater than 0"),
        ({"records_cv": 11.0}, "less than or equal to 10"),
        ({"most_records": 0.0}, "greater than 0"),
        ({"per_record": -1.0}, "greater than or equal to 0"),
        ({"vendor_premium": -0.1}, "greater than or equal to 0"),
        ({"fine_chance": 1.5}, "less than or equal to 1"),
        ({"fine_per_record": float("nan")}, "finite"),
        ({"fine_cap": -1.0}, "greater than or equal to 0"),
        ({"fine_cap_share": 4.0}, "less than or equal to 1"),
        ({"revenue_per_year": -5.0}, "greater than or equal to 0"),
        ({"leave_share": 1.1}, "less than or equal to 1"),
        ({"margin_per_customer": -1.0}, "greater than or equal to 0"),
    ],
)
def test_what_cannot_be_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Breach(**given)
