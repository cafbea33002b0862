"""Reading a use case file: strict YAML into the records of ``emsa.model``.

Refused with file, key and reason: unknown keys, wrong types, a key written twice, and
the words that YAML 1.1 takes for booleans (``no``, ``on``) and YAML 1.2 does not.
"""

import re
from collections.abc import Hashable
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
import yaml
from typing_extensions import override

from sterna.emsa.lint import Severity, lint
from sterna.emsa.model import UseCase
from sterna.kernel.errors import BadInput

AMBIGUOUS: Final = re.compile(r"(?i:y|n|yes|no|on|off)")
"""Plain words that mean a boolean to YAML 1.1 and a text to YAML 1.2."""
FILE_BYTES_MAX: Final = 4_000_000
"""Forty times the largest file we have; a bigger one is no use case."""


if TYPE_CHECKING:
    Loader = yaml.SafeLoader
else:  # libyaml's parser where PyYAML has it, as all its wheels do: a tenth of the time.
    Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class StrictLoader(Loader):
    """Safe YAML without the two traps: keys written twice and words that are half booleans."""

    @override
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Build a mapping; a key written twice is an error, not the last one winning."""
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"key {key.value!r} is written twice", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)

    @override
    def construct_scalar(self, node: Any) -> Any:
        """Build a scalar; refuse a plain word that two versions of YAML read differently."""
        if not node.style and AMBIGUOUS.fullmatch(node.value):
            raise yaml.constructor.ConstructorError(
                None, None, f"{node.value!r} is read differently by YAML 1.1 and 1.2; quote it",
                node.start_mark,
            )  # fmt: skip
        return super().construct_scalar(node)


def parsed(text: str, source: Path | str) -> Any:
    """Return the plain data of a YAML *text*. Raises BadInput naming *source* and the line."""
    if len(text) > FILE_BYTES_MAX:
        raise BadInput(source, "", f"larger than {FILE_BYTES_MAX} bytes")
    try:
        return yaml.load(text, Loader=StrictLoader)  # noqa: S506  # StrictLoader is a SafeLoader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}" if mark else ""
        raise BadInput(source, line, getattr(error, "problem", None) or str(error)) from error


def read(path: Path) -> UseCase:
    """Read and lint the use case file at *path*. Raises BadInput."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(path, "", str(error)) from error
    return loads(text, path)


def loads(text: str, source: Path | str) -> UseCase:
    """Read and lint a use case from *text*. Raises BadInput at the first error found."""
    use_case = structured(text, source)
    for finding in lint(use_case):
        if finding.severity is Severity.ERROR:
            raise BadInput(source, finding.where, f"{finding.text} ({finding.rule})")
    return use_case


def structured(text: str, source: Path | str) -> UseCase:
    """Return the use case of *text* without linting it. Raises BadInput."""
    data = parsed(text, source)
    try:
        return msgspec.convert(data, UseCase)
    except msgspec.ValidationError as error:
        reason, _, where = str(error).partition(" - at `")
        raise BadInput(source, where.removesuffix("`").removeprefix("$."), reason) from error


@cache
def packaged(name: str) -> UseCase:
    """Return the use case *name* that Sterna brings along, e.g. ``porto``. Raises BadInput."""
    return loads(packaged_text(f"{name}.yaml"), f"usecases/{name}.yaml")


def packaged_text(file: str) -> str:
    """Return the text of a *file* beside the packaged use cases. Raises BadInput."""
    try:
        return (resources.files("sterna") / "usecases" / file).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise BadInput(f"usecases/{file}", "", "no such packaged file") from error
