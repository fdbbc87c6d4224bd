"""Which model answers for which role, of those that are there. Pure."""

from collections.abc import Sequence

from homepot.ai.config import ROLES, AiConfig
from homepot.ai.llm.doors.door import Model

DEFAULT = "default"


def roles_of(config: AiConfig, there: Sequence[Model]) -> dict[str, str]:
    """The default and each role, by name: the configured one, else the one whose size fits.

    By the size of their files the smallest is fast, the largest accurate, and the one in the
    middle, of two the larger, balanced and the default.
    """
    if not there:
        return {}
    names = {one.name for one in there}
    by_size = [one.name for one in sorted(there, key=lambda one: (one.size_bytes, one.name))]
    fitting = {"fast": by_size[0], "balanced": by_size[len(by_size) // 2], "accurate": by_size[-1]}
    models = config.models
    wishes = {role: [getattr(models, role)] for role in ROLES}
    wishes[DEFAULT] = [config.default_model, models.balanced, models.fast, models.accurate]
    return {
        role: next(
            (name for wish in wishes[role] for name in (wish, f"{wish}:latest") if name in names),
            fitting.get(role, fitting["balanced"]),
        )
        for role in (DEFAULT, *ROLES)
    }
