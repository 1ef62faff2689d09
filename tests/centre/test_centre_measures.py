"""Measures of a centre: every name with every split, what belongs to which period, and that no contact is lost."""

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orm_sim.centre.centre_checks import centre_of
from orm_sim.centre.centre_file import CentreFile
from orm_sim.centre.skills import kernel, reference
from orm_sim.centre.skills.build import Centre, Run
from orm_sim.centre.skills.measures import BY_GROUP, BY_TYPE, replication_measures
from orm_sim.core.loader import parse_yaml

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


def centre(text: str) -> CentreFile:
    return centre_of(parse_yaml(text, "c.yaml"))


def measures(file: CentreFile, run: Run = kernel.run) -> dict[str, float]:
    return replication_measures(file, Centre.build(file).blocks(1, 0, run))


TYPE_SPLITS = ("", "[type={t}]", "[period={p}]", "[type={t},period={p}]")
GROUP_SPLITS = ("[group={g}]", "[group={g},period={p}]", "[vendor={v}]")


@pytest.mark.row("R142")
def test_every_measure_has_every_split_that_makes_sense() -> None:
    """By type and period all of contacts; by group those of its contacts and its agents' time; each period too."""
    text = BASE.replace("name: english", "name: english\n    vendor: acme")
    file = centre(text)
    found = measures(file)
    names = {"t": "sales", "g": "english", "v": "acme"}
    of_time = ("occupancy", "cost_busy", "cost_idle")
    wanted = {name + split for name in BY_TYPE for split in TYPE_SPLITS}
    wanted |= {name + split for name in BY_GROUP for split in GROUP_SPLITS}
    wanted |= {name + split for name in of_time for split in ("", "[period={p}]")} | {"cost_busy[type={t}]"}
    assert set(found) == {each.format(**names, p=p) for each in wanted for p in range(file.n_periods)}


def test_handle_time_belongs_to_the_period_of_arrival() -> None:
    """Arrivals at 1 and 3599 s of two hours, 30 and 90 s of work: the second is worked on in the second hour.

    So cost_busy, booked when worked, has 31 s in the first hour and 89 s in the second; AHT is 60 s in the first and
    none in the second, and is the same by type, by group and for the whole centre.
    """
    file = centre("""
horizon: {days: 1, opens: "08:00", closes: "10:00"}
period_s: 3600
contact_types:
  - {name: sales, arrivals_s: [1, 3599], handle: {law: given, values_s: [30, 90]}, groups: [english]}
agent_groups:
  - {name: english, agents: 1, cost_per_hour: 3600}
""")
    found = measures(file)
    for split in ("", "[type=sales]", "[group=english]"):
        assert found[f"aht_s{split}"] == 60
    for split in ("[period={}]", "[type=sales,period={}]", "[group=english,period={}]"):
        assert found["aht_s" + split.format(0)] == 60 and math.isnan(found["aht_s" + split.format(1)])
    for split in ("[period={}]", "[group=english,period={}]"):
        assert [found["cost_busy" + split.format(p)] for p in (0, 1)] == pytest.approx([31, 89])
        assert [found["cost_idle" + split.format(p)] for p in (0, 1)] == pytest.approx([3569, 3511])
    assert found["cost_busy[type=sales]"] == pytest.approx(120)


def test_handle_time_over_midnight_belongs_to_the_period_before() -> None:
    """A centre that never closes: 40 s of work for who comes 10 s before midnight are AHT of the day's last period,
    on the next day too; on the last, 10 s were worked until the horizon ended."""
    file = centre("""
horizon: {days: 3}
period_s: 43200
contact_types:
  - {name: sales, arrivals_s: [5, 86390], handle: {law: constant, value_s: 40}, groups: [english]}
agent_groups:
  - {name: english, agents: 2}
""")
    found = measures(file)
    assert found["aht_s[type=sales,period=0]"] == found["aht_s[period=0]"] == 40
    assert found["aht_s[type=sales,period=1]"] == pytest.approx((40 + 40 + 10) / 3)
    assert found["answered"] == 6 and found["undecided"] == 0


def test_who_waits_at_the_last_midnight_is_undecided() -> None:
    """One agent, 60 s of work, arrivals 90, 70 and 20 s before the end: the second waits for 40 s and is
    worked on for 30; the third waits for 20 s and is not answered before the horizon ends."""
    file = centre("""
horizon: {days: 1}
period_s: 43200
contact_types:
  - {name: sales, arrivals_s: [86310, 86330, 86380], handle: {law: constant, value_s: 60}, groups: [english]}
agent_groups:
  - {name: english, agents: 1}
""")
    for run in (kernel.run, reference.run):
        found = measures(file, run)
        assert (found["offered"], found["answered"], found["undecided"]) == (3, 2, 1)
        assert found["undecided[type=sales,period=1]"] == 1 and found["undecided[period=0]"] == 0
        assert found["sum_wait_s"] == 40 + 20 and found["mean_wait_s"] == 20 and found["asa_s"] == 20
        assert found["aht_s"] == (60 + 30) / 2


@pytest.mark.parametrize("engine_run", [kernel.run, reference.run], ids=["kernel", "reference"])
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 10_000),
    agents=st.integers(0, 3),
    closes=st.sampled_from(["24:00", "04:00"]),
    at_close=st.sampled_from(["serve_queue", "clear_queue"]),
    more=st.sampled_from(["", "    voicemail_after_s: 90\n", "    balk_probability: 0.3\n"]),
)
def test_offered_is_answered_abandoned_cleared_voicemail_and_undecided(
    engine_run: Run, seed: int, agents: int, closes: str, at_close: str, more: str
) -> None:
    """With every split, whether the centre closes or is cut off; contacts never closed in on are not lost."""
    at = f", at_close: {at_close}" if closes != "24:00" else ""
    text = BASE.replace('opens: "08:00", closes: "12:00"', f'opens: "00:00", closes: "{closes}"{at}')
    text = (
        text.replace("[30, 60, 0, 30]", "40")
        .replace("[2, 3, 1, 2]", str(agents))
        .replace("days: 2", "days: 1")
    )
    text = text.replace("    groups: [english]", more + "    groups: [english]")
    file = centre(text)
    found = replication_measures(file, Centre.build(file).blocks(seed, 0, engine_run))
    for split in ("", "[type=sales]", *(f"[period={p}]" for p in range(file.n_periods))):
        ends = sum(
            found[name + split] for name in ("answered", "abandoned", "cleared", "voicemail", "undecided")
        )
        lost = found["balked" + split] + found["blocked" + split]
        assert found["offered" + split] == ends == found["arrived" + split] - lost
    if closes != "24:00":
        assert found["undecided"] == 0
