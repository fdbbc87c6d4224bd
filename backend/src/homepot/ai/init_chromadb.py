"""`python -m homepot.ai.init_chromadb`: builds Chroma's folder anew, from PostgreSQL."""

import asyncio
import sys

from rich.console import Console

from homepot.ai.device_memory.index import IndexAway, Kind
from homepot.ai.device_memory.keeping import Keeper, memory_of
from homepot.ai.embedding import Embedding
from homepot.core.errors import HomepotError
from homepot.core.log import configure_logging
from homepot.core.process import opened
from homepot.core.settings import Settings, SettingsError, load_settings

_out = Console(highlight=False, soft_wrap=True)
_errors = Console(stderr=True, highlight=False, soft_wrap=True)


async def build(settings: Settings) -> str:
    """What was built, in words. IndexAway where HOMEPOT is running and holds the folder."""
    embedding = Embedding()
    memory = memory_of(settings, embedding, with_index=True)
    assert memory.index is not None
    try:
        async with opened(settings) as process:
            keeper = Keeper(process.database, memory, embedding)
            await asyncio.to_thread(memory.index.open_empty)
            await keeper.embed_what_waits()
            await keeper.build()
            tenants = memory.index.tenants()
            counted = {
                kind: sum(memory.index.count(tenant, kind) for tenant in tenants) for kind in Kind
            }
            vectors = ", ".join(f"{count:,} in {kind.value}" for kind, count in counted.items())
            return f"Chroma is built anew in {memory.index.folder}: {vectors}."
    finally:
        memory.index.close()
        embedding.close()


def main() -> int:
    try:
        settings = load_settings()
        configure_logging("warning", settings.log_format)
        _out.print(asyncio.run(build(settings)), markup=False)
    except IndexAway as away:
        _errors.print(f"{away.detail} Stop it first to build anew.", markup=False)
        return 1
    except (SettingsError, HomepotError) as error:
        _errors.print(getattr(error, "detail", str(error)), markup=False)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
