"""The built web pages. Every address that is not the API's opens the one page application."""

import asyncio
import stat
from mimetypes import guess_type
from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, Router
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from homepot.core.settings import project_root

_NOT_BUILT = (
    "The web pages have not been built yet: run `make run` in the project, or"
    " `npm ci && npm run build` in frontend/. The API is at work under /api."
)


def pages_dir() -> Path:
    root = project_root()
    return root / "frontend" / "dist" if root else Path(__file__).parents[2] / "pages"


class _Hashed(StaticFiles):
    """Files whose name changes with their content may be kept for ever; what was compressed when
    the pages were built is not compressed for each browser again."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        if "gzip" in Headers(scope=scope).get("accept-encoding", ""):
            packed, found = await asyncio.to_thread(self.lookup_path, f"{path}.gz")
            if found is not None and stat.S_ISREG(found.st_mode):
                response = self.file_response(packed, found, scope)
                kind = guess_type(path)[0] or "application/octet-stream"
                response.headers["Content-Type"] = kind
                response.headers["Content-Encoding"] = "gzip"
                response.headers["Vary"] = "Accept-Encoding"
                return response
        return await super().get_response(path, scope)

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def pages(folder: Path | None = None) -> Router:
    root = (folder or pages_dir()).resolve()

    async def page(request: Request) -> Response:
        path = request.path_params["path"]
        if path == "api" or path.startswith("api/"):
            raise HTTPException(404)
        wanted = (root / path).resolve()
        if path and wanted.is_relative_to(root) and wanted.is_file():
            return FileResponse(wanted, headers={"Cache-Control": "no-cache"})
        index = root / "index.html"
        if not index.is_file():
            return PlainTextResponse(_NOT_BUILT, 503)
        return FileResponse(index, headers={"Cache-Control": "no-cache"})

    # Not an application of its own: its refusals are told like all the others.
    return Router(
        routes=[
            # What nobody compressed before is, once for each browser, which keeps it for ever.
            Mount("/assets", GZipMiddleware(_Hashed(directory=root / "assets", check_dir=False))),
            Route("/{path:path}", page),
        ]
    )
