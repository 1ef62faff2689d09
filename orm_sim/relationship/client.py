"""What the client gains and loses: the value of sales and contacts, and the costs of outsourcing besides fees."""

from __future__ import annotations

from orm_sim.core.evidence import optional, quantity, required
from orm_sim.core.terms import Many, Rule, Term
from orm_sim.finance.accounts import CLIENT_ACCOUNTS
from orm_sim.relationship.hidden_fees import HiddenFees
from orm_sim.relationship.retention import Retention
from orm_sim.vendor.platform import PlatformTerms
from orm_sim.vendor.workforce import WorkforceTerms


class SaleValue(Term):
    """What a retained sale is worth: balance × spread × months / 12 × incrementality."""

    balance: float = required(unit="$/sale", gt=0)
    """Deposit of one sale."""
    spread_per_year: float = required(unit="share/year", gt=0)
    """Margin on the balance for a year."""
    months: float = required(unit="months", gt=0)
    """Months for which the deposit stays."""
    incrementality: float = required(unit="share", ge=0, le=1)
    """Share of sales that would not have happened without the contact."""

    @property
    def per_sale(self) -> float:
        """Margin on one retained sale, $."""
        return self.balance * self.spread_per_year * self.months / 12.0 * self.incrementality


class DeclaredZero(Term):
    """An account that is zero in this scenario, and why."""

    account: str
    """Name of the client's account."""
    reason: str
    """Why nothing is booked there."""

    rules = (
        Rule(
            ("account",),
            lambda account: (
                None
                if account in {a.name for a in CLIENT_ACCOUNTS}
                else f"{account} is no account of the client; accounts: {', '.join(a.name for a in CLIENT_ACCOUNTS)}"
            ),
        ),
        Rule(
            ("reason",), lambda reason: None if len(reason.split()) >= 3 else "a zero needs a reason in words"
        ),
    )


class Improvement(Term):
    """An in-house improvement programme: better schedules, tools and training at a cost."""

    one_off: float = required(unit="$", ge=0)
    """Cost at the start."""
    per_year: float = required(unit="$/year", ge=0)
    """Running cost."""
    handle_time_factor: float = required(unit="ratio", gt=0)
    """Multiplies handle time once in place."""
    schedule_efficiency: float = required(unit="share", gt=0, le=1)
    """Schedule efficiency once in place."""
    fcr_points: float = required(unit="share", ge=-1, le=1)
    """Added to first-contact resolution once in place."""
    in_place_week: int = quantity(13, unit="weeks", source="assumption", grade="D", low=8, high=26, ge=0)
    """Weeks until it works."""


class InHouse(Term):
    """The client's own operation: the reference, and what runs whatever is not outsourced."""

    workforce: WorkforceTerms
    """Terms of the client's own agents."""
    platform: PlatformTerms = PlatformTerms()
    """What its site works on; its upkeep is always paid."""
    staffing_ratio: float = quantity(
        1.0, unit="ratio", source="assumption", grade="D", low=0.95, high=1.1, gt=0
    )
    """Agents planned against the requirement."""
    improvement: Improvement | None = None
    """An improvement programme, or none."""
    seat_avoidable_after_months: int = quantity(
        6, unit="months", source="expert_judgement_2026", grade="D", low=3, high=12, ge=0
    )
    """Months for which a vacated seat is still paid: stranded cost."""
    notice_weeks: int = quantity(
        8, unit="weeks", source="expert_judgement_2026", grade="D", low=2, high=12, ge=0
    )
    """Weeks for which a displaced agent is paid without work: stranded cost."""
    rebuild_premium: float = quantity(
        0.20, unit="share", source="expert_judgement_2026", grade="D", low=0.1, high=0.4, ge=0
    )
    """Premium on labour and hiring when the client has to rebuild in-house after a vendor's insolvency."""


class DisputeHabit(Term):
    """How often the client disputes an invoice, and what comes of it; only where the contract knows disputes."""

    chance_per_month: float = quantity(
        0.10, unit="share", source="assumption", grade="D", low=0.0, high=0.5, ge=0, le=1
    )
    """Chance that an invoice is disputed."""
    share: float = quantity(
        0.20, unit="share", source="assumption", grade="D", low=0.02, high=1.0, ge=0, le=1
    )
    """Share of its largest line that is then withheld until the dispute is resolved."""
    conceded: float = quantity(
        0.50, unit="share", source="assumption", grade="D", low=0.0, high=1.0, ge=0, le=1
    )
    """Share of what is disputed that the vendor gives up in the end."""


class Client(Term):
    """The buying company: what contacts and sales are worth to it, and what outsourcing costs besides fees."""

    name: str
    """Name of the client."""
    discount_rate_per_year: float = quantity(
        0.10, unit="share/year", source="assumption", grade="D", low=0.06, high=0.14, gt=-1
    )
    """Effective yearly discount rate."""
    in_house: InHouse
    """The client's own operation."""
    sale: SaleValue
    """Value of a retained sale."""
    value_per_resolved: float = required(unit="$/contact", ge=0)
    """Value of a resolved contact beyond the losses below; zero needs a declared reason."""
    loss_per_abandoned: float = required(unit="$/contact", ge=0)
    """Loss per contact abandoned and not redialled."""
    redialled_share: float = quantity(
        0.40, unit="share of abandoned", source="assumption", grade="D", low=0.2, high=0.7, ge=0, le=1
    )
    """Abandoned contacts that call again the same day; the records' rates already contain those calls."""
    loss_per_unresolved: float = required(unit="$/contact", ge=0)
    """Loss per contact that leaves the matter open (complaint, churn); its return is counted apart."""
    budget: float | None = optional(unit="$", gt=0)
    """What the client means to spend on the whole venture over the term; without one no overrun is told."""
    transition_cost: float = required(unit="$", ge=0)
    """Project, integration and knowledge transfer; dual running and the vendor's training are simulated."""
    exit_share: float = quantity(
        0.5,
        unit="share of transition cost",
        source="expert_judgement_2026",
        grade="D",
        low=0.3,
        high=0.8,
        ge=0,
    )
    """Cost of an exit against the transition cost."""
    retained_roles_per_year: float = required(unit="$/year", ge=0)
    """The retained team: heads, whatever the volume."""
    oversight_per_year: float = required(unit="$/year", ge=0)
    """Oversight, audit and travel."""
    licence_per_seat_month: float = required(unit="$/seat-month", ge=0)
    """Licences and telecom the client supplies for a vendor's seat."""
    severance_per_employee: float = required(unit="$/employee", ge=0)
    """Severance of a displaced employee."""
    irrecoverable_tax_share: float = required(unit="share of fees", ge=0)
    """Tax on fees that the client cannot recover."""
    pays_late_days: int | None = optional(unit="days", ge=0)
    """Days after they are due on which the client pays invoices; where not given, on time, or early where the
    contract's discount earns more than its discount rate."""
    disputes: DisputeHabit | None = None
    """Its disputes; where not given, it pays whatever is invoiced."""
    retention: Retention | None = None
    """What service does to its customers' loyalty; where not given, nothing."""
    hidden_fees: HiddenFees | None = None
    """What it pays on top of fees for services thought included; where not given, nothing."""
    declared_zero: Many[DeclaredZero] = ()
    """Accounts that stay empty, each with its reason."""
