"""The client's exit: when it ends a contract for cause, because the service asked for was missed too often."""

from __future__ import annotations

from collections.abc import Sequence

from orm_sim.core.evidence import optional, quantity
from orm_sim.core.terms import Rule, Term


class ExitRule(Term):
    """Termination for cause: so many failed months of the last so many, then the contract's notice.

    A month counts from the first whole one after the ramp. It fails when the vendor answers less than the service asked
    for, unless more contacts came than the forecast and its band.

    Examples
    --------
    >>> rule = ExitRule(failed_months=2, of_months=3)
    >>> rule.broken((True, False, True)), rule.broken((True, False, False, True))
    (True, False)
    """

    failed_months: int = quantity(
        6, unit="months", source="assumption", grade="D", low=3, high=9, ge=1, le=36
    )
    """Failed months with which the client gives notice."""
    of_months: int = quantity(12, unit="months", source="assumption", grade="D", low=6, high=12, ge=1, le=36)
    """Latest months among which they are counted."""
    sales_share: float | None = optional(unit="share of expected sales", gt=0, le=2)
    """A month fails too where the vendor sells less than this share of what the client's own people would have sold on
    the list as it is taken for; null watches inbound service alone."""
    forecast_band: float | None = quantity(
        0.10, unit="share", source="contract_practice", grade="C", low=0.05, high=0.20, ge=0
    )
    """Contacts above the client's forecast by more than this excuse a month; null excuses none."""

    rules = (
        Rule(
            ("failed_months", "of_months"),
            lambda failed, among: (
                None
                if failed <= among
                else f"asks for {failed} failed months of {among}, which cannot happen: failed_months must not exceed"
                " of_months"
            ),
        ),
    )

    def broken(self, failed: Sequence[bool]) -> bool:
        """Whether the client gives notice, by the months so far, the latest last."""
        return sum(failed[-self.of_months :]) >= self.failed_months

    def sells_too_little(self, sold: float, expected: float) -> bool:
        """Whether a month is a failed one for its sales.

        Parameters
        ----------
        sold, expected
            Funded sales of the vendor, and those that the client expects of the month.
        """
        return self.sales_share is not None and sold < self.sales_share * expected

    def fails(self, answered_within: float, offered: float, asked: float, forecast: float) -> bool:
        """Whether a month is a failed one.

        Parameters
        ----------
        answered_within, offered
            Of the vendor's contacts: answered within the threshold, and offered.
        asked
            Share that is asked for.
        forecast
            Contacts the client had forecast for the vendor.
        """
        if offered <= 0.0:
            return False
        excused = self.forecast_band is not None and offered > (1.0 + self.forecast_band) * forecast
        return not excused and answered_within < asked * offered
