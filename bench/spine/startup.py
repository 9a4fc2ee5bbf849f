"""Claims: the second `./run` shows its first page within 5 s; web and worker together rest under 300 MiB."""

import shutil
import tempfile
import time
from pathlib import Path

from bench.spine.server import Installation, installation

MOST_SECONDS = 5.0
MOST_MIB = 300.0
REST_SECONDS = 5


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="betaops-bench-"))
    try:
        with installation(folder) as first:
            print(f"first start, sample made    {first.seconds_to_first_page:6.2f} s to the first page")
        with installation(folder) as second:
            seconds = second.seconds_to_first_page
            time.sleep(REST_SECONDS)
            parts = resident_mib(second)
        total = sum(parts.values())
        print(
            f"second start                {seconds:6.2f} s to the first page   {_of(seconds, MOST_SECONDS, 's')}"
        )
        for name, size in parts.items():
            print(f"  {name:26}{size:6.0f} MiB")
        print(f"at rest, all processes      {total:6.0f} MiB   {_of(total, MOST_MIB, 'MiB')}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _of(value: float, limit: float, unit: str) -> str:
    return f"{value / limit:.2f} of the limit of {limit:.0f} {unit}"


def resident_mib(found: Installation) -> dict[str, float]:
    """Proportional set size (shared pages counted once) of the supervisor and everything below it, by command."""
    sizes: dict[str, float] = {}
    for pid in _family(found.process.pid):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
        name = " ".join(word for word in words[1:] if word and not word.startswith("-"))[:22] or words[0]
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        kib = next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
        sizes[f"{name} ({pid})"] = kib / 1024
    return sizes


def _family(pid: int) -> list[int]:
    children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [pid, *(each for child in children for each in _family(child))]


if __name__ == "__main__":
    main()
