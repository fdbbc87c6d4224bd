"""The one list of capabilities. Adding one is a line here and a folder beside this file."""

from collections.abc import Sequence

from homepot import access, live, operation, overview, telemetry
from homepot.ai import analysis_modes, device_memory, event_store, health, incidents, status
from homepot.ai.analysis.feature import FEATURE as ANALYSIS
from homepot.ai.anomaly_detection.feature import FEATURE as ANOMALY_DETECTION
from homepot.ai.insights.feature import FEATURE as INSIGHTS
from homepot.ai.llm.feature import FEATURE as LLM
from homepot.ai.prediction.feature import FEATURE as PREDICTION
from homepot.ai.query.feature import FEATURE as QUERY
from homepot.ai.reports.feature import FEATURE as REPORTS
from homepot.ai.thresholds.feature import FEATURE as THRESHOLDS
from homepot.alerts.feature import FEATURE as ALERTS
from homepot.backup.feature import FEATURE as BACKUP
from homepot.condition.feature import FEATURE as CONDITION
from homepot.core.features import Feature
from homepot.core.settings import Settings, SettingsError
from homepot.fleet import commands, connectivity, devices, enrolment, estate, events, types, wire
from homepot.fleet.tariffs.feature import FEATURE as TARIFFS

FEATURES: Sequence[Feature] = (
    access.FEATURE,
    types.FEATURE,
    estate.FEATURE,
    devices.FEATURE,
    TARIFFS,
    connectivity.FEATURE,
    enrolment.FEATURE,
    events.FEATURE,
    commands.FEATURE,
    wire.FEATURE,
    telemetry.FEATURE,
    event_store.FEATURE,
    THRESHOLDS,
    ANOMALY_DETECTION,
    incidents.FEATURE,
    health.FEATURE,
    LLM,
    device_memory.FEATURE,
    analysis_modes.FEATURE,
    PREDICTION,
    QUERY,
    ANALYSIS,
    INSIGHTS,
    REPORTS,
    status.FEATURE,
    ALERTS,
    overview.FEATURE,
    live.FEATURE,
    operation.FEATURE,
    BACKUP,
    CONDITION,
)


def check(settings: Settings) -> None:
    """SettingsError with all that the capabilities say of the files and addresses for them."""
    problems: list[str] = []
    for one in (one for feature in FEATURES for one in feature.checks):
        try:
            one(settings)
        except SettingsError as error:
            problems += error.problems
    if problems:
        # Two that read the same file say the same of it.
        raise SettingsError(list(dict.fromkeys(problems)))
