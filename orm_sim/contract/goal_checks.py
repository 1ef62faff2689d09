"""What targets and what is reckoned on them may not say: each check gives the sentence that refuses it."""

from __future__ import annotations

from itertools import pairwise

from orm_sim.contract.credit import Banded, BonusBands, Lump
from orm_sim.contract.progress import Glide, Ratchet
from orm_sim.contract.reading import value_impossible
from orm_sim.contract.statistic import Test
from orm_sim.kpi import INDICATORS


def _beyond(kpi: str, value: float, target: float) -> bool:
    """Whether a value is better than a target."""
    return value > target if INDICATORS[kpi].better == "higher" else value < target


def bands_impossible(kpi: str, credit: object) -> str | None:
    """Why a band begins where the KPI can never be."""
    if isinstance(credit, Banded):
        return value_impossible(kpi, *(band.worse_than for band in credit.bands))
    if isinstance(credit, BonusBands):
        return value_impossible(kpi, *(band.better_than for band in credit.bands))
    return None


def bands_against_direction(kpi: str, credit: object, target: float) -> str | None:
    """Why bands do not lead from the target outwards."""
    if not isinstance(credit, Banded):
        return None
    edges = [target, *(band.worse_than for band in credit.bands)]
    if INDICATORS[kpi].better == "higher" and any(after > before for before, after in pairwise(edges)):
        return (
            f"'{kpi}' gets worse below its target of {target:g}: every band must lie below the one before it"
        )
    if INDICATORS[kpi].better == "lower" and any(after < before for before, after in pairwise(edges)):
        return (
            f"'{kpi}' gets worse above its target of {target:g}: every band must lie above the one before it"
        )
    return None


def bonus_against_direction(kpi: str, bonus: object, target: float) -> str | None:
    """Why a bonus is paid for missing its target."""
    if isinstance(bonus, BonusBands) and any(_beyond(kpi, target, each.better_than) for each in bonus.bands):
        return f"a band pays for results of '{kpi}' that do not reach the target of {target:g}"
    return None


def minimum_beyond_target(kpi: str, target: float, minimum: float | None) -> str | None:
    """Why a minimum is none."""
    if minimum is not None and not _beyond(kpi, target, minimum):
        return f"the minimum must be worse than the target, which is {target:g}"
    return None


def stretch_short_of_target(kpi: str, target: float, stretch: float | None) -> str | None:
    """Why a stretch is none."""
    if stretch is not None and not _beyond(kpi, stretch, target):
        return f"the stretch must be better than the target, which is {target:g}"
    return None


def moving_against_direction(
    kpi: str, target: float, glide: Glide | None, ratchet: Ratchet | None
) -> str | None:
    """Why a target moves the wrong way."""
    if glide is not None and not _beyond(kpi, target, glide.from_):
        return f"the glide path must begin worse than the target, which is {target:g}, not at {glide.from_:g}"
    if ratchet is not None and ratchet.ceiling is not None and _beyond(kpi, target, ratchet.ceiling):
        return f"the ceiling of {ratchet.ceiling:g} is easier than the target, which is {target:g}"
    return None


def bands_of_a_moving_target(credit: object, glide: Glide | None, ratchet: Ratchet | None) -> str | None:
    """Why bands cannot belong to a target that moves."""
    if isinstance(credit, Banded) and (glide is not None or ratchet is not None):
        return "bands lie at fixed results and cannot follow a target that moves: use a credit per point"
    return None


def bands_of_what_is_tested(
    kpi: str, credit: object, target: float, missed_at_most: float | None
) -> str | None:
    """Why the bands of a credit cannot be those of the target, or of the share that may miss it."""
    if missed_at_most is not None:
        kpi, target = "weeks_missed_share", missed_at_most
    return bands_impossible(kpi, credit) or bands_against_direction(kpi, credit, target)


def by_how_much_is_unknown(window: Test | None, missed_at_most: float | None, credit: object) -> str | None:
    """Why a credit cannot be reckoned from days or weeks missed."""
    if window is None:
        return (
            None
            if missed_at_most is None
            else "is a share of days or weeks: needs the `window` they are tested in"
        )
    if missed_at_most is None and credit is not None and not isinstance(credit, Lump):
        return (
            f"a history of months tells how many {window}s missed the target, not by how much: give a lump for each"
            " of them, or the share that may miss it (`missed_at_most`)"
        )
    return None


def needs_the_result(window: Test | None, *of_the_result: object) -> str | None:
    """Why what asks for the result cannot be had where only misses are counted."""
    if window is not None and any(each is not None for each in of_the_result):
        return (
            f"minimum, stretch, glide and ratchet ask for the result, which a count of {window}s missed does not"
            " tell"
        )
    return None


def money_or_default(credit: object, default_only: bool) -> str | None:
    """Why a miss costs both money and none, or neither."""
    if credit is None and not default_only:
        return "needs a `credit`, unless a miss costs no money (`default_only: true`)"
    if credit is not None and default_only:
        return "a miss counts as a failure only (`default_only`), yet has a credit: keep one of the two"
    return None


def more_than(multiple: float | None, value: float | None, name: str) -> str | None:
    """Why something that is not given is multiplied."""
    if multiple is not None and value is None:
        return f"multiplies beyond the {name}, which is not given"
    return None
