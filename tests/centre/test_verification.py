"""The certificate: it passes, it fails when something is wrong, and the command says so."""

import json
import math
from collections.abc import Callable

import numpy as np
import pytest
from click.testing import CliRunner

from orm_sim.centre import kernel, theory_checks
from orm_sim.centre.certificate import Certificate, close, estimated, near
from orm_sim.centre.chains import SmallCentre, lost_from_empty, solve
from orm_sim.centre.erlang import erlang_a, erlang_b
from orm_sim.centre.path_checks import accounts, same_decisions, same_path
from orm_sim.centre.plan import DayPlan
from orm_sim.centre.skill_checks import DESIGNS
from orm_sim.centre.theory_checks import closed_forms, coverage, one_agent, spread, steady_state
from orm_sim.centre.verification import PARTS, verify
from orm_sim.cli import main


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_every_part_passes(part: Callable[[int], list[object]]) -> None:
    certificate = Certificate(tuple(part(2026)), 0.0)  # type: ignore[arg-type]
    assert certificate.holds, "\n".join(certificate.lines())


def test_a_check_knows_when_it_fails() -> None:
    assert near("", "", 1.0, 1.1, 0.2).holds
    assert not near("", "", 1.0, 1.3, 0.2).holds
    assert not near("", "", 1.0, math.nan, 0.2).holds
    assert not close("", "", 1.0, 1.0 + 1e-6).holds
    assert estimated("", "", 1.0, 1.002, 0.001).holds
    assert not estimated("", "", 1.0, 1.004, 0.001).holds
    assert not estimated("", "", 1.0, 1.0, 0.01).holds, "an error too large to mean something"
    assert not Certificate((), 0.0).holds


def test_a_kernel_that_answers_a_second_late_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every contact is handled for a second longer than it should be."""
    real = kernel.run

    def late(plan: DayPlan) -> object:
        return real(
            DayPlan(
                arrival_s=plan.arrival_s, handle_s=plan.handle_s + 1.0, patience_s=plan.patience_s,
                staffed=plan.staffed, threshold_s=plan.threshold_s, interval_s=plan.interval_s, end_s=plan.end_s,
                ref=plan.ref, carry=plan.carry,
            )
        )  # fmt: skip

    monkeypatch.setattr(kernel, "run", late)
    for part in (steady_state, one_agent, accounts, spread, coverage, same_path):
        assert not all(check.holds for check in part(2026)), part.__name__


def test_a_wrong_formula_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(theory_checks, "erlang_b", lambda load, agents: erlang_b(load, agents) * (1 + 1e-8))
    assert not all(check.holds for check in closed_forms(2026))


def test_engines_that_lose_a_contact_are_unlike(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = DayPlan(
        arrival_s=np.array([1.0, 2.0]), handle_s=np.array([5.0, 5.0]), patience_s=np.array([9.0, 9.0]),
        staffed=np.array([1]), threshold_s=20.0, interval_s=60.0, end_s=60.0,
    )  # fmt: skip
    assert all(check.holds for check in same_decisions("", "", plan))
    shorter = DayPlan(
        arrival_s=plan.arrival_s[:1], handle_s=plan.handle_s[:1], patience_s=plan.patience_s[:1],
        staffed=plan.staffed, threshold_s=20.0, interval_s=60.0, end_s=60.0,
    )  # fmt: skip
    outcome = kernel.run(shorter)
    monkeypatch.setattr(kernel, "run", lambda plan: outcome)
    assert not all(check.holds for check in same_decisions("", "", plan))


def test_a_chain_of_one_type_and_group_is_erlang_a() -> None:
    chain = solve(SmallCentre((5 / 60,), ((60.0,),), (60.0,), (3,), ((0,),), ((0,),), 60))
    exact = erlang_a(5 / 60, 60.0, 60.0, 3, 20.0)
    assert chain.delay_probability[0] == pytest.approx(exact.wait_probability, rel=1e-9)
    assert chain.abandonment_rate[0] == pytest.approx(exact.abandonment_rate, rel=1e-9)
    assert chain.mean_wait_s[0] == pytest.approx(exact.mean_wait_s, rel=1e-9)
    assert chain.occupancy[0] == pytest.approx(exact.occupancy, rel=1e-9)


@pytest.mark.parametrize("name", DESIGNS)
def test_chains_keep_their_accounts(name: str) -> None:
    """What is not lost keeps agents busy; where handle times depend on the group, only types of one group tell."""
    design = DESIGNS[name]
    found = solve(design)
    longer = solve(
        SmallCentre(
            design.rate_per_s, design.handle_s, design.patience_s, design.agents, design.preference, design.order,
            design.longest_line + 6,
        )
    )  # fmt: skip
    assert longer.abandonment_rate == pytest.approx(found.abandonment_rate, rel=1e-9)
    assert found.mean_wait_s == pytest.approx(found.abandonment_rate * np.array(design.patience_s), rel=1e-9)


def test_loss_from_empty_settles_to_erlang_a() -> None:
    """Over a second stretch of the same length, the loss is that of the steady state."""
    early, late = (lost_from_empty(5 / 60, 60.0, 60.0, 4, until, 60) for until in (3600.0, 7200.0))
    steady = erlang_a(5 / 60, 60.0, 60.0, 4, 20.0).abandonment_rate * 5 / 60 * 3600.0
    assert late - early == pytest.approx(steady, rel=1e-6)
    assert early < steady


def test_command_prints_a_certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orm_sim.cli.verify.verify", lambda *_, **__: verify(parts=(closed_forms, accounts)))
    text = CliRunner().invoke(main, ["verify"])
    assert text.exit_code == 0
    assert "Erlang B" in text.output
    assert "none failed" in text.output
    found = json.loads(CliRunner().invoke(main, ["verify", "--json"]).output)
    assert found["passed"] is True
    assert {"name", "expected", "got", "tolerance", "standard_error", "passed"} <= set(found["checks"][0])


def test_command_fails_where_a_check_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = Certificate((near("a", "b", 1.0, 2.0, 0.1),), 0.0)
    monkeypatch.setattr("orm_sim.cli.verify.verify", lambda *_, **__: wrong)
    found = CliRunner().invoke(main, ["verify"])
    assert found.exit_code == 1
    assert "FAILED" in found.output
