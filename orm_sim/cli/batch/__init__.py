"""A batch: every scenario of a folder, or every option of a study, run on its own, reported and joined."""

from orm_sim.cli.batch.joined import Batch, open_batch
from orm_sim.cli.batch.run import BatchInterrupted, batch

__all__ = ["Batch", "BatchInterrupted", "batch", "open_batch"]
