"""The doors of the application, and the description of them that the front end is built on."""

import json
from pathlib import Path

from fastapi.routing import iter_route_contexts

from homepot.access.guard import keys_of, mark_on
from homepot.access.public_routes import PUBLIC_ROUTES
from homepot.core.settings import Settings
from homepot.main import create_app
from homepot.openapi import described

DESCRIPTION = Path(__file__).parents[3] / "frontend" / "openapi.json"


def test_every_route_is_guarded_or_on_the_public_list() -> None:
    routes = iter_route_contexts(create_app(Settings()).routes)
    unguarded = {key for route in routes if mark_on(route) is None for key in keys_of(route)}
    assert unguarded == PUBLIC_ROUTES


def test_the_committed_description_is_that_of_the_application() -> None:
    committed = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    assert committed == json.loads(described()), "run `make openapi`"
