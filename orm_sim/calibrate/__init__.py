"""From records to a programme fragment: arrivals, handle time, patience, availability, conversion, with errors."""

from orm_sim.calibrate.backtest import backtest
from orm_sim.calibrate.calibration import Calibration, calibrate

__all__ = ["Calibration", "backtest", "calibrate"]
