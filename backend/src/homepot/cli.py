"""The command `homepot`: which commands there are, and where each of them is."""

from homepot import __version__
from homepot.core.later import Later, group_of
from homepot.core.terminal import say

DATABASE = {
    "migrate": Later("homepot.core.migrate_cli:migrate", "Bring the tables to the newest step."),
    "timescaledb": Later(
        "homepot.telemetry.storage.cli:to_timescaledb",
        "Keep the readings in TimescaleDB, compressed after a few days; move those that are there.",
    ),
    "native": Later(
        "homepot.telemetry.storage.cli:to_native",
        "Keep the readings in PostgreSQL's own partitions; move back those that are in"
        " TimescaleDB.",
    ),
}
EVALUATE = {
    "detection": Later(
        "homepot.ai.anomaly_detection.cli:detection",
        "Single streams with labelled windows: data/<folder>/<file>.csv and windows.json.",
    ),
    "multivariate": Later(
        "homepot.ai.anomaly_detection.cli:multivariate",
        "Devices with several metrics and labelled rows: <folder>/<file>.csv, split by semicolons.",
    ),
    "fleet": Later(
        "homepot.ai.anomaly_detection.cli:fleet",
        "A fleet with its faults: sites, devices, metrics, events, and labels.jsonl as the truth.",
    ),
    "incidents": Later(
        "homepot.ai.evaluate_cli:incidents",
        "Similar incidents: for each one that is found and nobody wrote up, those recorded before.",
    ),
    "forecast": Later(
        "homepot.ai.evaluate_cli:forecast",
        "Slow wears of a fleet: which limits will be reached within 14 days of its `as_of`, and"
        " when.",
    ),
    "rul": Later(
        "homepot.ai.evaluate_cli:rul",
        "How many cycles each unit has left, learnt from units that ran to their end (C-MAPSS).",
    ),
    "questions": Later(
        "homepot.ask.cli:questions",
        "A file of questions with what is expected, a line of JSON each.",
    ),
}
COMMANDS = {
    "up": Later("homepot.up.cli:up", "Start everything and keep it running until Ctrl-C."),
    "doctor": Later(
        "homepot.doctor.cli:examine", "Tell what is well and what is not, and how to mend it."
    ),
    "ask": Later(
        "homepot.ask.cli:ask",
        "Ask about the fleet in plain words: homepot ask which tills are offline.",
    ),
    "report": Later(
        "homepot.ai.reports.cli:report",
        "Write a report on a device, a site or everything, keep it, and print it as PDF or page.",
    ),
    "alerts": Later(
        "homepot.alerts.cli:alerts_app",
        "Alerts: where they go, a test, what became of each.",
    ),
    "thresholds": Later(
        "homepot.ai.thresholds.cli:thresholds_app",
        "From which score a device is healthy or critical, and the limits of its metrics.",
    ),
    "replay": Later(
        "homepot.ai.anomaly_detection.cli:replay",
        "Run detection over stored history as if it were happening. Nobody is told.",
    ),
    "tariffs": Later(
        "homepot.fleet.tariffs.cli:tariffs_app",
        "What downtime, visits and parts cost: list, set, remove.",
    ),
    "import": Later(
        "homepot.transfer.cli:bring_in",
        "Bring history in: sites, devices, readings, events and incidents from a folder of files.",
    ),
    "export": Later(
        "homepot.transfer.cli:give_out",
        "Write sites, devices and readings into a folder of files.",
    ),
    "archive": Later(
        "homepot.telemetry.archive.cli:archive_app",
        "Days of readings that are older than readings_kept_days.",
    ),
    "backup": Later(
        "homepot.backup.cli:backup_app",
        "Back up the database, the archive and the configuration: homepot backup DIR.",
    ),
    "restore": Later(
        "homepot.backup.cli:restore",
        "Put a backup back, while HOMEPOT is stopped. What is there is not replaced unless told"
        " to.",
    ),
    "privacy": Later(
        "homepot.privacy.cli:privacy_app",
        "Everything that is kept of a tenant, a device or a user: give it out, or erase it.",
    ),
    "user": Later("homepot.access.cli:user_app", "Users: add, list, reset a password."),
    "tenant": Later("homepot.access.cli:tenant_app", "Tenants: add, list."),
    "audit": Later("homepot.access.cli:audit_app", "The audit log: verify that it is whole."),
    "models": Later("homepot.ai.llm.models.cli:models_app", "The models on this machine."),
    "llm": Later("homepot.ai.llm.server.cli:llm_app", "HOMEPOT's own model server."),
    "demo": Later("homepot.demo.cli:demo_app", "The simulated fleet: take it away again."),
}

app = group_of(COMMANDS, "HOMEPOT watches a fleet of devices.")
app.add_typer(
    group_of(DATABASE, "The database: its newest step, and where the readings are kept."),
    name="db",
)
app.add_typer(
    group_of(EVALUATE, "Measure HOMEPOT on labelled data in a folder. Needs no server."),
    name="evaluate",
)


@app.command()
def version() -> None:
    """Tell which version this is."""
    say(__version__)


def main() -> None:
    app()
