"""What else the machine does while it is measured."""

import os
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
# Columns of /proc/stat after the name: user nice system idle iowait irq softirq steal; guest is part of user.
_IDLE, _IOWAIT, _COUNTED = 3, 4, 8


def busy_s(cores: list[int]) -> float:
    """Seconds that `cores` have spent on anything since the machine started, stolen time included."""
    names = {f"cpu{core}" for core in cores}
    lines = (line.split() for line in Path("/proc/stat").read_text("ascii").splitlines())
    return sum(_busy_ticks(columns) for name, *columns in lines if name in names) / _TICKS_PER_S


def _busy_ticks(columns: list[str]) -> int:
    return sum(int(ticks) for index, ticks in enumerate(columns[:_COUNTED]) if index not in {_IDLE, _IOWAIT})
