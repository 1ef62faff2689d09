"""A centre's file in closed form: a single pool is answered as the kernel answers it, the rest is refused."""

from typing import Any

import numpy as np
import pytest

from orm_sim.centre.centre_checks import centre_of
from orm_sim.centre.erlang import erlang_a
from orm_sim.centre.skills import kernel
from orm_sim.centre.skills.build import Centre
from orm_sim.centre.skills.measures import MEASURES, replication_measures
from orm_sim.centre.stationary_centre import answer
from orm_sim.core.document import Document
from orm_sim.core.errors import InputError

POOL: dict[str, Any] = {
    "horizon": {"days": 2, "opens": "08:00", "closes": "16:00"},
    "period_s": 1800,
    "contact_types": [
        {
            "name": "sales",
            "rate_per_hour": [100, 150, 200, 250, 300, 300, 250, 200, 200, 200, 220, 250, 250, 220, 200, 180],
            "patience": {"law": "lognormal", "mean_s": 200, "cv": 1.0},
            "handle": {"law": "lognormal", "mean_s": 280, "cv": 1.0},
            "wrap_up_s": 20,
            "threshold_s": 20,
            "groups": ["all"],
        }
    ],
    "agent_groups": [
        {
            "name": "all",
            "agents": [10, 15, 20, 25, 30, 30, 25, 20, 20, 20, 22, 25, 25, 22, 20, 18],
            "cost_per_hour": 12,
        }
    ],
}


def changed(part: str, **fields: Any) -> dict[str, Any]:
    """The pool with fields of a part replaced."""
    if part in ("contact_types", "agent_groups"):
        return POOL | {part: [{**POOL[part][0], **fields}]}
    return POOL | fields


def test_agrees_with_the_kernel() -> None:
    """Over 150 replications: service level within 2 points and abandonment within 1, on a day that swings widely."""
    file = centre_of(Document(POOL))
    found = answer(file)
    centre = Centre.build(file)
    runs = [replication_measures(file, centre.blocks(5, k, kernel.run)) for k in range(150)]
    mean = {name: float(np.mean([run[name] for run in runs])) for name in MEASURES}
    assert found["offered"] == pytest.approx(mean["offered"], rel=0.01)
    assert found["service_level"] == pytest.approx(mean["service_level"], abs=0.02)
    assert found["abandonment_rate"] == pytest.approx(mean["abandonment_rate"], abs=0.01)
    assert found["aht_s"] == pytest.approx(300, rel=1e-9)
    assert found["occupancy"] == pytest.approx(mean["occupancy"], abs=0.01)
    assert found["cost_busy"] == pytest.approx(mean["cost_busy"], rel=0.02)
    assert set(found) == set(runs[0]), "the same measures with the same splits"


def test_vendor_and_site_are_splits_here_too() -> None:
    file = centre_of(Document(changed("agent_groups", vendor="north", site="Cebu")))
    found, centre = answer(file), Centre.build(file)
    assert set(found) == set(replication_measures(file, centre.blocks(5, 0, kernel.run)))
    assert found["occupancy[vendor=north]"] == found["occupancy[site=Cebu]"] == found["occupancy[group=all]"]


def test_a_steady_centre_is_erlang_a() -> None:
    """Day and night at one rate: on the second day and after, nothing but the steady state."""
    pool = changed(
        "contact_types",
        rate_per_hour=300,
        patience={"law": "exponential", "mean_s": 120},
        handle={"law": "exponential", "mean_s": 360},
        wrap_up_s=0,
    ) | {"horizon": {"days": 400}}
    pool["agent_groups"] = [{"name": "all", "agents": 40, "shrinkage": 0.2, "handle_multiplier": 1.0}]
    found, exact = answer(centre_of(Document(pool))), erlang_a(300 / 3600, 360.0, 120.0, 32, 20.0)
    assert found["service_level"] == pytest.approx(exact.service_level, rel=1e-3)
    assert found["abandonment_rate"] == pytest.approx(exact.abandonment_rate, rel=1e-3)
    assert found["asa_s[type=sales,period=20]"] == pytest.approx(exact.asa_s, rel=1e-3)
    assert found["delay_probability"] == pytest.approx(exact.wait_probability, rel=1e-3)


def test_a_queue_that_only_grows_has_no_wait() -> None:
    found = answer(
        centre_of(Document(changed("contact_types", patience={"law": "never"}, rate_per_hour=4000)))
    )
    assert np.isnan(found["mean_wait_s"])
    assert found["service_level"] == 0


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (changed("", lines=40), "limited lines"),
        (changed("", outages=[{"at_s": 60, "until_s": 120}]), "an outage"),
        (
            changed("", horizon={"days": 1, "opens": "08:00", "closes": "16:00", "at_close": "clear_queue"}),
            "cleared at closing",
        ),
        (changed("contact_types", balk_probability=0.1), "'sales' has balking"),
        (changed("contact_types", redial={"probability": 0.5, "delay_s": 60}), "'sales' has redials"),
        (changed("contact_types", voicemail_after_s=60), "'sales' has voicemail"),
        (changed("contact_types", callback_after_s=60), "'sales' has callbacks"),
        (changed("contact_types", groups=[{"group": "all", "after_s": 30}]), "only after a wait"),
        (changed("contact_types", patience={"law": "given", "values_s": [50, 60]}), "values given one by one"),
        (changed("agent_groups", presence=0.9), "random presence"),
        (changed("agent_groups", on_leaving="preempt_resume"), "broken off"),
        (changed("agent_groups", agents=None, changes=[{"at_s": 0, "agents": 9}]), "change at any moment"),
        (
            POOL | {"agent_groups": [POOL["agent_groups"][0], {"name": "more", "agents": 3}]}
            | changed("contact_types", groups=["all", "more"])
            | {"agent_groups": [POOL["agent_groups"][0], {"name": "more", "agents": 3}]},
            "one contact type and one agent group",
        ),
    ],
)  # fmt: skip
def test_the_rest_is_refused_in_a_sentence(file: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        answer(centre_of(Document(file)))
