"""A scenario: programme, client, vendor, contract, risks, relationship and evaluation in one frozen term."""

from __future__ import annotations

from functools import partial

from orm_sim.contract.contract import Contract
from orm_sim.core.evidence import Figure, quantity
from orm_sim.core.terms import Many, Rule, Term
from orm_sim.demand.programme import CHANNELS, Channel, Inbound, Outbound, Programme
from orm_sim.relationship.client import Client
from orm_sim.relationship.transition import Relationship
from orm_sim.risk.register import Risks
from orm_sim.scenario.metered import unmetered
from orm_sim.vendor.labour import Labour, unlawful_opening
from orm_sim.vendor.terms import Vendor


class Evaluation(Term):
    """How a study is run and judged."""

    replications: int = quantity(
        300, unit="replications", source="design_choice", grade="D", low=20, high=5000, ge=1
    )
    """Random histories per option."""
    seed: int = quantity(
        20270104, unit="seed", source="design_choice", grade="D", low=0, high=4_294_967_295, ge=0
    )
    """Root of every random stream."""
    risk_weight: float = quantity(
        0.5, unit="share", source="design_choice", grade="D", low=0.0, high=1.0, ge=0, le=1
    )
    """λ: weight of the worst tenth in risk-adjusted value."""
    tail: float = quantity(
        0.10, unit="share", source="design_choice", grade="D", low=0.05, high=0.25, gt=0, lt=1
    )
    """β: the share of worst histories averaged in CVaR."""
    price_replications: int = quantity(
        8, unit="replications", source="design_choice", grade="D", low=4, high=64, ge=1
    )
    """Histories of the reference vendor from which free rates are solved."""
    forecast_cv: float = quantity(
        0.05, unit="ratio", source="design_choice", grade="D", low=0.02, high=0.15, ge=0
    )
    """Coefficient of variation of the client's monthly forecast around the expected volume."""
    vendor_discount_rate_per_year: float = quantity(
        0.12, unit="share/year", source="design_choice", grade="D", low=0.08, high=0.2, gt=-1
    )
    """Effective yearly discount rate of the vendor."""


def _opening(
    channel: Channel, worked: Inbound | Outbound, country: str, labour: Labour, contract: Contract | None
) -> str | None:
    """What is wrong with the hours of a channel that the vendor's people are to work."""
    if contract is None or channel not in contract.scope:
        return None
    return unlawful_opening(country, labour, channel, worked.opens_hour, worked.closes_hour)


class Scenario(Term):
    """One situation with one contract (or none: everything stays in-house)."""

    name: str
    """Identifier of the scenario."""
    title: str
    """What it is, in words."""
    programme: Programme
    """Demand and calendar."""
    client: Client
    """The buying company."""
    vendor: Vendor
    """The service provider."""
    contract: Contract | None
    """What is owed, and for which channels; null keeps everything in-house."""
    risks: Risks = Risks()
    """Risk register."""
    relationship: Relationship
    """Transition and ramp."""
    evaluation: Evaluation = Evaluation()
    """How it is run and judged."""
    evidence: Many[Figure] = ()
    """Source, grade and range of the figures this file gives; those that vary are drawn anew in each replication."""

    rules = (
        Rule(
            ("programme", "contract"),
            lambda programme, contract: (
                None
                if contract is None or contract.term_months == programme.months
                else f"the contract's term is {contract.term_months} months, the programme's {programme.months}: set"
                " contract.term_months and programme.months alike"
            ),
        ),
        *(
            Rule((each,), lambda text: None if text.strip() else "must hold words")
            for each in ("name", "title")
        ),
        Rule(
            ("contract", "client.irrecoverable_tax_share"),
            lambda contract, lost: (
                "the contract's `taxes` already say what the client cannot recover: set"
                " client.irrecoverable_tax_share to 0"
                if contract is not None and contract.taxes is not None and lost > 0.0
                else None
            ),
        ),
        Rule(
            ("contract", "programme.inbound.service.threshold_s", "vendor.assurance"),
            lambda contract, threshold_s, assurance: unmetered(
                contract, threshold_s, assurance is not None, leads=True
            ),
        ),
        *(
            Rule(
                (f"programme.{channel}", "vendor.country", "vendor.labour", "contract"),
                partial(_opening, channel),
            )
            for channel in CHANNELS
        ),
        Rule(
            ("client",),
            lambda client: (
                None
                if client.value_per_resolved > 0.0
                or any(z.account == "contact_value" for z in client.declared_zero)
                else "value_per_resolved is 0: declare contact_value under declared_zero with its reason"
            ),
        ),
    )

    def outsourced(self, channel: Channel) -> bool:
        """Whether the contract covers a channel."""
        return self.contract is not None and channel in self.contract.scope
