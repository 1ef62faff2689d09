"""Files of several vendors: what is refused, where, and with which hint; the shipped example."""

from pathlib import Path

import pytest

from orm_sim.core.errors import InputError, Problem
from orm_sim.scenario.vendor_meters import checked
from orm_sim.scenario.vendors import load_vendors
from tests.simulation.vendor_files import CENTRE, line, overflow, text, written

SHIPPED = Path(__file__).resolve().parents[2] / "scenarios" / "programmes" / "champion_challenger.yaml"
GOOD = text(north=overflow())
SOLVED = "price: {solve: {hours: 1.0}, for: vendor_margin, value: 0.1}"


def refused(folder: Path, content: str) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as error:
        checked(load_vendors(written(folder, content)))
    return error.value.problems


def rule(words: str) -> str:
    return f"sharing: {{{words}}}\n"


def test_the_shipped_file_and_the_one_tests_are_made_of_pass(tmp_path: Path) -> None:
    assert checked(load_vendors(SHIPPED)).sharing.rule == "champion_challenger"
    programme = checked(load_vendors(written(tmp_path, GOOD)))
    assert [part.share for part in programme.sharing.vendors] == [0.6, 0.4]
    assert programme.over(7).terms.months == 7


def test_centre_and_contract_may_stand_in_files_of_their_own(tmp_path: Path) -> None:
    inline = load_vendors(written(tmp_path, GOOD))
    (tmp_path / "centre.yaml").write_text(CENTRE, encoding="utf-8")
    (tmp_path / "south.yaml").write_text(GOOD[GOOD.rindex("contract:") + 9 :], encoding="utf-8")
    apart = GOOD.replace(CENTRE, " centre.yaml\n")
    apart = apart[: apart.rindex("contract:")] + "contract: south.yaml\n"
    found = load_vendors(written(tmp_path, apart))
    assert (found.centre, found.contracts) == (inline.centre, inline.contracts)


@pytest.mark.parametrize(
    ("content", "path", "said"),
    [
        (GOOD.replace("share: 0.4", "share: 0.3"), "vendors", "the shares sum to 0.9, not to 1"),
        (GOOD.replace("to: south", "to: soth"), "vendors.north.overflow.to", "Did you mean 'south'?"),
        (GOOD.replace("to: south", "to: north"), "vendors.north.overflow.to", "overflows to itself"),
        (GOOD.replace("after_s: 30", "after_s: -1"), "vendors.north.overflow.after_s", "0 or more"),
        (GOOD.replace("rate: 2.35", "rate: solve"), "vendors.north.contract", "solve"),
        (
            GOOD.replace("title: Per hour,", f"title: Per hour, {SOLVED},").replace("rate: 21.0", "rate: solve"),
            "vendors.south.contract",
            "has no rate yet: that of 'hours' is to be solved",
        ),
        (
            GOOD.replace("meter: answered,", "meter: payable_contacts,"),
            "vendors.north.contract",
            "reads 'inbound.payable_contacts', which the centre does not deliver",
        ),
        (
            GOOD.replace("meter: answered,", "meter: answerd,"),
            "vendors.north.contract.clauses[0].meter",
            "Did you mean 'answered'?",
        ),
        (GOOD.replace("within_s: 20", "within_s: 30"), "vendors.north.contract", "answered within 30 s"),
        (GOOD.replace("vendor: south", "vendor: sooth"), "centre.agent_groups[1].vendor", "Did you mean 'south'?"),
        (GOOD.replace("vendor: south, ", ""), "centre.agent_groups[1].vendor", "names no vendor"),
        (GOOD.replace("[south, north]", "[south]"), "vendors.north", "no group of 'north' serves 'moves'"),
        (GOOD.replace("agents: 3", "agents: -3"), "centre.agent_groups[1].agents", ""),
        (GOOD.replace(", price_per_contact: 4.0", ""), "vendors.north.overflow", "nobody pays 'south'"),
        (
            GOOD.replace("meter: productive_hours", "meter: overflow_contacts"),
            "vendors.north.overflow.price_per_contact",
            "is paid twice",
        ),
        (GOOD.replace("months: 2", "months: 13"), "months", "runs beyond the 12 months of the contract of 'north'"),
        (GOOD.replace("months: 2", "months: 0"), "months", "from 1 to 600"),
        (
            GOOD + rule("rule: champion_challenger, measured_by: [{kpi: fcr, weight: 1}], step: 0.1"),
            "sharing.measured_by[0].kpi",
            "needs resolved, unresolved, which the centre does not deliver",
        ),
        (
            GOOD + rule("rule: performance, measured_by: [{kpi: service_level, within_s: 30, weight: 1}]"),
            "sharing.measured_by[0].within_s",
            "answers are counted within 20 s",
        ),
        (
            GOOD + rule("rule: champion_challenger, measured_by: [{kpi: abandonment_rate, weight: 1}]"),
            "sharing",
            "how much (`step`)?",
        ),
        (text(north=line("minimum: 0.7")), "vendors.north", "share 0.6 lies outside its own minimum and maximum"),
        (text(north=line("agents: 1.1") + line("need: {service_level: 0.8}")), "vendors.north", "not both"),
        (GOOD.replace("centre:" + CENTRE, "centre: nowhere.yaml\n"), "centre", ""),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_its_place(tmp_path: Path, content: str, path: str, said: str) -> None:
    assert content != GOOD
    problems = refused(tmp_path, content)
    (found,) = [each for each in problems if each.path.startswith(path)][:1]
    assert said in f"{found.rule}  {found.hint}"
    assert found.place.line is not None
    assert found.place.line > 1 or path == "months"


def test_a_contract_that_divides_the_volume_otherwise_is_refused(tmp_path: Path) -> None:
    def agreed(north: float) -> str:
        parts = f"[{{name: north, share: {north}}}, {{name: south, share: {1.0 - north}}}]"
        sharing = f"sharing: {{this_vendor: south, vendors: {parts}}}"
        return GOOD.replace("title: Per hour,", f"title: Per hour, {sharing},")

    checked(load_vendors(written(tmp_path, agreed(0.6))))
    (found,) = refused(tmp_path, agreed(0.5))
    assert found.path == "vendors.south.contract.sharing"
    assert "divides the volume otherwise" in found.rule


def test_all_problems_arrive_together(tmp_path: Path) -> None:
    content = GOOD.replace("to: south", "to: soth").replace("rate: 21.0", "rate: -1")
    assert len(refused(tmp_path, content.replace("vendor: south", "vendor: sooth"))) >= 3
