"""Erlang A to 40 digits, from the law of the offered wait: an independent yardstick for the closed forms."""

import mpmath as mp

from orm_sim.centre.erlang import Stationary


def exact_erlang_a(
    rate: float, handle_s: float, patience_s: float, agents: int, threshold_s: float
) -> Stationary:
    """Figures of M/M/n+M by incomplete gamma functions.

    The wait a contact of endless patience would meet has density v(x) = λ p exp(λ(1-e^{-θx})/θ - nμx), p the
    probability of n - 1 contacts. With y = (λ/θ) e^{-θx}, ∫ v(x) e^{-kθx} dx is an incomplete gamma function.
    """
    with mp.workdps(40):
        lam, mu, theta, tau = mp.mpf(rate), 1 / mp.mpf(handle_s), 1 / mp.mpf(patience_s), mp.mpf(threshold_s)
        offered = lam / theta

        def reached(k: mp.mpf, until: mp.mpf) -> mp.mpf:
            """∫_0^until λ exp(λ(1-e^{-θx})/θ - (nμ + kθ) x) dx."""
            shape = agents * mu / theta + k
            low = mp.mpf(0) if mp.isinf(until) else offered * mp.exp(-theta * until)
            return lam / theta * mp.exp(offered) * offered**-shape * mp.gammainc(shape, low, offered)

        load = lam / mu
        last = load ** (agents - 1) / mp.factorial(agents - 1)
        free = mp.fsum(load**k / mp.factorial(k) for k in range(agents)) / last
        norm = free + reached(mp.mpf(0), mp.inf)
        answered = (free + reached(mp.mpf(1), mp.inf)) / norm
        # E[wait; answered] = -d/ds ∫ v(x) e^{-sx} dx at s = θ
        waited = -mp.diff(lambda k: reached(k, mp.inf), mp.mpf(1), h=mp.mpf(10) ** -12) / theta / norm
        return Stationary(
            float(reached(mp.mpf(0), mp.inf) / norm),
            float((free + reached(mp.mpf(1), tau)) / norm),
            float(1 - answered),
            float((1 - answered) * patience_s),
            float(waited / answered),
            float(answered * load / agents),
        )
