"""Our messages in the JSON form that the peer's codecs take: element names as keys."""

import base64
from enum import Enum
from typing import Any

from msgspec import Struct

from sterna.protocols.iso15118.exi.grammar import Branch, content
from sterna.protocols.iso15118.schema import Xs, element_name


def as_json(value: Struct) -> dict[str, Any]:
    """Return the fields of *value* by their names on the wire."""
    fields: dict[str, Any] = {}
    mixed = content(type(value)).mixed
    for slot in content(type(value)).slots:
        for branch in slot.branches:
            found = getattr(value, branch.field)
            if branch.value is None or found is None or found == ():
                continue
            if slot.maximum != 1:
                fields[branch.name] = [_plain(branch, item) for item in found]
            elif len({one.field for one in slot.branches}) == len(slot.branches):
                key = "value" if branch.event == "text" else branch.name
                plain = _plain(branch, found)
                # Between text an element may repeat for all the peer knows.
                fields[key] = [plain] if mixed and branch.event == "element" else plain
            elif isinstance(found, Struct) and type(found) is branch.value:
                fields[element_name(type(found))] = as_json(found)
    return fields


def _plain(branch: Branch, value: Any) -> Any:
    if isinstance(value, Struct):
        return as_json(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bytes):
        hexadecimal = isinstance(branch.value, Xs) and branch.value.name == "hexBinary"
        return value.hex().upper() if hexadecimal else base64.b64encode(value).decode()
    return value
