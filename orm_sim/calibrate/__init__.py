"""From records to a programme fragment: arrivals, handle time, patience, availability, conversion, with errors."""

from orm_sim.calibrate.backtest import backtest
from orm_sim.calibrate.calibration import Calibration, calibrate, programme_text
from orm_sim.calibrate.review import Review, review

__all__ = ["Calibration", "Review", "backtest", "calibrate", "programme_text", "review"]
