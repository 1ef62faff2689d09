"""What a clause reads: sites, events, all channels together, and a period that is shut."""

import numpy as np
import pytest

from orm_sim.contract import NOTHING, Contract, settle, total
from orm_sim.contract.period import Period
from orm_sim.core.errors import InputError
from orm_sim.core.loader import build, parse_yaml

FRAME = "title: t\nscope: [inbound, outbound]\nterm_months: 12\npayment: {net_days: 30}\nnotice_days: 30\nclauses:\n"


def contract(*clauses: str) -> Contract:
    return build(Contract, parse_yaml(FRAME + "".join(f"  - {each}\n" for each in clauses), "a.yaml"))


def period(meters: dict[tuple[str, str], float], *, site: str | None = None, closed: bool = False) -> Period:
    return Period(meters, 0, 12, True, 30, 1.0, "clauses[0]", {}, site, closed)


def test_a_site_is_inherited_and_overridden() -> None:
    signed = contract(
        "{clause: all, label: sites, site: cebu, of: ["
        "{clause: per_unit, label: a, channel: inbound, meter: offered, rate: 1},"
        " {clause: per_unit, label: b, site: davao, channel: inbound, meter: offered, rate: 1}]}",
        "{clause: per_unit, label: c, channel: inbound, meter: offered, rate: 1}",
    )
    meters = {
        ("inbound", "offered"): 30.0,
        ("inbound@cebu", "offered"): 10.0,
        ("inbound@davao", "offered"): 20.0,
    }
    items, _ = settle(signed, NOTHING, meters, 0)
    assert {item.label: float(item.amount) for item in items} == {"a": 10.0, "b": 20.0, "c": 30.0}
    assert float(total(items)) == 60.0
    assert "Counted at the site 'davao' alone." in str(signed)
    with pytest.raises(KeyError, match=r"needs the meter inbound@cebu\.offered"):
        settle(signed, NOTHING, {("inbound", "offered"): 30.0}, 0)


def test_index_and_events_belong_to_no_site() -> None:
    here = period({("index", "wages"): 2.0, ("events", "force_majeure"): 1.0}, site="cebu")
    assert float(here.meter("index", "wages")) == 2.0
    assert float(here.event("force_majeure")) == 1.0
    assert float(here.event("client_cause")) == 0.0


def test_without_a_channel_all_that_carry_a_meter_are_added() -> None:
    both = period({("inbound", "vendor_cost"): 5.0, ("outbound", "vendor_cost"): 7.0})
    assert float(both.metered(None, "vendor_cost")) == 12.0
    assert float(both.metered("outbound", "vendor_cost")) == 7.0
    assert float(period({("inbound", "vendor_cost"): 5.0}).metered(None, "vendor_cost")) == 5.0
    with pytest.raises(KeyError, match=r"vendor_cost"):
        period({}).metered(None, "vendor_cost")


def test_a_shut_period_reads_cancellations_of_earlier_sales_alone() -> None:
    meters = {("outbound", "sales_net"): 5.0, ("outbound", "cancelled_lag2"): 3.0, ("index", "wages"): 2.0}
    shut = period(meters, closed=True)
    assert [float(shut.meter(*key)) for key in meters] == [0.0, 3.0, 2.0]


def test_a_percentile_comes_multiplied_by_its_weight() -> None:
    counted = period({("inbound", "wait_p90_s"): 45.0, ("inbound", "offered"): 200.0}).counters(
        "inbound", ("wait_p90_s", "offered", "answered")
    )
    assert {name: float(value) for name, value in counted.items()} == {"wait_p90_s": 9000.0, "offered": 200.0}


def test_a_credit_on_the_percentile_of_a_quarter() -> None:
    signed = contract(
        "{clause: fixed, label: fee, amount: 1000}",
        "{clause: service_credit, label: credit, channel: inbound, fees: [fee], at_risk: 0.5, grace_months: 0,"
        " window: quarter, measures: [{kpi: wait_p90_s, target: 60, credit: {by: point, points: exact, amount: 10}}]}",
    )
    state, credited = NOTHING, np.nan
    for month, (wait, offered) in enumerate([(40.0, 100.0), (70.0, 300.0), (90.0, 100.0)]):
        meters = {("inbound", "wait_p90_s"): wait, ("inbound", "offered"): offered}
        items, state = settle(signed, state, meters, month)
        credited = float(items[-1].amount)
    assert credited == -80.0  # (4,000 + 21,000 + 9,000) / 500 = 68 s, 8 above the target


@pytest.mark.parametrize("name", ["Cebu", "a.b", "a@b", ""])
def test_a_site_that_could_not_stand_in_a_file_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="must be a name of small letters, digits"):
        contract(f"{{clause: fixed, amount: 1, site: '{name}'}}")
