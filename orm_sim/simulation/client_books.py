"""The client's books besides fees: the worth of sales and contacts, transition, governance, stranded cost, exit."""

from __future__ import annotations

from orm_sim.core.units import DAYS_PER_MONTH
from orm_sim.demand.programme import CHANNELS, Channel
from orm_sim.finance.ledger import Entry, Ledger
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.history import OPERATORS, Books, Event
from orm_sim.simulation.operator import Operator


class ClientBooks:
    """Posts what the client gains and pays, month by month and when something happens."""

    def __init__(self, scenario: Scenario, books: Books, ledger: Ledger) -> None:
        self._scenario = scenario
        self._client = scenario.client
        self._books = books
        self._ledger = ledger
        ramp = scenario.relationship.ramp
        last = ramp[-1].week * 7
        self._transition_months = max(round(last / DAYS_PER_MONTH), 1)

    def month_end(self, month: int, day: int, vendor: Operator, insolvent_day: int | None) -> None:
        """Book a month: what contacts and sales were worth, and the running cost of outsourcing or improving."""
        self._worth(month, day)
        if month >= self._books.days.n_months:
            return
        improvement = self._client.in_house.improvement
        if improvement is not None:
            one_off = improvement.one_off if month == 0 else 0.0
            self._pay(day, "improvement", one_off + improvement.per_year / 12.0, "improvement programme")
        if self._scenario.contract is not None:
            self._outsourcing(month, day, vendor, insolvent_day)

    def _worth(self, month: int, day: int) -> None:
        client = self._client
        inbound = {n: self._sum("inbound", n, month) for n in ("abandoned", "unresolved", "resolved")}
        inbound["resolved"] += float(self._books.taken[0, month])
        inbound["unresolved"] += float(self._books.taken[1, month])
        kept = self._sum("outbound", "sales_kept", month)
        kept_out = float(self._books.lost[:, 0, month].sum())
        lost = (inbound["abandoned"] + kept_out) * (1.0 - client.redialled_share)
        self._value(day, True, "sale_margin", kept * client.sale.per_sale)
        self._value(day, True, "contact_value", inbound["resolved"] * client.value_per_resolved)
        self._value(day, False, "abandoned_loss", lost * client.loss_per_abandoned)
        self._value(day, False, "unresolved_loss", inbound["unresolved"] * client.loss_per_unresolved)
        if client.retention is not None and inbound["resolved"] + inbound["unresolved"] > 0.0:
            kept_margin = client.retention.month(
                *self._satisfied(month, inbound["resolved"], inbound["unresolved"])
            )
            self._value(day, kept_margin > 0.0, "retained_margin", abs(kept_margin))

    def _satisfied(self, month: int, resolved: float, unresolved: float) -> tuple[float, float]:
        """Share of customers whom a month's contacts leave satisfied, and today's: as asked of all, not of a sample."""
        mood, fcr = (
            self._scenario.programme.inbound.satisfaction,
            self._scenario.programme.inbound.resolution.fcr,
        )
        answered = resolved + unresolved
        waited = self._sum("inbound", "wait_answered_s", month) / answered / 60.0
        now = (
            mood.resolved
            - mood.loss_unresolved * unresolved / answered
            - mood.loss_per_minute_waited * waited
        )
        return now, mood.resolved - mood.loss_unresolved * (1.0 - fcr)

    def _outsourcing(self, month: int, day: int, vendor: Operator, insolvent_day: int | None) -> None:
        """Transition, retained roles, oversight and licences; governance ends with the vendor."""
        client = self._client
        if month < self._transition_months:
            self._pay(
                day, "transition", client.transition_cost / self._transition_months, "transition project"
            )
        if insolvent_day is not None and insolvent_day < day:
            return
        self._pay(day, "retained_roles", client.retained_roles_per_year / 12.0, "retained team")
        self._pay(day, "oversight", client.oversight_per_year / 12.0, "oversight")
        seats = sum(vendor.staff(c).agents + vendor.staff(c).trainees for c in CHANNELS)
        self._pay(day, "licences", seats * client.licence_per_seat_month, "licences")

    def displaced(self, day: int, channel: Channel, people: int, share: float, home: Operator) -> None:
        """Severance now; notice pay and empty seats until they can be given up: stranded cost."""
        client, terms = self._client, home.terms
        self._pay(day, "severance", people * client.severance_per_employee, "displaced employees")
        hour = terms.wage_level(day) * home.site.price
        notice = people * client.in_house.notice_weeks * terms.paid_hours_per_week * hour
        self._pay(day, "stranded", notice, "notice pay")
        for month in range(1, client.in_house.seat_avoidable_after_months + 1):
            due = day + round(month * DAYS_PER_MONTH)
            if due < self._books.days.n_days:
                self._pay(due, "stranded", people * terms.seat_per_month, "vacated seats")
        self._books.events.append(Event(day, f"{channel}: vendor takes {share:.0%}, {people} displaced"))

    def exit(self, day: int, switching: float = 0.0) -> None:
        """The vendor is gone: transition back, at a share of what the way out has cost; to another vendor besides."""
        if switching:
            self._pay(day, "transition", switching, "switching to another vendor")
        self._pay(day, "exit", self._client.transition_cost * self._client.exit_share, "exit and rebuilding")

    def _sum(self, channel: Channel, name: str, month: int) -> float:
        return sum(float(self._books.of(o, channel, name)[month]) for o in OPERATORS)

    def _pay(self, day: int, account: str, amount: float, cause: str) -> None:
        self._ledger.post(Entry(day, "client", "suppliers", account, amount, "cash", cause, day))

    def _value(self, day: int, gain: bool, account: str, amount: float) -> None:
        payer, payee = ("customers", "client") if gain else ("client", "customers")
        self._ledger.post(Entry(day, payer, payee, account, amount, "value", account, day))  # type: ignore[arg-type]
