"""Agents: the spread between them net of chance, staffing derived from what they did, and how much of it is there."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from orm_sim.calibrate.agents import agent_table, fit_agent_spread
from orm_sim.calibrate.availability import fit_availability
from orm_sim.calibrate.contacts import read_contacts
from orm_sim.calibrate.handle_time import fit_handle_times
from orm_sim.calibrate.mapping import ContactMapping, load_mapping
from orm_sim.calibrate.patience import fit_patience
from orm_sim.calibrate.replay import arrived, draw, laws_of, observed, replay, service_figures
from orm_sim.calibrate.staffing import derive_staffing, whole_agents
from tests.calibrate import synthetic

MAPPINGS = Path(__file__).resolve().parents[2] / "scenarios" / "mappings"


def test_known_spread_comes_back() -> None:
    told = [
        fit_agent_spread(agent_table(synthetic.contacts(seed, 28, 700.0, 30), 10.0, 3600.0))
        for seed in range(6)
    ]
    values = np.array([each.value for each in told])
    assert values.mean() == pytest.approx(synthetic.SPREAD, rel=0.15)
    assert np.mean([each.se for each in told]) == pytest.approx(synthetic.SPREAD / 60**0.5, rel=0.5)


def test_agents_alike_have_no_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synthetic, "SPREAD", 0.0)
    told = fit_agent_spread(agent_table(synthetic.contacts(1, 28, 700.0, 30), 10.0, 3600.0))
    assert told.value < 0.03


def test_staffing_of_two_sessions() -> None:
    """One agent: two contacts 20 minutes apart are one session, a third after an hour another."""
    data = synthetic.contacts(1, n_days=21, level=50.0, n_agents=1)
    at = np.array([0.0, 1500.0, 6000.0])
    for name, value in {
        "at_s": at,
        "wait_s": np.array([0.0, 0.0, 60.0]),
        "handle_s": np.array([300.0, 900.0, 120.0]),
        "answered": np.ones(3, bool),
        "agent": np.zeros(3, np.int64),
    }.items():
        object.__setattr__(data, name, value)
    staffed = derive_staffing(data, 2700.0, 1800)
    assert staffed[:4] == pytest.approx([1.0, 600 / 1800, 0.0, 120 / 1800])
    assert staffed[4:].sum() == 0


def test_whole_agents_lose_none() -> None:
    staffed = np.random.default_rng(1).uniform(0, 9, 500)
    whole = whole_agents(staffed)
    assert np.abs(np.cumsum(whole) - np.cumsum(staffed)).max() <= 0.5 + 1e-9
    assert (np.abs(whole - staffed) < 1).all()


@pytest.mark.parametrize("at_desk", [0.8, 0.65])
def test_known_availability_comes_back(at_desk: float) -> None:
    """Agents who sit at their desk a known share of the time; nothing of the kernel made these records."""
    data, true = synthetic.centre(1, at_desk)
    handle, patience = fit_handle_times(data, 1.0, 1e5), fit_patience(data, (30.0, 120.0))
    laws = laws_of(data.types, handle, 0.0, 1.0, patience.pieces)
    staffed = derive_staffing(data, 2700.0, 1800)
    contacts = arrived(data, np.ones(len(data.at_s)), staffed, 1800)
    told = fit_availability(contacts, observed(data), data.week, laws, 20.0)
    assert told.inside
    on_duty = 14 * 8 * 3600 * data.n_days
    present = staffed.sum() * 1800 / on_duty  # the derived staffing misses idle ends of duty
    assert told.factor.value * present == pytest.approx(true, abs=0.03)
    waits = replay(contacts, draw(contacts, laws, 9), told.factor.value, 20.0)
    everyone = np.ones(len(data.at_s), bool)
    lost, _, asa = service_figures(waits, everyone, 20.0)
    seen, _, seen_asa = service_figures(observed(data), everyone, 20.0)
    assert lost == pytest.approx(seen, abs=0.015)
    assert asa == pytest.approx(seen_asa, rel=0.25)


def test_availability_that_does_not_exist() -> None:
    """Staffing of which even twice as much would lose more than the records say: no factor is made up."""
    data, _ = synthetic.centre(2, 0.8, n_days=7)
    laws = laws_of(data.types, fit_handle_times(data, 1.0, 1e5), 0.0, 1.0, fit_patience(data, (30.0,)).pieces)
    staffed = derive_staffing(data, 2700.0, 1800) / 10
    contacts = arrived(data, np.ones(len(data.at_s)), staffed, 1800)
    told = fit_availability(contacts, observed(data), data.week, laws, 20.0)
    assert not told.inside


def test_derived_staffing_is_the_published_one(shared_data: Path) -> None:
    """The half-hours published with the calls hold agents derived in the same way: nearly the same numbers."""
    path = MAPPINGS / "anonymous_bank_calls.yaml"
    mapping = load_mapping(path)
    assert isinstance(mapping, ContactMapping)
    contacts, _ = read_contacts(shared_data / "ab_calls_1999_jan_jul.csv.gz", mapping, path)
    ours = derive_staffing(contacts, mapping.session_gap_s, 1800)
    published = pd.read_csv(shared_data / "ab_intervals_30min_jan_jul.csv.gz", parse_dates=["slot_start"])
    slot = ((published["slot_start"] - pd.Timestamp(contacts.first_day)).dt.total_seconds() // 1800).astype(
        int
    )
    theirs = np.zeros(len(ours))
    theirs[slot] = published["agents_signed_on"]
    assert np.abs(ours - theirs).mean() < 0.005
    assert ours.sum() == pytest.approx(theirs.sum(), rel=0.001)
