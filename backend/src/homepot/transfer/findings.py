"""What was wrong in the files: where, and why. Counted without end, kept only as far as shown."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

SHOWN_MAX = 50


@dataclass(frozen=True)
class Finding:
    """A line that was not taken, or not wholly."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        """
        >>> str(Finding("metrics/pos_1.csv.gz", 7, "'warm' is not a number"))
        "metrics/pos_1.csv.gz:7: 'warm' is not a number"
        """
        return f"{self.file}:{self.line}: {self.reason}"


@dataclass
class Findings:
    """`each` is told of every one; the first few are kept for the end."""

    each: Callable[[Finding], None]
    count: int = 0
    first: list[Finding] = field(default_factory=list)

    def lines(self, others: str | None = "") -> Iterator[str]:
        """What a person reads at the end. `others` says how to see the others; None: they were
        asked for already."""
        yield from map(str, self.first)
        if self.count > len(self.first) and others is not None:
            yield f"The first {SHOWN_MAX} of {self.count:,} are shown{others}."

    def add(self, file: str, line: int, reason: str) -> None:
        finding = Finding(file, line, reason)
        self.count += 1
        if len(self.first) < SHOWN_MAX:
            self.first.append(finding)
        self.each(finding)
