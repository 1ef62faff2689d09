"""Settings: where the sliders stand, what each is called, how far it goes, and how a difference is said."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the sliders stand.

    Attributes
    ----------
    deal
        Name of the option whose terms are shaped.
    volume
        Contacts, leads and outbound seats, as a multiple of the study's.
    wage
        Wage of the vendor's agents, $ an hour.
    price
        Everything the contract pays, as a multiple of what it asks.
    base_share
        Part of the expected pay for sales that is paid whatever is sold, 0 to 1.
    commission
        Commission a sale, as a multiple.
    at_risk
        Share of the fees that service credits may take, 0 to 1.
    continuity
        Share of the vendor's platform that stands by, 0 to 1.
    risk_weight
        λ: weight of the worst cases in what an option is worth, 0 to 1.
    """

    deal: str
    volume: float
    wage: float
    price: float
    base_share: float
    commission: float
    at_risk: float
    continuity: float
    risk_weight: float

    def differences(self, other: Settings) -> list[str]:
        """The sliders that stand elsewhere in `other`, by their names; what only weighs results is left out."""
        return [
            each.name
            for each in fields(self)
            if each.name not in WEIGHS and getattr(self, each.name) != getattr(other, each.name)
        ]


WEIGHS: Final = ("risk_weight",)
"""Sliders that change no history: what is on the page is ranked again at once."""

WORLD: Final = ("volume", "wage", "continuity", "risk_weight")
"""Sliders that speak of every option; the others shape the terms of one."""


ALL: Final = tuple(each.name for each in fields(Settings) if each.name != "deal")
"""Every slider."""


@dataclass(frozen=True, slots=True)
class Slider:
    """A slider: its name in `Settings`, its words, its range and its number box.

    Attributes
    ----------
    name
        Attribute of `Settings`.
    title, unit
        Words beside it.
    low, high, step
        In the slider's own unit, as shown.
    factor
        What a shown unit is worth: 0.01 where per cent are shown.
    why_not
        Why it cannot be moved; empty where it can.
    """

    name: str
    title: str
    unit: str
    low: float
    high: float
    step: float
    factor: float = 1.0
    why_not: str = ""

    def shown(self, value: float) -> float:
        """A value of `Settings` as the slider shows it, on its grid."""
        return round(round(value / self.factor / self.step) * self.step, 4)

    def value(self, shown: float) -> float:
        """What a position stands for, held inside the range."""
        return round(min(max(shown, self.low), self.high) * self.factor, 10)

    def words(self, value: float) -> str:
        """The slider and its position in words: "wage $3.30 an hour"."""
        places = 2 if self.step < 0.1 else 0
        number = f"{value / self.factor:,.{places}f}"
        return f"{self.title.lower()} " + (
            f"${number} {self.unit[2:]}" if self.unit.startswith("$ ") else f"{number} {self.unit}"
        )


def sliders(wage: float, deal_words: dict[str, str]) -> tuple[Slider, ...]:
    """The eight sliders of a study.

    Parameters
    ----------
    wage
        The study's wage of the vendor's agents, $ an hour.
    deal_words
        By slider, why the terms of the chosen option have nothing that it could move.
    """
    why = deal_words.get
    return (
        Slider("volume", "Volume", "% of the study's", 50, 150, 5, 0.01),
        Slider("wage", "Wage", "$ an hour", round(wage * 0.6, 1), round(wage * 2.0, 1), 0.05),
        Slider("continuity", "Continuity", "% standing by", 0, 100, 10, 0.01, why("continuity", "")),
        Slider("risk_weight", "Risk appetite λ", "% on worst cases", 0, 100, 5, 0.01),
        Slider("price", "Price", "% of what is asked", 50, 150, 1, 0.01, why("price", "")),
        Slider("base_share", "Base share", "% of expected pay", 0, 100, 5, 0.01, why("base_share", "")),
        Slider("commission", "Commission", "% of what is asked", 0, 200, 5, 0.01, why("commission", "")),
        Slider("at_risk", "At risk", "% of fees", 0, 30, 1, 0.01, why("at_risk", "")),
    )
