"""What each route is asked with, and where its answer is another than one would think."""

from typing import Any

from homepot.access.permissions import Permission

Key = tuple[str, str]

# What a route without a guard answers to an empty request, whoever asks.
PUBLIC: dict[Key, int] = {
    ("GET", "/api/health/live"): 200,
    ("GET", "/api/health/ready"): 200,
    ("GET", "/api/openapi.json"): 200,
    ("POST", "/api/auth/login"): 422,
    ("GET", "/api/ai/maintenance.ics"): 422,
    ("POST", "/api/v1/devices/bootstrap-provision"): 422,
    ("POST", "/api/v1/enrolment-intents/{intent_id}/claim"): 422,
}
# Asked below in a way of their own, or holding no data.
NOT_ASKED: set[Key] = {("WEBSOCKET", "/api/live"), ("MOUNT", "")}

# A body that the route takes; {name} stands for an id of the tenant Harbour. Without a line: none.
BODIES: dict[Key, Any] = {
    ("POST", "/api/auth/password"): {
        "current_password": "seven rusty kettles",
        "new_password": "nine quiet lanterns",
    },
    ("POST", "/api/users"): {"username": "somebody", "role": "viewer"},
    ("PATCH", "/api/users/{user_id}"): {"name": "Somebody Else"},
    ("POST", "/api/tokens"): {"name": "poller", "scopes": ["fleet:read"]},
    ("PUT", "/api/device-types/{name}"): {"label": "Harbour gauge"},
    ("PUT", "/api/device-types/{name}/thresholds"): {"healthy": 0.9, "warning": 0.5},
    ("PUT", "/api/devices/{device_id}/thresholds"): {"health": {"healthy": 0.9, "warning": 0.5}},
    ("PATCH", "/api/metrics/{name}"): {"unit": "m"},
    ("POST", "/api/ai/maintenance-calendars"): {"name": "Workshop"},
    ("PATCH", "/api/ai/maintenance/{term_id}"): {"state": "done"},
    ("POST", "/api/ai/maintenance"): {
        "device_id": "{device_id}",
        "what": "Scrape the hull",
        "due_at": "2030-01-01T00:00:00Z",
    },
    ("POST", "/api/sites"): {"name": "Pier", "timezone": "Europe/Oslo"},
    ("PATCH", "/api/sites/{site_id}"): {"name": "Quay"},
    ("POST", "/api/sites/{site_id}/archive"): {"with_devices": True},
    ("PUT", "/api/tariffs"): {"device_type": "tablet", "visit_cost": 90, "currency": "EUR"},
    ("POST", "/api/devices"): {"name": "Till", "type": "tablet", "site_id": "{site_id}"},
    ("PATCH", "/api/devices/{device_id}"): {"name": "Front till"},
    ("POST", "/api/devices/{device_id}/transfer"): {"site_id": "{site_id}"},
    ("POST", "/api/enrolment-intents"): {"site_id": "{site_id}"},
    ("POST", "/api/devices/{device_id}/commands"): {"command_type": "ping"},
    ("PUT", "/api/devices/{device_id}/permissions"): {"permissions": {"root_access": True}},
    ("POST", "/api/telemetry"): {"readings": []},
    ("POST", "/api/alerts/channels"): {"name": "Desk", "kind": "dashboard"},
    ("PATCH", "/api/alerts/channels/{channel_id}"): {"name": "Front desk"},
    ("POST", "/api/alerts/rules"): {"name": "All"},
    ("PATCH", "/api/alerts/rules/{rule_id}"): {"name": "Everything"},
    ("POST", "/api/alerts/silences"): {"tag": "till", "for_min": 5},
    ("POST", "/api/incidents/{incident_id}/resolve"): {"note": "wiped it dry", "worked": True},
    ("POST", "/api/incidents/{incident_id}/notes"): {"note": "seen"},
    ("PATCH", "/api/incidents/{incident_id}"): {"resolution": "wiped it dry twice"},
    ("POST", "/api/ai/insights/{site_id}/actions"): {
        "recommendation_id": "incident:{device_id}:power"
    },
    ("PUT", "/api/ai/modes"): {"mode": "executive"},
    ("POST", "/api/ai/report-schedules"): {"report_type": "daily", "scope": "each_site"},
    ("PUT", "/api/ai/report-schedules/{schedule_id}"): {
        "report_type": "weekly",
        "scope": "everything",
    },
    ("POST", "/api/ai/similar"): {"text": "too warm"},
    ("POST", "/api/ai/query"): {"question": "How many devices are there?"},
    ("POST", "/api/ai/questions/{question_id}/feedback"): {"rating": "up"},
    # An empty message, packed.
    ("POST", "/api/prometheus/write"): b"\0",
    ("POST", "/api/v1/agent/device-dna"): {"device_id": "{device_id}"},
    ("POST", "/api/v1/agent/heartbeat"): {"device_id": "{device_id}"},
    ("POST", "/api/v1/agent/telemetry"): {
        "device_id": "{device_id}",
        "cpu_usage": 5,
        "memory_usage": 5,
        "disk_usage": 5,
    },
    ("POST", "/api/v1/agent/logs"): {"device_id": "{device_id}", "message": "hello"},
    ("POST", "/api/v1/agent/audit"): {
        "device_id": "{device_id}",
        "event_type": "opened",
        "description": "the lid",
    },
    ("POST", "/api/v1/agent/alert"): {"device_id": "{device_id}", "title": "hot"},
    ("POST", "/api/v1/agent/jobs"): {"device_id": "{device_id}", "action": "tidy"},
    ("PUT", "/api/v1/agent/jobs/{job_id}"): {"device_id": "{device_id}", "status": "completed"},
    ("POST", "/api/v1/agent/config-history"): {
        "device_id": "{device_id}",
        "action": "set",
        "parameter_name": "volume",
        "success": True,
    },
    ("PUT", "/api/v1/devices/{command_id}/status"): {"status": "sent"},
    ("POST", "/api/v1/devices/{command_id}/status"): {"status": "sent"},
    ("PATCH", "/api/v1/devices/device/{device_id}/permissions"): {
        "permissions": {"root_access": True}
    },
}
# Where who is let in gets another answer than the route's own success.
LET_IN: dict[Key, int] = {
    # Nothing is archived or suspended here.
    ("POST", "/api/sites/{site_id}/restore"): 409,
    ("POST", "/api/devices/{device_id}/restore"): 409,
    ("POST", "/api/devices/{device_id}/activate"): 409,
    # Nobody said what anything costs.
    ("DELETE", "/api/tariffs"): 404,
    # Somebody else's address.
    ("DELETE", "/api/ai/maintenance-calendars/{calendar_id}"): 404,
    # The incident is open.
    ("POST", "/api/incidents/{incident_id}/reopen"): 409,
    ("PATCH", "/api/incidents/{incident_id}"): 409,
}
# What is found only with another permission on top: without it, it is not there.
FOUND_WITH: dict[Key, Permission] = {
    ("DELETE", "/api/tokens/{token_id}"): Permission.USERS_MANAGE,
    # Somebody else's question.
    ("POST", "/api/ai/questions/{question_id}/feedback"): Permission.AUDIT_READ,
}
# Where an admin of another tenant gets another answer than: 404 for what belongs to Harbour, and
# what anybody who is let in gets for the rest.
STRANGER: dict[Key, int] = {
    # Their own type of the same name.
    ("PUT", "/api/device-types/{name}"): 200,
    # The site that the body names is not there.
    ("POST", "/api/devices"): 422,
    ("POST", "/api/devices/{device_id}/transfer"): 422,
    ("POST", "/api/enrolment-intents"): 422,
    ("POST", "/api/ai/maintenance"): 404,
}
