"""Reads settings from homepot.yaml and from variables, and remembers where each one stood.

Only text is handled here; what a setting may be is decided by the model in settings.py.
"""

import difflib
import re
import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import annotated_types
import yaml
from pydantic import SecretStr
from pydantic.fields import FieldInfo

FILE_NAME = "homepot.yaml"
CONFIG_VARIABLE = "HOMEPOT_CONFIG"
PREFIX = "HOMEPOT_"
# Variables of the agent and the simulator, which may run from the same shell.
OTHERS = re.compile(r"HOMEPOT_(AGENT_\w+|SIMULATOR_\w+|BOOTSTRAP_KEY|CLAIM_TOKEN)")
FILE_SIZE_MAX_BYTES = 1024 * 1024
_SHOWN_MAX = 80

Fields = Mapping[str, FieldInfo]


class SettingsError(Exception):
    """The configuration is wrong; the message has one line for each thing to mend."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True)
class Given:
    """A value somebody gave, and where: "homepot.yaml:3", "HOMEPOT_PORT" or "--port"."""

    value: Any
    place: str


def read_sources(
    fields: Fields,
    environ: Mapping[str, str],
    start: Path,
    root: Path | None,
    flags: Mapping[str, str],
) -> tuple[dict[str, Given], list[str]]:
    """What was given, by field name, and what cannot be taken: a flag wins over a variable, and
    that over the file."""
    problems: list[str] = []
    given: dict[str, Given] = {}
    path = config_path(environ, start, root)
    if path is not None:
        try:
            given.update(_from_yaml(fields, path, problems))
        except SettingsError as error:
            problems += error.problems
    given.update(_from_variables(fields, environ, start, problems))
    for name, value in flags.items():
        flag = Given(value, f"--{name.replace('_', '-')}")
        given[name] = _from_folder(flag, fields[name], start)
    return given, problems


# -- names and words ------------------------------------------------------------------------


def _extra(field: FieldInfo, key: str) -> Any:
    extra = field.json_schema_extra
    return extra.get(key) if isinstance(extra, dict) else None


def variables_of(name: str, field: FieldInfo) -> tuple[str, ...]:
    """The variables that set a field, the weakest first."""
    own = str(_extra(field, "variable") or PREFIX + name.upper())
    plain = _extra(field, "plain_variable")
    return (str(plain), own) if plain else (own,)


def default_words(field: FieldInfo) -> str:
    words = _extra(field, "default_words")
    return str(words) if words else f"`{field.default}`"


def _plain_type(annotation: Any) -> Any:
    """The type without the `| None` around it and the `Annotated` on it."""
    if get_origin(annotation) in {Union, types.UnionType}:
        annotation = next(one for one in get_args(annotation) if one is not types.NoneType)
    if hasattr(annotation, "__metadata__"):
        annotation = get_args(annotation)[0]
    return annotation


def is_secret(field: FieldInfo) -> bool:
    return _plain_type(field.annotation) is SecretStr


def allowed_words(field: FieldInfo) -> str:
    """What a field may be, in words; read from the model so that it cannot differ from it."""
    if words := _extra(field, "allowed"):
        return str(words)
    kind = _plain_type(field.annotation)
    if get_origin(kind) is Literal:
        return ", ".join(str(one) for one in get_args(kind))
    if kind is bool:
        return "true, false"
    low = next((m.ge for m in field.metadata if isinstance(m, annotated_types.Ge)), None)
    high = next((m.le for m in field.metadata if isinstance(m, annotated_types.Le)), None)
    if kind in {int, float}:
        words = "a whole number" if kind is int else "a number"
        return words if low is None else f"{words} from {low} to {high}"
    return "a path" if kind is Path else "text"


def refusal(given: Given, name: str, field: FieldInfo, problem: str, allowed: str) -> str:
    if is_secret(field):
        return f"{given.place}: {name}: {problem}; allowed: {allowed}"
    shown = str(given.value)
    shown = shown if len(shown) <= _SHOWN_MAX else shown[:_SHOWN_MAX] + "…"
    return f"{given.place}: {name} is {shown!r}: {problem}; allowed: {allowed}"


def _unknown(place: str, what: str, name: str, known: Iterable[str]) -> str:
    known = sorted(known)
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
    return f"{place}: unknown {what} {name!r}; {hint}"


# -- the file -------------------------------------------------------------------------------


def config_path(environ: Mapping[str, str], start: Path, root: Path | None) -> Path | None:
    named = environ.get(CONFIG_VARIABLE, "").strip()
    if named:
        return start / Path(named).expanduser()
    places = [start] if root is None else [start, root]
    return next((p / FILE_NAME for p in places if (p / FILE_NAME).exists()), None)


def _compose(path: Path) -> yaml.Node | None:
    try:
        if path.stat().st_size > FILE_SIZE_MAX_BYTES:
            raise SettingsError([f"{path}: larger than {FILE_SIZE_MAX_BYTES} bytes"])
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError([f"{path}: cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise SettingsError([f"{path}: not UTF-8 text"]) from None
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SettingsError([f"{path}:{line}: not valid YAML: {error.problem}"]) from None
    except yaml.YAMLError:
        problem = "a character that may not stand in it"
        raise SettingsError([f"{path}: not valid YAML: {problem}"]) from None


def _from_yaml(fields: Fields, path: Path, problems: list[str]) -> dict[str, Given]:
    tree = _compose(path)
    if tree is None:
        return {}
    if isinstance(tree, yaml.ScalarNode) and not tree.value:
        return {}
    if not isinstance(tree, yaml.MappingNode):
        raise SettingsError([f"{path}:{tree.start_mark.line + 1}: expected lines of `name: value`"])
    given: dict[str, Given] = {}
    for key_node, value_node in tree.value:
        place = f"{path}:{key_node.start_mark.line + 1}"
        name = str(key_node.value)
        if name not in fields:
            problems.append(_unknown(place, "setting", name, fields))
            continue
        if name in given:
            problems.append(f"{place}: {name} was already set at {given[name].place}")
            continue
        one = _yaml_value(name, fields[name], value_node, place, problems)
        if one is not None:
            given[name] = _from_folder(one, fields[name], path.parent)
    return given


def _yaml_value(
    name: str, field: FieldInfo, node: yaml.Node, place: str, problems: list[str]
) -> Given | None:
    """A scalar as YAML reads it; an empty one leaves the default."""
    if not isinstance(node, yaml.ScalarNode):
        problems.append(f"{place}: {name}: expected one value; allowed: {allowed_words(field)}")
        return None
    try:
        value = yaml.SafeLoader("").construct_object(node)
    except (yaml.YAMLError, ValueError):
        problem = "not a value YAML can read"
    else:
        if value is None:
            return None
        # YAML reads `yes` as true, and pydantic would take true for 1.
        if isinstance(value, bool) == (_plain_type(field.annotation) is bool):
            is_plain = isinstance(value, (bool, int, float))
            return Given(value if is_plain else str(value), place)
        problem = "true and false do not mix with other values"
    problems.append(refusal(Given(node.value, place), name, field, problem, allowed_words(field)))
    return None


def _from_folder(given: Given, field: FieldInfo, folder: Path) -> Given:
    """Relative paths count from where they were written, not from where the program runs."""
    if _plain_type(field.annotation) is not Path:
        return given
    return Given(folder.absolute() / Path(str(given.value)).expanduser(), given.place)


# -- variables ------------------------------------------------------------------------------


def _from_variables(
    fields: Fields, environ: Mapping[str, str], start: Path, problems: list[str]
) -> dict[str, Given]:
    given: dict[str, Given] = {}
    known = {CONFIG_VARIABLE}
    for name, field in fields.items():
        for variable in variables_of(name, field):
            known.add(variable)
            value = environ.get(variable, "").strip()
            if is_secret(field):
                known.add(variable + "_FILE")
                value = _or_secret_file(variable, value, environ, start, problems)
            # An empty variable is how compose files and units say "not set".
            if value:
                given[name] = _from_folder(Given(value, variable), field, start)
    own = {name for name in known if name.startswith(PREFIX)}
    problems.extend(
        _unknown(variable, "variable", variable, own)
        for variable in sorted(environ)
        if variable.startswith(PREFIX) and variable not in known and not OTHERS.fullmatch(variable)
    )
    return given


def _or_secret_file(
    variable: str, value: str, environ: Mapping[str, str], start: Path, problems: list[str]
) -> str:
    file_variable = variable + "_FILE"
    named = environ.get(file_variable, "").strip()
    if not named:
        return value
    if value:
        problems.append(f"{file_variable}: {variable} is set too; allowed: only one of them")
        return ""
    path = start / Path(named).expanduser()
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        problems.append(f"{file_variable}: {path} cannot be read: {reason}")
        return ""
    if not text.strip():
        problems.append(f"{file_variable}: {path} is empty")
    return text.strip()
