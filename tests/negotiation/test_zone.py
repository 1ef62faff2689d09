"""The agreement zone: where both gain and the vendor lasts; when it is empty, the sentence names what is missing."""

from __future__ import annotations

import numpy as np
import pytest

from orm_sim.negotiation.zone import Views, beaten_by, empty_because


def _views(
    client: list[float], vendor: list[float], failure: list[float], signs: list[bool] | None = None
) -> Views:
    signed = np.ones(len(client), bool) if signs is None else np.array(signs)
    return Views(np.array(client), np.array(vendor), np.array(failure), signed)


@pytest.mark.row("R067")
def test_a_sheet_inside_leaves_nothing_to_explain() -> None:
    views = _views([1.0, -1.0], [0.0, 5.0], [0.1, 0.0])
    assert views.agreed(0.1).tolist() == [True, False]
    assert empty_because(views, 0.1) is None


@pytest.mark.row("R031")
@pytest.mark.parametrize(
    ("views", "said"),
    [
        (_views([0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [False, False]), "the vendor signs none of the 2 sheets"),
        (
            _views([-3.0, -7.0], [9.0, 9.0], [0.0, 0.0]),
            "to the client as its alternative: the best falls short by $3",
        ),
        (_views([3.0, 7.0], [-9.0, -4.0], [0.0, 0.0]), "elsewhere: the best falls short by $4"),
        (
            _views([1.0, 1.0], [1.0, 1.0], [0.4, 0.3]),
            "fails too often under every sheet: in 30% at the least",
        ),
        (_views([1.0, -1.0], [1.0, 1.0], [0.4, 0.0]), "where both sides gain the vendor fails in 40%"),
        (
            _views([-2.0, 6.0], [5.0, -3.0], [0.0, 0.0]),
            "do not meet: in the best sheet for both one side is $2 short",
        ),
    ],
    ids=["nobody signs", "client", "vendor", "failure", "failure where both gain", "no meeting"],
)
def test_an_empty_zone_says_why(views: Views, said: str) -> None:
    because = empty_because(views, 0.1)
    assert because is not None and said in because


def test_what_nobody_signs_is_no_gain() -> None:
    """A sheet that is not signed is worth 0 to both, and is not agreed to for that."""
    assert empty_because(_views([0.0, -5.0], [0.0, 2.0], [0.0, 0.0], [False, True]), 0.1) is not None


@pytest.mark.row("R026")
def test_a_sheet_is_dominated_by_one_that_is_beaten_by_none() -> None:
    """(tail, failure): (1, .3), (2, .3) and (3, .2) lose to (3, .1); (5, .4) and (0, .0) trade one for the other."""
    tail = np.array([1.0, 2.0, 3.0, 3.0, 5.0, 0.0, np.nan])
    failure = np.array([0.3, 0.3, 0.1, 0.2, 0.4, 0.0, 0.0])
    assert beaten_by(tail, failure) == [2, 2, None, 2, None, None, None]
    assert beaten_by(np.array([1.0, 1.0]), np.array([0.1, 0.1])) == [None, None], (
        "equals do not beat each other"
    )
