"""Fixed: an amount that is owed whatever happens, every month or once."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from orm_sim.contract.clause import Channel, Clause, Rate, priced
from orm_sim.contract.period import LineItem, Memory, Period, line
from orm_sim.contract.wording import price
from orm_sim.core.evidence import required
from orm_sim.core.terms import Rule


def _once_without_month(when: str, month: int | None) -> str | None:
    if when == "once" and month is None:
        return "a fee that is owed once needs the month: in which month, counted from 0?"
    if when == "monthly" and month is not None:
        return f"is owed every month, yet names month {month}"
    return None


class Fixed(Clause):
    """An amount that is owed every month of the term, or once in a stated month."""

    clause: Literal["fixed"] = "fixed"
    """A fixed fee."""
    amount: Rate = required(unit="$")
    """The fee."""
    when: Literal["monthly", "once"] = "monthly"
    """Whether it is owed in every month of the term or once."""
    month: Annotated[int, Field(ge=0)] | None = None
    """The month of the contract, counted from 0, in which a fee that is owed once falls due."""
    channel: Channel | None = None
    """The channel whose costs it belongs to, where it belongs to one."""
    payer: Literal["client", "vendor"] = "client"
    """Who pays it: a vendor that buys its way into a contract pays upfront, or month by month."""

    rules: ClassVar[tuple[Rule, ...]] = (Rule(("when", "month"), _once_without_month),)

    def called(self) -> str:
        """What the clause is called when its label is not given."""
        return " ".join(filter(None, (self.channel, "fixed fee")))

    def due(self, period: Period, memory: Memory) -> tuple[tuple[LineItem, ...], Memory]:
        """The fee, in the months it is owed."""
        if not period.in_force or self.month not in (None, period.month):
            return (), memory
        amount = priced(self.amount) * period.scale * (1.0 if self.payer == "client" else -1.0)
        words = "fixed fee of {rate:price}"
        return (
            line(period, self.name, "fee", amount, words, channel=self.channel or "", rate=amount),
        ), memory

    def wording(self) -> str:
        """The clause as a sentence of the term sheet."""
        often = (
            "every month of the term"
            if self.month is None
            else f"once, in month {self.month + 1} of the contract"
        )
        where = "" if self.channel is None else f" ({self.channel})"
        return f"The {self.payer} pays {_amount(self.amount)} {often}{where}."


def _amount(rate: float | str) -> str:
    return "an amount that is solved" if isinstance(rate, str) else price(rate)
