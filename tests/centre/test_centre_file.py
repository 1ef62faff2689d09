"""A centre's file: what it becomes for the engines, what its measures count, and how slips in it are told."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from orm_sim.centre.centre_checks import centre_of, load_centre
from orm_sim.centre.centre_file import CentreFile
from orm_sim.centre.replicate import Figure, Replications, parse_name, replicate
from orm_sim.centre.skills import reference
from orm_sim.centre.skills.build import Centre
from orm_sim.centre.skills.measures import BY_GROUP, BY_TYPE, MEASURES, replication_measures
from orm_sim.centre.skills.outcome import Outcome
from orm_sim.centre.skills.plan import Block
from orm_sim.core.errors import InputError
from orm_sim.core.loader import parse_yaml

SHIPPED = Path(__file__).resolve().parents[2] / "scenarios" / "centres"

BASE = """
horizon: {days: 2, opens: "08:00", closes: "12:00"}
period_s: 3600
contact_types:
  - name: sales
    rate_per_hour: [30, 60, 0, 30]
    patience: {law: exponential, mean_s: 100}
    handle: {law: exponential, mean_s: 120}
    groups: [english]
agent_groups:
  - name: english
    agents: [2, 3, 1, 2]
"""


def centre(text: str = BASE) -> CentreFile:
    return centre_of(parse_yaml(text, "c.yaml"))


def days(file: CentreFile, seed: int = 1, replication: int = 0) -> list[tuple[Block, Outcome]]:
    return list(Centre.build(file).blocks(seed, replication, reference.run))


def refusal(text: str) -> str:
    with pytest.raises(InputError) as caught:
        centre(text)
    return str(caught.value)


def test_the_worked_example_by_hand() -> None:
    """One agent, 30 s of work, arrivals at 7, 14 and 21; patience 5, 100 and 100 s; the second is served at 37."""
    file = centre("""
horizon: {days: 1, opens: "08:00", closes: "09:00"}
period_s: 3600
contact_types:
  - name: sales
    arrivals_s: [7, 14, 21]
    patience: {law: given, values_s: [5, 100, 10]}
    handle: {law: constant, value_s: 30}
    threshold_s: 25
    groups: [english]
agent_groups:
  - {name: english, changes: [{at_s: 0, agents: 1}], cost_per_hour: 36}
""")
    found = replication_measures(file, days(file))
    expected = {
        "arrived": 3, "offered": 3, "answered": 2, "answered_within": 2, "abandoned": 1, "sum_wait_s": 33,
        "asa_s": 11.5, "mean_wait_s": 11, "service_level": 2 / 3, "abandonment_rate": 1 / 3, "delay_probability": 2 / 3,
        "aht_s": 30, "occupancy": 60 / 3600, "cost_busy": 0.6, "cost_idle": 35.4, "redials": 0,
    }  # fmt: skip
    assert {name: found[name] for name in expected} == pytest.approx(expected)
    assert found["answered[type=sales,period=0]"] == 2 and found["occupancy[group=english]"] == pytest.approx(
        1 / 60
    )


def test_arrivals_follow_the_rates() -> None:
    """Counts by period over 400 days: Poisson, so mean and variance are the rate; each within 4 standard errors."""
    file = centre(BASE.replace("days: 2", "days: 400"))
    maker = Centre.build(file)
    counts = []

    def look(block: Block) -> Outcome:
        counts.append(np.bincount((block.arrival_s // 3600).astype(int), minlength=4))
        assert np.all(np.diff(block.arrival_s) >= 0.0) and np.all(block.arrival_s < 4 * 3600)
        return idle(block)

    list(maker.blocks(1, 0, look))
    table = np.array(counts)
    rates = np.array([30.0, 60.0, 0.0, 30.0])
    assert np.all(np.abs(table.mean(axis=0) - rates) <= 4 * np.sqrt(rates / 400))
    assert np.all(np.abs(table.var(axis=0) - rates) <= 4 * rates * math.sqrt(2 / 400) + 1.0)


def idle(block: Block) -> Outcome:
    """What an engine gives back for a day on which nothing happens."""
    nothing = {"arrival_s": np.empty(0), "type": np.empty(0, np.int64), "ref": np.empty(0, np.int64)}
    empty = Block(
        layout=block.layout, **nothing, patience_s=np.empty(0), work_s=block.work_s[:0], change_at_s=np.empty(0),
        change_group=np.empty(0, np.int64), change_to=np.empty(0, np.int64), carry=block.carry,
        period_s=block.period_s, n_periods=block.n_periods, closes_s=block.closes_s, end_s=block.end_s,
    )  # fmt: skip
    return reference.run(empty)


def test_busyness_is_one_factor_a_day() -> None:
    """Variance of a day's count is mean + mean² / shape; 1,000 days give it to about 5 %."""
    file = centre(BASE.replace("days: 2", "days: 1000") + "busyness: {law: gamma, shape: 10}\n")
    sizes = []

    def look(block: Block) -> Outcome:
        sizes.append(block.arrival_s.size)
        return idle(block)

    list(Centre.build(file).blocks(3, 0, look))
    assert np.mean(sizes) == pytest.approx(120.0, abs=4 * math.sqrt((120 + 1440) / 1000))
    assert np.var(sizes) == pytest.approx(120 + 1440, rel=0.2)


def test_draws_of_a_type_do_not_depend_on_its_neighbours() -> None:
    more = BASE.replace(
        "agent_groups:",
        "  - {name: service, rate_per_hour: 5, handle: {law: constant, value_s: 60}, groups: [english]}\nagent_groups:",
    )  # fmt: skip
    alone, beside = days(centre())[0][0], days(centre(more))[0][0]
    ours = beside.type == 0
    np.testing.assert_array_equal(beside.arrival_s[ours], alone.arrival_s)
    np.testing.assert_array_equal(beside.patience_s[ours], alone.patience_s)
    np.testing.assert_array_equal(beside.work_s[ours], alone.work_s)


def test_given_values_go_on_over_days_in_order_of_arrival() -> None:
    text = BASE.replace("rate_per_hour: [30, 60, 0, 30]", "arrivals_s: [1, 2, 3]").replace(
        "handle: {law: exponential, mean_s: 120}", "handle: {law: given, values_s: [10, 20, 30, 40]}"
    )
    first, second = (block.work_s[:, 0].tolist() for block, _ in days(centre(text)))
    assert (first, second) == ([10, 20, 30], [40, 10, 20])


def test_staffing_by_period_by_change_and_by_day() -> None:
    (block, _), _ = days(centre())
    assert list(zip(block.change_at_s, block.change_to, strict=True)) == [
        (0, 2), (3600, 3), (7200, 1), (10800, 2),
    ]  # fmt: skip
    text = BASE.replace("agents: [2, 3, 1, 2]", "agents: [2, 2, 2, 2, 0, 1, 1, 0]")
    assert [block.change_to.tolist() for block, _ in days(centre(text))] == [[2], [1, 0]]
    text = BASE.replace(
        "agents: [2, 3, 1, 2]", "changes: [{at_s: 60, agents: 1}, {at_s: 90, agents: 4, day: 1}]"
    )
    assert [block.change_to.tolist() for block, _ in days(centre(text))] == [[1], [1, 4]]


def test_shrinkage_makes_good_what_it_rounds() -> None:
    text = BASE.replace("agents: [2, 3, 1, 2]", "agents: 3\n    shrinkage: 0.25").replace(
        "days: 2", "days: 1"
    )
    (block, _), = days(centre(text))  # 2.25 agents: 2, 2.5 -> 3, 1.75 -> 2, 2  # fmt: skip
    staffed = np.zeros(4)
    for at_s, agents in zip(block.change_at_s, block.change_to, strict=True):
        staffed[int(at_s // 3600) :] = agents
    assert staffed.sum() == 9.0 and set(staffed) == {2.0, 3.0}


def test_presence_is_binomial_and_lasts_the_day() -> None:
    text = BASE.replace("agents: [2, 3, 1, 2]", "agents: 50\n    presence: 0.9").replace(
        "days: 2", "days: 600"
    )
    found = []

    def look(block: Block) -> Outcome:
        assert block.change_to.size <= 1
        found.extend(block.change_to.tolist())
        return idle(block)

    list(Centre.build(centre(text)).blocks(1, 0, look))
    assert np.mean(found) == pytest.approx(45.0, abs=4 * math.sqrt(4.5 / 600))
    assert np.var(found) == pytest.approx(4.5, rel=4 * math.sqrt(2 / 600))


def test_an_unbroken_centre_carries_over_midnight_and_counts_all() -> None:
    text = BASE.replace('opens: "08:00", closes: "12:00"', 'opens: "00:00", closes: "24:00"')
    text = text.replace("[30, 60, 0, 30]", "300").replace("[2, 3, 1, 2]", "3")
    file = centre(text)
    blocks = days(file)
    assert [block.end_s for block, _ in blocks] == [86_400.0, 86_400.0]
    assert blocks[1][0].carry is blocks[0][1].carry and blocks[1][0].change_at_s.size == 0
    found = replication_measures(file, blocks)
    left = blocks[-1][1].carry.waiting_ref.size
    assert found["arrived"] == sum(block.arrival_s.size for block, _ in blocks)
    assert left > 0, "somebody waits at the end"
    assert found["undecided"] == left
    assert found["arrived"] == found["answered"] + found["abandoned"] + left
    assert found["aht_s"] * found["answered"] == pytest.approx(found["occupancy"] * 3 * 2 * 86_400)
    assert found["aht_s[type=sales]"] == pytest.approx(found["aht_s"])


def test_an_outage_over_midnight_goes_on_in_the_next_block() -> None:
    text = BASE.replace('opens: "08:00", closes: "12:00"', 'opens: "00:00", closes: "24:00"')
    text = text.replace("[30, 60, 0, 30]", "30").replace("[2, 3, 1, 2]", "2")
    text += "outages: [{at_s: 82800, until_s: 90000, day: 0, drops_contacts: true}]\n"
    first, second = (block for block, _ in days(centre(text)))
    assert (first.outage_at_s.tolist(), first.outage_until_s.tolist()) == ([82_800], [90_000])
    assert (second.outage_at_s.tolist(), second.outage_until_s.tolist()) == ([-3600], [3600])


def test_returns_come_on_the_day_they_fall_on() -> None:
    """Everybody comes back 26 hours later: at 10 o'clock or before on the next day, when the centre is open; those who
    would come after it closes come on no later day."""
    text = BASE.replace(
        "groups: [english]",
        "returns: {resolved: 0, probability: 1, delay: {law: constant, value_s: 93600}}\n    groups: [english]",
    )
    (_, first), (second, last) = days(centre(text))
    ended = np.sort(first.done_end_s)
    due = np.sort(second.carry.pending_due_s)
    within = ended + 7200.0 < 4 * 3600.0
    np.testing.assert_allclose(np.sort(ended[within] + 7200.0), due[: within.sum()])
    came = (last.ref >> 31) & 255 > 0
    assert came.sum() == within.sum() > 50


def test_what_falls_due_while_closed_comes_within_the_next_day() -> None:
    text = BASE.replace(
        "groups: [english]",
        "returns: {resolved: 0, probability: 1, delay: {law: constant, value_s: 28800}}\n    groups: [english]",
    )
    (_, first), (second, last) = days(centre(text))
    due = second.carry.pending_due_s
    assert due.size == first.done_ref.size and np.all((due >= 0.0) & (due < 4 * 3600.0))
    assert not np.any((due > 7200.0) & (due < 10_800.0))  # no rate in the third hour
    assert ((last.ref >> 31) & 255 > 0).sum() == due.size


def test_nobody_all_day_is_an_honest_result() -> None:
    file = centre(BASE.replace("agents: [2, 3, 1, 2]", "agents: 0"))
    found = replication_measures(file, days(file))
    assert found["answered"] == 0 and found["abandoned"] + found["cleared"] == found["arrived"] > 100
    assert found["service_level"] == 0.0 and math.isnan(found["asa_s"]) and math.isnan(found["occupancy"])


def test_splits_add_up() -> None:
    file = load_centre(SHIPPED / "two_skills.yaml")
    found = replication_measures(file, days(file))
    for name in BY_TYPE[:11]:
        by_type = [found[f"{name}[type={kind.name}]"] for kind in file.contact_types]
        by_period = [found[f"{name}[period={p}]"] for p in range(file.n_periods)]
        both = [found[f"{name}[type={k.name},period={p}]"] for k in file.contact_types for p in range(9)]
        assert found[name] == sum(by_type) == sum(by_period) == sum(both)
    groups = [group.name for group in file.agent_groups]
    for name in ("answered", "answered_within", "cost_busy", "cost_idle"):
        assert found[name] == pytest.approx(sum(found[f"{name}[group={g}]"] for g in groups))
        both = [found[f"{name}[group={g},period={p}]"] for g in groups for p in range(9)]
        assert found[name] == pytest.approx(sum(both))
    for name in ("cost_busy", "cost_idle"):
        assert found[name] == pytest.approx(sum(found[f"{name}[period={p}]"] for p in range(9)))
    assert found["cost_busy"] == pytest.approx(
        sum(found[f"cost_busy[type={kind.name}]"] for kind in file.contact_types)
    )
    ends = ("answered", "abandoned", "balked", "blocked", "cleared", "voicemail")
    assert found["arrived"] == sum(found[name] for name in ends)
    assert {parse_name(name)[0] for name in found} == set(MEASURES) and set(BY_GROUP) <= set(MEASURES)


def test_figures_by_hand() -> None:
    """Values 1, 2, 3: mean 2, sd 1, half width 4.30265 / √3; a value that is missing is left out."""
    nan = math.nan
    figures = Replications(
        ("a", "b", "c"), np.array([[1.0, nan, nan], [2.0, 5.0, nan], [3.0, nan, nan]])
    ).figures()
    assert figures["a"].mean == 2.0 and figures["a"].sd == pytest.approx(1.0)
    assert figures["a"].half_width == pytest.approx(4.302652729911275 / math.sqrt(3))
    assert figures["b"] == Figure(5.0, None, None) and figures["c"] == Figure(None, None, None)


def test_some_given_handle_times_may_be_nothing() -> None:
    """Records have contacts that ended as they began: of 0, 5, 0, 5 s at 0, 0, 1, 1 s one agent makes 10 s of work."""
    text = BASE.replace("rate_per_hour: [30, 60, 0, 30]", "arrivals_s: [0, 0, 1, 1]")
    text = text.replace("handle: {law: exponential, mean_s: 120}", "handle: {law: given, values_s: [0, 5]}")
    file = centre(text.replace("days: 2", "days: 1").replace("agents: [2, 3, 1, 2]", "agents: 1"))
    for engine_name in ("kernel", "reference"):
        (found,) = replicate(file, engine_name=engine_name, replications=1, seed=1, workers=1).values.tolist()
        told = dict(zip(MEASURES, found, strict=False))
        assert (told["answered"], told["sum_wait_s"], told["aht_s"]) == (4.0, 8.0, 2.5)


def test_what_is_always_the_same_has_no_spread() -> None:
    """The mean of twenty thirds is not a third in floating point; its spread is none all the same."""
    figures = Replications(("a", "b"), np.column_stack([np.full(20, 1 / 3), np.full(20, math.nan)])).figures()
    assert figures["a"] == Figure(1 / 3, 0.0, 0.0) and figures["b"] == Figure(None)


@pytest.mark.parametrize("name", sorted(each.name for each in SHIPPED.glob("*.yaml")))
def test_shipped_centres_are_the_same_for_every_number_of_workers(name: str) -> None:
    text = (SHIPPED / name).read_text(encoding="utf-8")
    for n in (5, 7, 20):
        text = text.replace(f"days: {n}", "days: 3")
    file = centre(text)
    one, two = (
        replicate(file, engine_name="kernel", replications=2, seed=4, workers=workers) for workers in (1, 2)
    )
    assert one.names == two.names
    np.testing.assert_array_equal(one.values, two.values)
    assert not np.array_equal(one.values[0], one.values[1])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("period_s: 3600", "perod_s: 3600", "c.yaml:3  perod_s\n    unknown key.  Did you mean 'period_s'?"),
        ("[english]", "[englsh]", "contact_types[0].groups[0] = englsh\n    no agent group has this name"),
        ("[english]", "[english, english]", "contact_types[0].groups[1] = english\n    is listed twice"),
        ("[30, 60, 0, 30]", "[30, 60]",
         "one value for each of the 4 periods of a day, or 8 for the whole horizon; it has 2"),
        ("agents: [2, 3, 1, 2]", "agents: [2, 3]", "agent_groups[0].agents = [2, 3]\n    must have one value"),
        ("agents: [2, 3, 1, 2]", "agents: -1", "must be a whole number, 0 or more"),
        ("mean_s: 120", "mean_s: 0", "contact_types[0].handle.mean_s = 0\n    must be a finite number, more than 0"),
        ("{law: exponential, mean_s: 120}", "{law: empirical, values_s: [0, 0]}",
         "contact_types[0].handle.values_s = [0.0, 0.0]\n    a handle time must be more than 0 s"),
        ("mean_s: 120", "mean_s: .nan", "contact_types[0].handle.mean_s = .nan\n    must be a finite number"),
        ("handle: {law: exponential", "handle: {law: exponentiel",
         "there is no such law.  Did you mean 'exponential'?"),
        ("law: exponential, mean_s: 100}", "law: constant, value_s: 9}\n    threshold_s: 10",
         "contact_types[0].threshold_s = 10.0\n    lies above the longest patience, 9 s"),
        ("groups: [english]", "groups: {choose: by_idle, from: [english]}",
         "must be one of 'by_order', 'by_free_agents'"),
        ("handle: {law: exponential, mean_s: 120}", "handle: {englis: {law: exponential, mean_s: 120}}",
         "an entry for group english is missing"),
        ("period_s: 3600", "period_s: 3000", "must divide the 14400 s from 08:00 to 12:00 into whole periods"),
        ('opens: "08:00"', 'opens: "8:00"', "must be a time of day from 00:00 to 24:00"),
        ("agents: [2, 3, 1, 2]", "agents: 2\n    changes: [{at_s: 0, agents: 1}]", "either agents or changes"),
        ("rate_per_hour: [30, 60, 0, 30]", "arrivals_s: [5, 20000]", "must lie before closing, 14400 s after opening"),
        ("agents: [2, 3, 1, 2]", "agents: 2\n    takes: {by: priority, order: [sale]}", "Did you mean 'sales'?"),
        ("agents: [2, 3, 1, 2]", "agents: 2\n  - {name: french, agents: 1}", "no contact type lists group 'french'"),
        ("agents: [2, 3, 1, 2]", "agents: 2\n  - {name: english, agents: 1}", "the name is taken by agent_groups[0]"),
        ("name: sales", "name: a=b", "contact_types[0].name"),
    ],
)  # fmt: skip
def test_slips_are_told(old: str, new: str, said: str) -> None:
    assert old in BASE
    assert said in refusal(BASE.replace(old, new))


def test_every_slip_is_told_at_once() -> None:
    text = BASE.replace("[english]", "[englsh]").replace("mean_s: 120", "mean_s: -1")
    text = text.replace("[2, 3, 1, 2]", "[2, 3]").replace("days: 2", "days: 0")
    said = refusal(text)
    for path in ("groups[0] = englsh", "handle.mean_s = -1", "horizon.days = 0"):
        assert path in said
    assert "4 problems" in refusal(
        text.replace("days: 0", "days: 1").replace("name: english", "name: english\n    cost: 3")
    )


def test_json_and_flow_style_are_read() -> None:
    flow: dict[str, Any] = {
        "horizon": {"days": 1, "opens": "08:00", "closes": "09:00"}, "period_s": 3600,
        "contact_types": [
            {"name": "a", "rate_per_hour": 3, "handle": {"law": "constant", "value_s": 9}, "groups": ["g"]}
        ],
        "agent_groups": [{"name": "g", "agents": 1}],
    }  # fmt: skip
    import json

    assert centre(json.dumps(flow)) == centre(json.dumps(flow, indent=2))
