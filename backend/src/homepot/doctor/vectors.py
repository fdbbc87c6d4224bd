"""Whether the vectors of memory can be read; they are proposals only, and made anew at will."""

import sqlite3
from contextlib import closing

from homepot.ai.config import ai_config
from homepot.core.settings import Settings, SettingsError
from homepot.core.words import count
from homepot.doctor.finding import Finding

_FILE = "chroma.sqlite3"
_BUILD = "stop HOMEPOT, then python -m homepot.ai.init_chromadb"


def vectors(settings: Settings) -> Finding:
    try:
        folder = ai_config(settings).chromadb.folder(settings)
    except SettingsError as error:
        mend = "correct chromadb_path or the file of ai_config_path"
        return Finding("chroma", ok=False, detail=str(error), mend=mend)
    file = folder / _FILE
    if not folder.exists():
        return Finding("chroma", ok=True, detail=f"not begun; it will be made in {folder}")
    if not file.is_file():
        return Finding("chroma", ok=False, detail=f"{file} is not there", mend=_BUILD)
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
            (number,) = connection.execute("SELECT count(*) FROM collections").fetchone()
    except sqlite3.Error as error:
        return Finding("chroma", ok=False, detail=f"{file}: {error}", mend=_BUILD)
    return Finding("chroma", ok=True, detail=f"{count(number, 'collection')} in {folder}")
