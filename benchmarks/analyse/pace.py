"""CPU time told at one pace, though the cores were now faster, now slower."""

from collections.abc import Sequence

from benchmarks.records import Trial


def usual_pace_us(trials: Sequence[Trial]) -> float:
    """The mean pace of the cores while servers were loaded, by time; 0 when nobody watched it."""
    slices = [one for trial in trials for one in trial.slices if one.pace_us]
    window_s = sum(one.window_s for one in slices)
    return sum(one.pace_us * one.window_s for one in slices) / window_s if window_s else 0.0


def at_pace(trials: Sequence[Trial], pace_us: float) -> list[Trial]:
    """The trials with their CPU time told at this pace: dividing by the run's mean leaves the mean where it was."""
    return [trial.model_copy(update={"usual_pace_us": pace_us}) for trial in trials]
