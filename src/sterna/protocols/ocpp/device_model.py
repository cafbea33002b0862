"""A station's device model: variables by component, read, written and reported.

Pure: :class:`Model` is a plain record; setting a variable returns the next model. Which
variables a station has is in :mod:`.variables`. Only the attribute ``Actual`` exists: a
station that has targets and bounds for its variables would say so in its report.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from sterna.kernel.quantities import Instant
from sterna.protocols.ocpp import v21
from sterna.protocols.ocpp.wire import written

REPORT_ITEMS_MAX: Final = 8
"""Variables per NotifyReport message. Eight stay below the 2 kB that Part 4 calls usual."""

Place = tuple[str, str, int, int, str, str]
"""Component, its instance, EVSE, connector, variable, its instance; names in lower case."""

DataType = v21.DataEnumType
Mutability = v21.MutabilityEnumType
Status = Literal["Accepted", "Rejected", "UnknownComponent", "UnknownVariable"]


class Variable(Struct, frozen=True, kw_only=True, gc=False):
    """One variable of one component."""

    component: str
    name: str
    value: str
    kind: DataType = "string"
    mutability: Mutability = "ReadOnly"
    unit: str = ""
    least: float | None = None
    most: float | None = None
    """For numbers the bounds, for texts the greatest length."""
    choices: tuple[str, ...] = ()
    """For lists: what may be chosen."""
    component_instance: str = ""
    instance: str = ""
    evse: int = 0
    connector: int = 0
    reboot: bool = False
    """Whether a new value counts only after a reboot."""
    constant: bool = False

    @property
    def place(self) -> Place:
        """The key under which the variable is found; names are case-insensitive."""
        return (
            self.component.lower(),
            self.component_instance.lower(),
            self.evse,
            self.connector,
            self.name.lower(),
            self.instance.lower(),
        )


class Model(Struct, frozen=True, kw_only=True):
    """All variables of a station, in the order in which they are reported."""

    variables: tuple[Variable, ...]

    def index(self) -> Mapping[Place, Variable]:
        """Return the variables by place."""
        return {variable.place: variable for variable in self.variables}

    def value(self, component: str, name: str, *, instance: str = "", evse: int = 0) -> str:
        """Return the value of a variable that the station has; KeyError when it has not."""
        return self.index()[component.lower(), "", evse, 0, name.lower(), instance.lower()].value

    def number(self, component: str, name: str, *, instance: str = "", evse: int = 0) -> float:
        """Return the value of a numeric variable that the station has."""
        return float(self.value(component, name, instance=instance, evse=evse))

    def with_value(
        self, component: str, name: str, value: str, *, instance: str = "", evse: int = 0
    ) -> "Model":
        """Return the model with a new value that the station itself has found out."""
        place = (component.lower(), "", evse, 0, name.lower(), instance.lower())
        assert place in self.index(), place
        return _changed(self, {place: value})


def get_variables(model: Model, request: v21.GetVariablesRequest) -> v21.GetVariablesResponse:
    """Answer GetVariables: each one Accepted with its value, or why not."""
    index = model.index()
    return v21.GetVariablesResponse(
        get_variable_result=tuple(_got(index, asked) for asked in request.get_variable_data)
    )


def set_variables(
    model: Model, request: v21.SetVariablesRequest
) -> tuple[Model, v21.SetVariablesResponse]:
    """Take over what can be set; return the next model and the answer, each one by one."""
    index = dict(model.index())
    changed: dict[Place, str] = {}
    results = []
    for asked in request.set_variable_data:
        status, reason = _may_set(index, asked)
        if status in ("Accepted", "RebootRequired"):
            changed[_place(asked.component, asked.variable)] = asked.attribute_value
        info = v21.StatusInfoType(reason_code=reason) if reason else UNSET
        results.append(
            v21.SetVariableResultType(
                attribute_type=asked.attribute_type,
                attribute_status=status,
                attribute_status_info=info,
                component=asked.component,
                variable=asked.variable,
            )
        )
    return _changed(model, changed), v21.SetVariablesResponse(set_variable_result=tuple(results))


def base_report(
    model: Model, request: v21.GetBaseReportRequest, now: Instant
) -> tuple[v21.GetBaseReportResponse, tuple[v21.NotifyReportRequest, ...]]:
    """Return the answer to GetBaseReport, and the pages that follow it.

    ConfigurationInventory is what an operator can set; SummaryInventory is availability and
    problems; FullInventory is everything.
    """
    items = [one for one in model.variables if _belongs(one, request.report_base)]
    if not items:
        return v21.GetBaseReportResponse(status="EmptyResultSet"), ()
    pages = [items[k : k + REPORT_ITEMS_MAX] for k in range(0, len(items), REPORT_ITEMS_MAX)]
    reports = tuple(
        v21.NotifyReportRequest(
            request_id=request.request_id,
            generated_at=written(now),
            report_data=tuple(_reported(one) for one in page),
            tbc=number < len(pages) - 1,
            seq_no=number,
        )
        for number, page in enumerate(pages)
    )
    return v21.GetBaseReportResponse(status="Accepted"), reports


def too_many(model: Model, message: str, items: int) -> bool:
    """Whether *items* are more than ItemsPerMessage allows for *message*, e.g. GetVariables."""
    return items > model.number("DeviceDataCtrlr", "ItemsPerMessage", instance=message)


# --- inside ---


def _place(component: v21.ComponentType, variable: v21.VariableType) -> Place:
    evse = component.evse
    connector = 0 if isinstance(evse, UnsetType) else evse.connector_id
    return (
        component.name.lower(),
        _name(component.instance),
        0 if isinstance(evse, UnsetType) else evse.id,
        0 if isinstance(connector, UnsetType) else connector,
        variable.name.lower(),
        _name(variable.instance),
    )


def _name(instance: str | UnsetType) -> str:
    return "" if isinstance(instance, UnsetType) else instance.lower()


def _missing(index: Mapping[Place, Variable], place: Place) -> Status:
    known = any(other[:4] == place[:4] for other in index)
    return "UnknownVariable" if known else "UnknownComponent"


def _other_attribute(kind: v21.AttributeEnumType | UnsetType) -> bool:
    return kind not in (UNSET, "Actual")


def _got(
    index: Mapping[Place, Variable], asked: v21.GetVariableDataType
) -> v21.GetVariableResultType:
    place = _place(asked.component, asked.variable)
    found = index.get(place)
    status: v21.GetVariableStatusEnumType
    if found is None:
        status = _missing(index, place)
    elif _other_attribute(asked.attribute_type):
        status = "NotSupportedAttributeType"
    else:
        status = "Rejected" if found.mutability == "WriteOnly" else "Accepted"
    return v21.GetVariableResultType(
        attribute_status=status,
        attribute_type=asked.attribute_type,
        attribute_value=found.value if found is not None and status == "Accepted" else UNSET,
        component=asked.component,
        variable=asked.variable,
    )


def _may_set(
    index: Mapping[Place, Variable], asked: v21.SetVariableDataType
) -> tuple[v21.SetVariableStatusEnumType, str]:
    """Return whether *asked* may be set, and the reason code when its value is the trouble."""
    place = _place(asked.component, asked.variable)
    found = index.get(place)
    if found is None:
        return _missing(index, place), ""
    if _other_attribute(asked.attribute_type):
        return "NotSupportedAttributeType", ""
    if found.mutability == "ReadOnly":
        return "Rejected", "ReadOnly"
    reason = wrong_value(found, asked.attribute_value)
    if reason is not None:
        return "Rejected", reason
    return ("RebootRequired" if found.reboot else "Accepted"), ""


def wrong_value(variable: Variable, value: str) -> str | None:
    """Return the reason code why *value* cannot be the variable's, or None."""
    match variable.kind:
        case "integer" | "decimal":
            return _wrong_number(variable, value)
        case "boolean":
            return None if value in ("true", "false") else "PropertyConstraint"
        case "OptionList":
            return None if value in variable.choices else "InvalidValue"
        case "SequenceList" | "MemberList":
            chosen = [part.strip() for part in value.split(",")] if value else []
            wrong = variable.choices and not set(chosen) <= set(variable.choices)
            return "InvalidValue" if wrong else None
        case _:
            return None if _length_fits(variable, value) else "ValueOutOfRange"


def _length_fits(variable: Variable, value: str) -> bool:
    return (variable.least or 0) <= len(value) and (
        variable.most is None or len(value) <= variable.most
    )


def _wrong_number(variable: Variable, value: str) -> str | None:
    try:
        number = int(value) if variable.kind == "integer" else float(value)
    except ValueError:
        return "PropertyConstraint"
    least = float("-inf") if variable.least is None else variable.least
    most = float("inf") if variable.most is None else variable.most
    return None if least <= number <= most else "ValueOutOfRange"


def _changed(model: Model, values: Mapping[Place, str]) -> Model:
    if not values:
        return model
    variables: Iterable[Variable] = (
        replace(one, value=values[one.place]) if one.place in values else one
        for one in model.variables
    )
    return Model(variables=tuple(variables))


SUMMARY: Final = frozenset({"AvailabilityState", "Available", "Problem"})


def _belongs(variable: Variable, base: v21.ReportBaseEnumType) -> bool:
    if base == "ConfigurationInventory":
        return variable.mutability != "ReadOnly"
    return base == "FullInventory" or variable.name in SUMMARY


def _reported(one: Variable) -> v21.ReportDataType:
    evse: v21.EVSEType | UnsetType = UNSET
    if one.evse:
        evse = v21.EVSEType(id=one.evse, connector_id=one.connector or UNSET)
    numeric = one.kind in ("integer", "decimal")
    return v21.ReportDataType(
        component=v21.ComponentType(
            name=one.component, instance=one.component_instance or UNSET, evse=evse
        ),
        variable=v21.VariableType(name=one.name, instance=one.instance or UNSET),
        variable_attribute=(
            v21.VariableAttributeType(
                value=UNSET if one.mutability == "WriteOnly" else one.value,
                mutability=one.mutability,
                persistent=True,
                constant=one.constant,
            ),
        ),
        variable_characteristics=v21.VariableCharacteristicsType(
            unit=one.unit or UNSET,
            data_type=one.kind,
            min_limit=one.least if numeric and one.least is not None else UNSET,
            max_limit=one.most if one.most is not None else UNSET,
            values_list=",".join(one.choices) or UNSET,
            supports_monitoring=False,
        ),
    )
