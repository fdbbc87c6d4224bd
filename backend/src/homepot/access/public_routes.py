"""The one list of doors without a lock. A line here is a decision: say why."""

PUBLIC_ROUTES: frozenset[tuple[str, str]] = frozenset(
    {
        # Whoever watches the server has no account on it; the answers say nothing else.
        ("GET", "/api/health/live"),
        ("GET", "/api/health/ready"),
        # The description of the product, the same on every server.
        ("GET", "/api/openapi.json"),
        # Where the lock is opened.
        ("POST", "/api/auth/login"),
        # The credential is in the body: the site's bootstrap key, the one-time claim.
        ("POST", "/api/v1/devices/bootstrap-provision"),
        ("POST", "/api/v1/enrolment-intents/{intent_id}/claim"),
        # A calendar program cannot sign in: the key in the address opens this and nothing else.
        ("GET", "/api/ai/maintenance.ics"),
        # It asks `websocket_tenant` itself, after accepting, so that the refusal can say why.
        ("WEBSOCKET", "/api/live"),
        # The built pages, which hold no data; everything they show comes through the API.
        ("MOUNT", ""),
    }
)
