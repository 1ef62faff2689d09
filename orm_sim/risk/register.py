"""The risk register: expert scores of likelihood and impact, their order, and the hazards that are simulated."""

from __future__ import annotations

from orm_sim.core.evidence import required
from orm_sim.core.terms import Many, Term
from orm_sim.risk.breach import Breach, BreachSites
from orm_sim.risk.outage import Outage, OutageSites
from orm_sim.risk.shock import Shock, ShockSites
from orm_sim.risk.site import HAZARDS, SITES, HazardName, SiteName
from orm_sim.risk.weather import Weather, WeatherSites

Hazard = Outage | Weather | Shock | Breach
"""Terms of a hazard at a site."""


class Risk(Term):
    """One entry of the register with the expert's scores."""

    name: str
    """What may happen."""
    likelihood: int = required(unit="score 1 to 5", ge=1, le=5)
    """Expert score of likelihood."""
    impact: int = required(unit="score 1 to 5", ge=1, le=5)
    """Expert score of impact."""
    hazards: Many[HazardName] = ()
    """Hazards that are simulated for it; where there is none, the entry is an expert's view alone."""

    @property
    def score(self) -> int:
        """Likelihood × impact, 1 to 25.

        Examples
        --------
        >>> Risk(name="data breach", likelihood=4, impact=5).score
        20
        """
        return self.likelihood * self.impact


class Risks(Term):
    """What may go wrong: an expert's register, and the hazards that strike while a contract is lived."""

    entries: Many[Risk] = ()
    """Entries with expert scores."""
    outage: OutageSites = OutageSites()
    """Failures of a site's platform."""
    weather: WeatherSites = WeatherSites()
    """Storms that keep people from a site."""
    shock: ShockSites = ShockSites()
    """Steps of local wages and of the currency."""
    breach: BreachSites = BreachSites()
    """Thefts of customers' data; none unless a scenario asks for them."""
    without: Many[HazardName] = ()
    """Hazards that are switched off: outage, weather, shock, breach."""

    def ranked(self) -> tuple[Risk, ...]:
        """Entries by falling score."""
        return tuple(sorted(self.entries, key=lambda risk: -risk.score))

    def calm(self) -> Risks:
        """The same with every hazard switched off."""
        return self.model_copy(update={"without": HAZARDS})

    def at(self, hazard: HazardName, site: SiteName) -> Hazard | None:
        """A hazard's terms at a site; None where it cannot strike."""
        if hazard in self.without:
            return None
        found: Hazard | None = getattr(getattr(self, hazard), site)
        return found

    def outage_at(self, site: SiteName) -> Outage | None:
        """Outages of a site, where its platform can fail."""
        return None if "outage" in self.without else getattr(self.outage, site)

    @property
    def active(self) -> tuple[HazardName, ...]:
        """Hazards that can strike somewhere."""
        return tuple(h for h in HAZARDS if any(self.at(h, site) is not None for site in SITES))
