"""A signature in plain English: what is searched for where nobody wrote anything yet. Pure."""

from homepot.ai.device_memory.signature import MetricSign, Signature, held

_SILENT = 0.5


def told(signature: Signature) -> str:
    """What the readings did, the strongest first.

    >>> told(Signature("till", 2.0, silent=1.0))
    'The device sent nothing, for 2 hours.'
    """
    hours = f"{signature.hours:.0f} hours" if signature.hours >= 1.5 else "an hour or less"
    if signature.silent > _SILENT:
        whose = "Every device of the site" if signature.around > _SILENT else "The device"
        return f"{whose} sent nothing, for {hours}."
    ordered = sorted(signature.metrics.items(), key=lambda one: -abs(held(one[1].height)))
    said = [f"{_plain(name)} {_did(sign)}" for name, sign in ordered]
    if not said:
        return f"Nothing unusual in the readings, for {hours}."
    cold = " In a cold room." if signature.is_cold else ""
    return f"{'; '.join(said).capitalize()}, for {hours}.{cold}"


def _did(sign: MetricSign) -> str:
    if sign.flat:
        return "stood still at one value"
    where = "above" if sign.height > 0 else "below"
    far = "far " if abs(sign.height) >= 3 else "a little " if abs(sign.height) < 1 else ""
    how = "rising" if sign.height > 0 else "falling"
    return f"{far}{where} its usual" + (f", {how} little by little" if sign.ramp > 0.5 else "")


def _plain(metric: str) -> str:
    return metric.replace("_", " ")
