"""The one list of capabilities. Adding one is a line here and a folder beside this file."""

from collections.abc import Sequence

from homepot.access.feature import FEATURE as ACCESS
from homepot.ai.analysis.feature import FEATURE as ANALYSIS
from homepot.ai.analysis_modes.feature import FEATURE as ANALYSIS_MODES
from homepot.ai.anomaly_detection.feature import FEATURE as ANOMALY_DETECTION
from homepot.ai.device_memory.feature import FEATURE as DEVICE_MEMORY
from homepot.ai.event_store.feature import FEATURE as EVENT_STORE
from homepot.ai.health.feature import FEATURE as HEALTH
from homepot.ai.incidents.feature import FEATURE as INCIDENTS
from homepot.ai.insights.feature import FEATURE as INSIGHTS
from homepot.ai.llm.feature import FEATURE as LLM
from homepot.ai.prediction.feature import FEATURE as PREDICTION
from homepot.ai.query.feature import FEATURE as QUERY
from homepot.ai.reports.feature import FEATURE as REPORTS
from homepot.ai.status.feature import FEATURE as STATUS
from homepot.ai.thresholds.feature import FEATURE as THRESHOLDS
from homepot.alerts.feature import FEATURE as ALERTS
from homepot.ask.feature import FEATURE as ASK
from homepot.backup.feature import FEATURE as BACKUP
from homepot.condition.feature import FEATURE as CONDITION
from homepot.core.features import Feature
from homepot.core.settings import Settings, SettingsError
from homepot.fleet.commands.feature import FEATURE as COMMANDS
from homepot.fleet.connectivity.feature import FEATURE as CONNECTIVITY
from homepot.fleet.devices.feature import FEATURE as DEVICES
from homepot.fleet.enrolment.feature import FEATURE as ENROLMENT
from homepot.fleet.estate.feature import FEATURE as ESTATE
from homepot.fleet.events.feature import FEATURE as EVENTS
from homepot.fleet.tariffs.feature import FEATURE as TARIFFS
from homepot.fleet.types.feature import FEATURE as TYPES
from homepot.fleet.wire.feature import FEATURE as WIRE
from homepot.live.feature import FEATURE as LIVE
from homepot.operation.feature import FEATURE as OPERATION
from homepot.overview.feature import FEATURE as OVERVIEW
from homepot.privacy.feature import FEATURE as PRIVACY
from homepot.telemetry.feature import FEATURE as TELEMETRY

FEATURES: Sequence[Feature] = (
    ACCESS,
    TYPES,
    ESTATE,
    DEVICES,
    TARIFFS,
    CONNECTIVITY,
    ENROLMENT,
    EVENTS,
    COMMANDS,
    WIRE,
    TELEMETRY,
    EVENT_STORE,
    THRESHOLDS,
    ANOMALY_DETECTION,
    INCIDENTS,
    HEALTH,
    LLM,
    DEVICE_MEMORY,
    ANALYSIS_MODES,
    PREDICTION,
    QUERY,
    ASK,
    ANALYSIS,
    INSIGHTS,
    REPORTS,
    STATUS,
    ALERTS,
    OVERVIEW,
    LIVE,
    OPERATION,
    BACKUP,
    CONDITION,
    PRIVACY,
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
