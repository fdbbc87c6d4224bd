"""GET /api/devices: a page of 50 of 10,000, over HTTP to a server process of its own.

The peer is the bare statement, prepared, over psycopg on connections that stay in the tenant:
what the database alone can give. The ratio is what signing in, one transaction a request, JSON
and HTTP add.
"""

import asyncio
from functools import partial

import psycopg
from fleet import build
from load import Asker, HttpAsker, Load, measure
from psycopg.conninfo import make_conninfo
from report import Row
from stage import data_folder, free_port, product, uvicorn_command

from homepot.core.embedded_postgres import EmbeddedPostgres
from homepot.core.migrate import upgrade
from homepot.fleet.devices.list_store import page_statement
from homepot.fleet.devices.listing import DeviceQuery, Filters, Sort

DEVICES = 10_000
SITES = 100
READERS = 10
ASKS = 1_000
QUESTIONS = (
    ("devices", "/api/devices", DeviceQuery(Filters())),
    ("search", "/api/devices?q=kitchen+99", DeviceQuery(Filters(terms=("kitchen", "99")))),
    ("by last seen", "/api/devices?sort=-last_seen", DeviceQuery(Filters(), Sort.LAST_SEEN_DOWN)),
)
# The limits protect a server from strangers; here they would be what is measured.
NO_LIMITS = {
    "HOMEPOT_REQUESTS_PER_SECOND_MAX": "1000000",
    "HOMEPOT_REQUESTS_BURST_MAX": "1000000",
}


class SqlAsker(Asker):
    """The same rows, from the database alone."""

    def __init__(self, url: str, tenant_id: int, query: DeviceQuery) -> None:
        self._statement, self._values = page_statement(query)
        self._connection = psycopg.connect(make_conninfo(url), autocommit=True, prepare_threshold=0)
        self._connection.execute("SET ROLE homepot_tenant")
        self._connection.execute(
            "SELECT set_config('homepot.tenant_id', %s, false)", [str(tenant_id)]
        )

    def ask(self) -> None:
        if len(self._connection.execute(self._statement.encode(), self._values).fetchall()) < 50:
            raise RuntimeError("the page is not full")

    def close(self) -> None:
        self._connection.close()


def run() -> list[Row]:
    with data_folder() as data, EmbeddedPostgres(data).lease() as url:
        upgrade(url)
        tenant_id, token = asyncio.run(build(url, DEVICES, SITES))
        port = free_port()
        with product(uvicorn_command(port), data, port, **NO_LIMITS):
            rows: list[Row] = []
            for name, path, query in QUESTIONS:
                http = partial(HttpAsker, port, path, token)
                sql = partial(SqlAsker, url, tenant_id, query)
                for readers in (1, READERS):
                    ours = measure(http, readers=readers, asks=ASKS // readers)
                    bare = measure(sql, readers=readers, asks=ASKS // readers)
                    rows += _rows(f"{name}, {readers} at once", ours, bare)
        return rows


def _rows(name: str, ours: Load, bare: Load) -> list[Row]:
    peer = "bare SQL"
    return [
        Row(name, ours.per_second, "requests/s", peer, bare.per_second),
        Row(name, ours.percentile_ms(50), "ms p50", peer, bare.percentile_ms(50)),
        Row(name, ours.percentile_ms(95), "ms p95", peer, bare.percentile_ms(95)),
    ]
