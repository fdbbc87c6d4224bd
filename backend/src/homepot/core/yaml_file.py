"""A file of the owner's that says how something is done; its mistakes are named by line."""

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from homepot.core.settings_sources import SettingsError
from homepot.core.words import words_of

FILE_SIZE_MAX_BYTES = 1024 * 1024

Model = TypeVar("Model", bound=BaseModel)


def read_text(path: Path, named: str) -> str:
    """`named`: the setting that says where it is, as Settings.named has it."""
    try:
        if path.stat().st_size > FILE_SIZE_MAX_BYTES:
            raise SettingsError([f"{named}: {path} is larger than {FILE_SIZE_MAX_BYTES:,} bytes"])
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError([f"{named}: {path} cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise SettingsError([f"{named}: {path} is not UTF-8 text"]) from None


def document(text: str, place: str, model: type[Model]) -> Model:
    """SettingsError with the lines to mend where the text is not such a document."""
    tree, given = parsed(text, place)
    try:
        return model.model_validate(given)
    except ValidationError as error:
        problems = []
        for one in error.errors():
            where = ".".join(str(part) for part in one["loc"])
            said = f"{where}: {words_of(one)}" if where else words_of(one)
            problems.append(f"{place}:{line_of(tree, one['loc'])}: {said}")
        raise SettingsError(problems) from None


def parsed(text: str, place: str) -> tuple[yaml.Node | None, Any]:
    """The text with its lines, and what it says."""
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader), yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SettingsError([f"{place}:{line}: not valid YAML: {error.problem}"]) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise SettingsError([f"{place}: not valid YAML"]) from None


def line_of(node: yaml.Node | None, loc: tuple[Any, ...]) -> int:
    """The line of the innermost part of the document that this place leads to."""
    line = node.start_mark.line + 1 if node is not None else 1
    for part in loc:
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
        elif isinstance(node, yaml.MappingNode):
            found = [pair for pair in node.value if pair[0].value == str(part)]
            if not found:
                break
            line, node = found[0][0].start_mark.line + 1, found[0][1]
            continue
        else:
            break
        line = node.start_mark.line + 1 if node is not None else line
    return line
