"""The vendor as a scenario describes it: its people, its purse, and how it decides."""

from __future__ import annotations

from orm_sim.core.evidence import optional, quantity, required
from orm_sim.core.terms import Rule, Term
from orm_sim.vendor.assurance import Assurance
from orm_sim.vendor.blending import Blending
from orm_sim.vendor.decision.futures import Doubts
from orm_sim.vendor.feasible import feasible, no_feasible_plan
from orm_sim.vendor.firm import FirmTerms
from orm_sim.vendor.labour import Labour, rules_of, unlawful_hours, unlawful_wage
from orm_sim.vendor.levers import Levers, Plans
from orm_sim.vendor.people import People
from orm_sim.vendor.platform import PlatformTerms
from orm_sim.vendor.policy import PolicyName
from orm_sim.vendor.traits import Traits
from orm_sim.vendor.workforce import WorkforceTerms


class Offshore(Term):
    """What distance and a second language may cost; evidence conflicts, so the ranges include zero."""

    handle_time_factor: float = quantity(
        1.06, unit="ratio", source="expert_judgement_2026", grade="D", low=1.0, high=1.12, gt=0
    )
    """Multiplies handle time of proficient agents."""
    fcr_points: float = quantity(
        0.02, unit="share", source="expert_judgement_2026", grade="D", low=0.0, high=0.06, ge=0, le=1
    )
    """Taken off first-contact resolution."""


class Vendor(Term):
    """The service provider."""

    name: str
    """Name of the vendor."""
    country: str
    """Where its agents sit."""
    policy: PolicyName = "contract_following"
    """How it decides."""
    workforce: WorkforceTerms
    """Terms of its agents."""
    labour: Labour = "by_country"
    """Labour rules it is bound by: those of its country where they are known, rules written out, or none."""
    firm: FirmTerms
    """Its balance sheet."""
    offshore: Offshore = Offshore()
    """Effects of location."""
    people: People = People()
    """How its people answer to pay, load, coaching and pressure."""
    traits: Traits = Traits()
    """How it weighs money, risk and time."""
    levers: Levers = Levers()
    """What it may do, under best_response."""
    doubts: Doubts = Doubts()
    """What it is unsure of when it plans."""
    blending: Blending | None = None
    """Agents of either channel help out on the other; null keeps the groups apart."""
    assurance: Assurance | None = None
    """Its quality assurance finds errors and unsuitable sales; null leaves both unseen."""
    platform: PlatformTerms = PlatformTerms()
    """What its site works on."""
    platform_per_month: float = quantity(
        6_000.0, unit="$/month", source="assumption", grade="D", low=2_000, high=20_000, ge=0
    )
    """Cost of keeping a whole second platform standing by."""
    account_overhead_per_month: float = required(unit="$/month", ge=0)
    """Account management, reporting and compliance for this client, while the contract runs."""
    hiring_reserve_months: float = quantity(
        0.5, unit="months of payroll", source="assumption", grade="D", low=0.25, high=2.0, ge=0
    )
    """Hiring stops while cash and credit line hold less than this."""

    dismiss_above: float | None = optional(unit="share", ge=0)
    """Agents above what a new plan needs by more than this share are dismissed; null lets people leave on their own."""

    rules = (
        Rule(("workforce.paid_hours_per_week", "country", "labour"), unlawful_hours),
        Rule(("workforce.wage_per_hour", "country", "labour"), unlawful_wage),
        Rule(("levers", "country", "labour", "workforce"), no_feasible_plan),
    )

    @property
    def feasible_plans(self) -> Plans:
        """Plans that it may choose from."""
        return feasible(self.levers, self.country, self.labour, self.workforce)

    @property
    def overtime_factor(self) -> float:
        """Mean pay of an hour against the wage, by the overtime that its labour rules ask for."""
        found = rules_of(self.country, self.labour)
        return 1.0 if found is None else found.overtime_factor(self.workforce.paid_hours_per_week)
