"""Contract: parties' terms as data, from its clauses to the day the money moves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    ModelWrapValidatorHandler,
    Tag,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from orm_sim.contract.change_order import ChangeOrder
from orm_sim.contract.checks import Draft, contradictions, free_rates
from orm_sim.contract.clause import Channel, Clause, Printed, inside, walk
from orm_sim.contract.clauses import AnyClause, Benchmark, Fixed, Indexed, ServiceCredit
from orm_sim.contract.clauses.between import Day
from orm_sim.contract.duties import Continuity, Ending, Governance, Liability, Sharing, Volumes
from orm_sim.contract.life_terms import Life, Renewal, Trigger, months_of
from orm_sim.contract.payment import PaymentTerms
from orm_sim.contract.records import Records, Remedies
from orm_sim.contract.taxes import Taxes
from orm_sim.contract.term_sheet import term_sheet
from orm_sim.core.document import Document
from orm_sim.core.errors import refuse
from orm_sim.core.evidence import required
from orm_sim.core.loader import build
from orm_sim.core.terms import INVALID, Many, Term, again, valid_value

_CLAUSE: Final[TypeAdapter[Any]] = TypeAdapter(AnyClause)


class ServiceLevel(Term):
    """A service level that is asked for, whether or not missing it costs anything."""

    channel: Channel = "inbound"
    """The channel it is about."""
    target: float = required(unit="share", gt=0.0, lt=1.0)
    """The share of contacts offered that is to be answered within the threshold."""
    within_s: float = required(unit="s", gt=0.0)
    """The threshold in seconds."""


def _multiples(value: Any) -> Any:
    return {value: 1.0} if isinstance(value, str) else value


class SolvedPrice(Term):
    """A free rate that is set so that a figure of the reference vendor takes a stated value."""

    solve: Annotated[
        dict[str, Annotated[float, Field(gt=0.0)]],
        BeforeValidator(_multiples, json_schema_input_type=str | dict[str, float]),
    ]
    """The label of the clause whose rate is free; or several labels, each with the multiple of the solved rate
    that it takes."""
    for_: Literal["vendor_margin"] = Field(alias="for")
    """The figure that is aimed at."""
    value: float = required(unit="share", gt=-1.0, lt=1.0)
    """The value it is to take."""


Price = Annotated[
    Annotated[SolvedPrice, Tag("solved")] | Annotated[Literal["quoted"], Tag("quoted")],
    Discriminator(lambda value: "quoted" if isinstance(value, str) else "solved"),
]
"""Whether rates are as bid, or solved so that options differ in structure and not in generosity."""


class Contract(Term):
    """What client and vendor sign."""

    title: Printed
    """What the contract is called in tables and term sheets."""
    scope: Many[Channel]
    """The channels the vendor takes over."""
    term_months: int = required(unit="months", ge=1)
    """Length of the contract."""
    clauses: Many[AnyClause]
    """What is owed, in the order of settlement."""
    payment: PaymentTerms
    """When invoices are paid."""
    taxes: Taxes | None = None
    """The taxes on what the client pays; where not given, none."""
    notice_days: int = required(unit="days", ge=0)
    """Days of notice with which either side may end the contract."""
    service_level: ServiceLevel | None = None
    """The service level the vendor is to plan for; where not given, that of the strictest service credit."""
    price: Price = "quoted"
    """How free rates are set."""
    starts: Day | None = None
    """The first day of the contract, the first of a month; only clauses with dates need it."""
    triggers: Many[Trigger] = ()
    """Conditions that open a cure, a step-in or a right of exit."""
    life: Life | None = None
    """Its phases, cure and step-in, renewal, reviews and changes."""
    records: Records | None = None
    """What an hour is, whose records hold, audit, repeats and training."""
    remedies: Remedies | None = None
    """What one side may ask of the other when things go wrong."""
    volumes: Volumes | None = None
    """What the client forecasts, and what it gives to this vendor at least and at most."""
    sharing: Sharing | None = None
    """How the client divides its volume among several vendors."""
    governance: Governance | None = None
    """How the two sides work together."""
    continuity: Continuity | None = None
    """The vendor's plan for emergencies."""
    liability: Liability | None = None
    """Higher caps, indemnities, insurance, bonds and guarantees."""
    ending: Ending | None = None
    """What the sides owe each other when the contract ends."""

    @model_validator(mode="wrap")
    @classmethod
    def _without_contradictions(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Contradictions between clauses, also where other clauses or fields cannot be read."""
        if isinstance(data, cls):
            return handler(data)
        try:
            contract = handler(data)
        except ValidationError as error:
            known = [again(each) for each in error.errors(include_url=False)]
            raise ValidationError.from_exception_data(
                "Contract", [*known, *_found(_draft(data), data)]
            ) from None
        found = _found(
            Draft(dict(contract), tuple(walk(contract.clauses))), contract.model_dump(by_alias=True)
        )
        if found:
            raise ValidationError.from_exception_data("Contract", found)
        return contract

    @property
    def solved(self) -> dict[str, float]:
        """Labels of the clauses whose rates are solved, with the multiple each takes; none when quoted."""
        return {} if isinstance(self.price, str) else dict(self.price.solve)

    @property
    def is_priced(self) -> bool:
        """Whether every rate is a number."""
        return not any(free_rates(clause) for _, clause in walk(self.clauses))

    @property
    def index_names(self) -> tuple[str, ...]:
        """The price indices that its meters must carry as ("index", name)."""
        followed = (
            clause.index for _, clause in walk(self.clauses) if isinstance(clause, Indexed | Benchmark)
        )
        names = (name for index in followed for name in ((index,) if isinstance(index, str) else index))
        return tuple(dict.fromkeys(names))

    def with_rate(self, value: float) -> Contract:
        """The contract with its free rate filled in: `value`, times the multiple of each clause that takes it.

        Raises
        ------
        ValueError
            When the value is not a finite number of 0 or more.
        """
        if not 0.0 <= value < float("inf"):
            raise ValueError(f"a rate must be a finite number, 0 or more; got {value!r}")
        clauses = tuple(_filled(clause, value, self.solved) for clause in self.clauses)
        return self.model_copy(update={"clauses": clauses, "price": "quoted"})

    def changed_by(self, order: ChangeOrder) -> Contract:
        """The contract after a change order, checked like a new one; what clauses remember: see `carried_over`.

        Raises
        ------
        InputError
            When the order names a clause that is not there, begins too soon, or contradicts the contract.
        """
        days = self.life.change_order_days if self.life is not None else None
        first = order.asked_in_month + months_of(days or 0)
        if order.from_month < first:
            rule = f"a change asked for in month {order.asked_in_month} takes effect {days} days later at the earliest"
            raise refuse(
                rule, path="from_month", value=str(order.from_month), hint=f"The first month is {first}"
            )
        term_months = order.term_months or self.term_months
        return self._with(order.applied(self.clauses), term_months)

    def renewed(self, term_months: int, month: int, times: int) -> Contract:
        """The contract after a renewal that begins with a month counted from 0; its fee falls due in that month."""
        renewal = self.life.renewal if self.life is not None else None
        clauses = self.clauses
        if isinstance(renewal, Renewal) and renewal.fee:
            label = "renewal fee" if times == 1 else f"renewal fee {times}"
            clauses = (*clauses, Fixed(label=label, amount=renewal.fee, when="once", month=month))
        return self._with(clauses, term_months)

    def _with(self, clauses: tuple[Clause, ...], term_months: int) -> Contract:
        new = self.model_copy(update={"clauses": clauses, "term_months": term_months})
        return build(Contract, Document(new.dump(), {}, ()))

    def requested_service_level(self, channel: Channel = "inbound") -> ServiceLevel | None:
        """The service level the contract asks the vendor to staff for, or None where it asks for none."""
        if self.service_level is not None and self.service_level.channel == channel:
            return self.service_level
        asked = [
            ServiceLevel(channel=channel, target=measure.target, within_s=measure.within_s)
            for _, clause in walk(self.clauses)
            if isinstance(clause, ServiceCredit) and clause.channel == channel
            for measure in clause.measures
            if measure.kpi == "service_level" and measure.within_s is not None
        ]
        return max(asked, key=lambda level: level.target, default=None)

    def dump(self) -> dict[str, Any]:
        """The contract as plain data that reads back as the same contract."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)

    def __str__(self) -> str:
        return term_sheet(self)


def _draft(data: Any) -> Draft:
    """What can be read of a contract that cannot be read whole."""
    listed = data.get("clauses") if isinstance(data, Mapping) else None
    if not isinstance(listed, list):
        return Draft({}, ())
    values = {
        name: valid_value(Contract, data, (name,)) for name in Contract.model_fields if name != "clauses"
    }
    placed: list[tuple[tuple[str | int, ...], Clause]] = []
    unread: list[Any] = []
    for position, each in enumerate(listed):
        try:
            clause = _CLAUSE.validate_python(each)
        except ValidationError:
            unread.append(each)
            continue
        here = ("clauses", position, clause.kind)
        placed += [*walk(inside(clause), (*here, "of")), (here, clause)]
    labels = [
        each.get("label") if isinstance(each, Mapping) and "of" not in each else None for each in unread
    ]
    named = frozenset(label for label in labels if isinstance(label, str))
    fields = {name: value for name, value in values.items() if value is not INVALID}
    return Draft(fields, tuple(placed), named, len(named) == len(unread))


def _found(draft: Draft, data: Any) -> list[InitErrorDetails]:
    """The contradictions of a draft as pydantic tells errors, with the value that stands there in plain data."""
    return [
        InitErrorDetails(
            type=PydanticCustomError("clauses", "{sentence}", {"sentence": sentence}),
            loc=place,
            input=_written(data, place),
        )
        for place, sentence in contradictions(draft)
    ]


def _written(value: Any, place: tuple[str | int, ...]) -> Any:
    """The value at a place of a contract in plain data; None where nothing stands there."""
    for part in place:
        if isinstance(part, int):
            value = value[part] if isinstance(value, list | tuple) else None
        elif isinstance(value, Mapping) and part in value:
            value = value[part]
        elif not isinstance(value, Mapping) or part not in (value.get("clause"), "solved"):
            return None
    return value


def _filled(clause: Clause, value: float, multiples: dict[str, float]) -> Clause:
    """A clause, and those inside it, with free rates filled in."""
    update: dict[str, Any] = {}
    for field in free_rates(clause):
        rate = value * multiples[clause.name]
        owner, _, name = field.rpartition(".")
        if owner:
            rate = update.get(owner, getattr(clause, owner)).model_copy(update={name: rate})
        update[owner or name] = rate
    if hasattr(clause, "of"):
        update["of"] = tuple(_filled(each, value, multiples) for each in clause.of)
    return clause.model_copy(update=update) if update else clause
