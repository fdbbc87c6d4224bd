"""The thresholds of health that the owner chose."""

from homepot.ai.anomaly_detection.health import Thresholds
from homepot.ai.config import ai_config
from homepot.core.settings import Settings


def thresholds(settings: Settings) -> dict[str, Thresholds]:
    """By device type; the empty name is for all others."""
    config = ai_config(settings).anomaly_detection
    known = {"": config.health_thresholds, **config.health_thresholds_of}
    return {name: Thresholds(one.healthy, one.warning) for name, one in known.items()}
