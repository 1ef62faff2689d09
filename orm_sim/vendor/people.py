"""How people answer to pay, load, coaching, training and pressure: one set of functions for plans and for reality."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.evidence import quantity
from orm_sim.core.terms import Term

Floats = NDArray[np.float64]

CONTENT: Final = 0.70
"""Employee satisfaction at market pay, standard coaching, no pressure and an occupancy under the knee."""

STANDARD_COACHING: Final = 0.5
"""Coaching and quality assurance that today's figures were observed under, hours per agent and week."""


class People(Term):
    """What moves agents to stay, to learn and to serve well."""

    turnover_elasticity: float = quantity(
        -3.5,
        unit="ratio of relative changes",
        source="emanuel_harrington_pay",
        grade="A",
        low=-4.5,
        high=-3.0,
        le=0,
    )
    """Change of the leaving rate with the wage, in per cent for one per cent."""
    recruitment_elasticity: float = quantity(
        3.7,
        unit="ratio of relative changes",
        source="emanuel_harrington_pay",
        grade="A",
        low=3.0,
        high=4.5,
        ge=0,
    )
    """Change of those who come to be hired with the wage, in per cent for one: weeks and cost of a hire fall by it."""
    output_elasticity: float = quantity(
        0.5,
        unit="ratio of relative changes",
        source="emanuel_harrington_pay",
        grade="D",
        low=0.0,
        high=1.1,
        ge=0,
    )
    """Change of output with the wage, in per cent for one per cent: contacts an hour, and sales to customers reached.

    A dollar of pay brought more than a dollar of output, over half of it by those who were there before: half is taken.
    """
    occupancy_knee: float = quantity(
        0.85, unit="share", source="assumption", grade="D", low=0.80, high=0.92, gt=0, lt=1
    )
    """Occupancy above which work wears people out."""
    strain_of_load: float = quantity(
        0.10, unit="share", source="assumption", grade="D", low=0.0, high=0.25, ge=0, le=1
    )
    """Satisfaction lost for each ten points of occupancy above the knee."""
    strain_of_pressure: float = quantity(
        0.20, unit="share", source="batt_colvin_2011", grade="D", low=0.0, high=0.35, ge=0, le=1
    )
    """Satisfaction lost under full pressure."""
    lift_of_coaching: float = quantity(
        0.10, unit="share", source="batt_colvin_2011", grade="D", low=0.0, high=0.2, ge=0, le=1
    )
    """Satisfaction gained by ample coaching over none."""
    leaving_by_satisfaction: float = quantity(
        1.05,
        unit="ratio of a log change to a share",
        source="batt_colvin_2011",
        grade="D",
        low=0.0,
        high=1.5,
        ge=0,
    )
    """How the leaving rate falls with satisfaction: 0.20 of it moves a turnover of 45 % by about ten points."""
    months_to_settle: float = quantity(
        3.0, unit="months", source="assumption", grade="D", low=1.0, high=6.0, gt=0
    )
    """Months in which satisfaction closes 63 % of the way to where conditions take it."""
    coaching_gain: float = quantity(
        0.10, unit="share", source="de_grip_training_2012", grade="A", low=0.05, high=0.12, ge=0, le=1
    )
    """Performance that ample coaching adds to none."""
    coaching_hours_scale: float = quantity(
        1.0, unit="hours/week", source="assumption", grade="D", low=0.5, high=2.0, gt=0
    )
    """Hours a week per agent after which 63 % of that gain is reached."""
    training_credit: float = quantity(
        1.0, unit="ratio", source="de_grip_training_2012", grade="D", low=0.5, high=2.0, ge=0, le=4
    )
    """What a week of training beyond the standard teaches, against a week on the floor; a week less costs as much.

    A week of training raised output by 10 % and wore off over weeks: as much output in all as a first week on the floor
    brings if it wore off in four.
    """
    pressed_handle_cut: float = quantity(
        0.10, unit="share", source="assumption", grade="D", low=0.0, high=0.2, ge=0, lt=1
    )
    """Handle time that full pressure takes off a contact."""
    pressed_resolution_cut: float = quantity(
        0.12, unit="share", source="assumption", grade="D", low=0.0, high=0.25, ge=0, lt=1
    )
    """Resolution that full pressure takes off, as a share of it."""
    pressed_sales: float = quantity(
        0.20, unit="share", source="assumption", grade="D", low=0.0, high=0.4, ge=0
    )
    """Sales that full pressure adds, all of them unsuitable."""
    unsuitable_cancelled: float = quantity(
        0.60, unit="share", source="assumption", grade="D", low=0.3, high=0.9, ge=0, le=1
    )
    """Unsuitable sales that are cancelled early, beyond those that any sale has."""

    def coached(self, hours: Floats | float) -> Floats:
        """Performance at some coaching against the standard: 1.0 at `STANDARD_COACHING`.

        Examples
        --------
        >>> float(People().coached(0.5))
        1.0
        """
        gain = self.coaching_gain
        usual = 1.0 + gain * self._reached(STANDARD_COACHING)
        return np.asarray((1.0 + gain * self._reached(hours)) / usual)

    def _reached(self, hours: Floats | float) -> Floats:
        return np.asarray(1.0 - np.exp(-np.asarray(hours, np.float64) / self.coaching_hours_scale))

    def content(
        self, occupancy: Floats | float, coaching: Floats | float, pressure: Floats | float
    ) -> Floats:
        """Satisfaction that conditions take people to, 0 to 1."""
        load = self.strain_of_load * np.maximum(np.asarray(occupancy) - self.occupancy_knee, 0.0) / 0.10
        return np.clip(self.mood(coaching, pressure) - load, 0.0, 1.0)

    def mood(self, coaching: Floats | float, pressure: Floats | float) -> Floats:
        """Satisfaction by coaching and pressure, before load takes from it; it may lie outside 0 to 1."""
        lift = self.lift_of_coaching * (self._reached(coaching) - self._reached(STANDARD_COACHING))
        return np.asarray(CONTENT + lift - self.strain_of_pressure * np.asarray(pressure))

    def settled(self, satisfaction: Floats | float, towards: Floats | float, months: float) -> Floats:
        """Satisfaction some months later."""
        kept = np.exp(-months / self.months_to_settle)
        return np.asarray(towards + (np.asarray(satisfaction) - towards) * kept)

    def leaving(self, premium: Floats | float, satisfaction: Floats | float) -> Floats:
        """Factor on the leaving rate: 1.0 at market pay and usual satisfaction."""
        return np.asarray(self.leaving_by_pay(premium) * self.leaving_by_mood(satisfaction))

    def leaving_by_mood(self, satisfaction: Floats | float) -> Floats:
        """Factor on the leaving rate by satisfaction alone: 1.0 at what is usual."""
        return np.asarray(np.exp(-self.leaving_by_satisfaction * (np.asarray(satisfaction) - CONTENT)))

    def leaving_by_pay(self, premium: Floats | float) -> Floats:
        """Factor on the leaving rate by pay alone: 1.0 at the market wage."""
        return np.asarray((1.0 + np.asarray(premium, np.float64)) ** self.turnover_elasticity)

    def recruiting_by_pay(self, premium: Floats | float) -> Floats:
        """Factor on the weeks and the cost of a hire: 1.0 at the market wage."""
        return np.asarray((1.0 + np.asarray(premium, np.float64)) ** -self.recruitment_elasticity)

    def output_by_pay(self, premium: Floats | float) -> Floats:
        """Factor on output: 1.0 at the market wage."""
        return np.asarray((1.0 + np.asarray(premium, np.float64)) ** self.output_elasticity)

    def cancelled_when(self, found: Floats | float) -> Floats:
        """Share of unsuitable sales that are cancelled early: by customers, and those that quality assurance finds."""
        return np.asarray(self.unsuitable_cancelled + (1.0 - self.unsuitable_cancelled) * np.asarray(found))

    def more_coaching(self, hours: Floats | float) -> Floats:
        """Coaching beyond the standard, which is part of shrinkage and of the support of an agent, hours a week."""
        return np.asarray(np.asarray(hours, np.float64) - STANDARD_COACHING)

    def head_start(self, training: Floats | float, training_weeks: float) -> Floats:
        """Weeks on the floor that training beyond the standard stands for; negative where it was cut."""
        return np.asarray((np.asarray(training, np.float64) - 1.0) * training_weeks * self.training_credit)
