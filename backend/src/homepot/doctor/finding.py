"""A finding and its line. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    name: str
    ok: bool
    detail: str
    mend: str = ""
    """What to do; empty when there is nothing to."""


def render(findings: Sequence[Finding]) -> str:
    """One line for each, the way to mend it below.

    >>> print(render([Finding("python", True, "3.12.1"), Finding("disk", False, "full", "tidy")]))
    ok     python  3.12.1
    WRONG  disk    full
                   mend: tidy
    """
    width = max((len(one.name) for one in findings), default=0)
    lines = []
    for one in findings:
        indent = " " * (9 + width)
        detail = one.detail.replace("\n", "\n" + indent)
        lines.append(f"{'ok' if one.ok else 'WRONG':<5}  {one.name:<{width}}  {detail}")
        if one.mend:
            lines.append(f"{indent}mend: {one.mend}")
    return "\n".join(lines)
