"""How much of the machine others took: figures of a busy machine say little, whatever they are."""

import os
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and of its children that ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _TICK


def family(pid: int) -> list[int]:
    """The process and everything that it started."""
    children = [
        int(child)
        for thread in Path(f"/proc/{pid}/task").iterdir()
        for child in _said(thread / "children").split()
    ]
    return [pid, *(each for child in children for each in family(child))]


def _said(path: Path) -> str:
    """What a file of a thread says; nothing where the thread has ended meanwhile."""
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


class Noise:
    """From now on."""

    def __init__(self) -> None:
        self._started = self._now()

    def share(self) -> float:
        """Of all processors, what neither idled nor worked for this program and what it started."""
        total, busy, own = (now - then for now, then in zip(self._now(), self._started, strict=True))
        return max(0.0, (busy - own) / total) if total else 0.0

    @staticmethod
    def _now() -> tuple[float, float, float]:
        fields = [int(each) / _TICK for each in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
        idle = fields[3] + fields[4]
        return sum(fields), sum(fields) - idle, sum(cpu_seconds(pid) for pid in family(os.getpid()))
