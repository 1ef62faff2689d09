"""Quality assurance by hand and against its fixed point: errors fall with incidents logged, and leave with people."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.optimize import brentq
from scipy.stats import binom

from orm_sim.core.streams import key
from orm_sim.vendor.assurance import Assurance, Assured, _binomial

AGENTS = 40
PLAN, NO_PLAN = 1.0, 0.0
"""Hours of coaching and quality assurance, an agent and week."""


def lived(hours: float, weeks: int, leaving: int = 0, learned: float = 0.0, seed: int = 3) -> list[float]:
    """Share of contacts done wrong in each week; so many leave and are replaced in every one."""
    assured = Assured(Assurance(), key(seed, 0, "audit"), 30.0, learned)
    assured.week(-1, AGENTS, 0, 0.0)
    assured.learned = learned
    wrong = []
    for week in range(weeks):
        assured.week(week, AGENTS, leaving, hours)
        wrong.append(float(assured.terms.errors(assured.learned)))
    return wrong


def test_a_week_by_hand() -> None:
    """40 agents, an hour, half of it at 6 contacts: 120 heard. A tenth leaves: of 0.5 learned, 0.45 is left."""
    terms = Assurance(error_share=0.05, least_error_share=0.01, incidents_to_learn=10.0)
    assured = Assured(terms, key(1, 0, "audit"), 30.0, 0.0)
    assured.week(0, AGENTS, 0, 0.0)
    assert (assured.audited, assured.logged, assured.learned) == (0, 0, 0.0)
    assured.learned = 0.5
    assured.week(1, AGENTS, 4, 1.0)
    assert assured.audited == 120 and float(terms.errors(0.45)) == pytest.approx(0.01 + 0.04 * 0.55)
    assert assured.learned == pytest.approx(1.0 - 0.55 * np.exp(-assured.logged / 10.0))


@pytest.mark.row("R053")
def test_errors_come_under_one_per_cent_with_the_plan_and_stay_without() -> None:
    """45 % a year leave: about one in three weeks of 40."""
    with_plan = np.mean([lived(PLAN, 130, seed=seed)[104:] for seed in range(20)])
    without = lived(NO_PLAN, 130)
    assert with_plan < 0.01 < 0.03 < min(without)
    assert max(without) == pytest.approx(0.04)


def test_lessons_are_forgotten_with_the_people_who_learned_them() -> None:
    stays, leaves = (np.mean([lived(PLAN, 130, n, seed=s)[104:] for s in range(20)]) for n in (0, 1))
    assert leaves > stays
    assert lived(NO_PLAN, 60, 2, learned=1.0)[-1] == pytest.approx(0.004 + 0.036 * (1.0 - 0.95**60))


def test_the_months_ahead_settle_where_learning_and_forgetting_balance() -> None:
    """Independent: the fixed point of K = K s, then 1 - (1 - K) e^(-a e(K) / n), by root finding."""
    terms = Assurance()
    leaving, audited, stay = 0.9, AGENTS * 3.0, float(np.exp(-0.9 / (365.25 / 7.0)))

    def moved(share: float) -> float:
        kept = share * stay
        wrong = 0.004 + 0.036 * (1.0 - kept)
        return 1.0 - (1.0 - kept) * float(np.exp(-audited * wrong / 40.0)) - share

    expected = brentq(moved, 0.0, 1.0)
    assured = Assured(terms, key(1, 0, "audit"), 30.0, 0.0)
    ahead = assured.ahead(np.full(2, float(AGENTS)), np.array([PLAN, NO_PLAN]), np.full(2, leaving), 48)
    assert ahead[-1] == pytest.approx([expected, 0.0], abs=2e-3)
    assert np.all(np.diff(ahead[:, 0]) > 0.0)


def test_what_is_foreseen_is_what_is_lived_in_the_mean() -> None:
    assured = Assured(Assurance(), key(1, 0, "audit"), 30.0, 0.0)
    ahead = assured.ahead(np.array([float(AGENTS)]), np.array([PLAN]), np.zeros(1), 12)[:, 0]
    found = np.mean([lived(PLAN, 52, seed=seed) for seed in range(60)], axis=0)
    months = [found[int(m * 4.345) : int((m + 1) * 4.345)].mean() for m in range(11)]
    assert Assurance().errors(ahead[:11]) == pytest.approx(np.array(months), abs=0.0015)


def test_unsuitable_sales_are_found_by_those_who_listen() -> None:
    """1.5 contacts of 30 heard are 5 %; the client hears 10 % of the rest: 0.05 + 0.95 x 0.10."""
    assert float(Assurance().found(0.5, 30.0)) == pytest.approx(0.05)
    assert float(Assurance(client_listens_to=0.1).found(0.5, 30.0)) == pytest.approx(0.145)
    assert float(Assurance().found(8.0, 3.0)) == 1.0 and float(Assurance().found(0.0, 30.0)) == 0.0


@pytest.mark.parametrize("n", [1, 7, 120])
def test_errors_found_are_binomial(n: int) -> None:
    """Against scipy's quantile, away from its steps."""
    for u in np.linspace(0.003, 0.997, 101):
        assert _binomial(float(u), n, 0.0413) == binom.ppf(u, n, 0.0413)
    assert _binomial(0.999999, 0, 0.5) == 0 and _binomial(0.9, 5, 0.0) == 0


def test_errors_that_learning_would_add_are_refused() -> None:
    with pytest.raises(ValidationError, match=r"least_error_share 0.05 lies above error_share 0.02"):
        Assurance(error_share=0.02, least_error_share=0.05)


@pytest.mark.parametrize(
    "bad", [{"audits_per_hour": -1.0}, {"incidents_to_learn": 0.0}, {"client_listens_to": 5.0}]
)
def test_figures_outside_their_range_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValidationError, match=next(iter(bad))):
        Assurance.model_validate(bad)
