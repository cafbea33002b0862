"""What the station says over OCPP: transaction events with meter values, and a car's needs.

Registers in Wh and powers in W as magnitudes per direction: import is into the car.
"""

from typing import Final

from msgspec import UNSET, UnsetType

from sterna.actors.station.records import Report, TellFault
from sterna.kernel.quantities import Instant
from sterna.protocols.iec61851 import bus
from sterna.protocols.ocpp import v21
from sterna.protocols.ocpp.wire import written

WATT_HOURS: Final = v21.UnitOfMeasureType(unit="Wh")
WATTS: Final = v21.UnitOfMeasureType(unit="W")
PERCENT: Final = v21.UnitOfMeasureType(unit="Percent")
CONTEXTS: Final[dict[str, v21.ReadingContextEnumType]] = {
    "Started": "Transaction.Begin",
    "Ended": "Transaction.End",
}
SIGNIFICANT: Final = 3
"""Decimals of W and percent: more would be noise on the wire."""
UNPLAUSIBLE_A: Final = 400.0
"""The greatest current of the coupler, where the car names only powers."""
UNPLAUSIBLE_V: Final = 1000.0
Transfer = v21.EnergyTransferModeEnumType
TRANSFER: Final[dict[str, Transfer]] = {
    "AC": "AC_three_phase", "AC_BPT": "AC_BPT", "DC": "DC", "DC_BPT": "DC_BPT",
}  # fmt: skip


def transaction_event(report: Report) -> v21.TransactionEventRequest:
    """Return the message of *report*."""
    token: v21.IdTokenType | UnsetType = UNSET
    if report.token:
        token = v21.IdTokenType(id_token=report.token, type=report.token_type)
    return v21.TransactionEventRequest(
        event_type=report.kind,
        timestamp=written(report.at),
        trigger_reason=report.trigger,  # type: ignore[arg-type]  # the core knows OCPP's words
        seq_no=report.seq,
        offline=report.offline,
        transaction_info=v21.TransactionType(
            transaction_id=report.tx,
            charging_state=report.phase,
            stopped_reason=report.stopped or UNSET,  # type: ignore[arg-type]  # likewise
            remote_start_id=UNSET if report.remote_start is None else report.remote_start,
        ),
        evse=v21.EVSEType(id=report.evse, connector_id=1),
        id_token=token,
        meter_value=(meter_value(report),),
    )


def meter_value(report: Report) -> v21.MeterValueType:
    """Return both registers, both powers, the set-point and the state of charge, where known."""
    clock = report.trigger == "MeterValueClock"
    context = CONTEXTS.get(report.kind, "Sample.Clock" if clock else "Other")

    def sampled(
        measurand: v21.MeasurandEnumType,
        value: float,
        unit: v21.UnitOfMeasureType,
        location: v21.LocationEnumType = "Outlet",
    ) -> v21.SampledValueType:
        return v21.SampledValueType(
            value=value, measurand=measurand, context=context, location=location,
            unit_of_measure=unit,
        )  # fmt: skip

    watts = round(report.kw * 1000.0, SIGNIFICANT)
    values = [
        sampled("Energy.Active.Import.Register", float(report.import_wh), WATT_HOURS),
        sampled("Energy.Active.Export.Register", float(report.export_wh), WATT_HOURS),
        sampled("Power.Active.Import", max(0.0, watts), WATTS),
        sampled("Power.Active.Export", max(0.0, -watts), WATTS),
    ]
    if report.wish_kw is not None:
        wish = round(report.wish_kw * 1000.0, SIGNIFICANT)
        values.append(sampled("Power.Active.Setpoint", wish, WATTS))
    if report.soc >= 0.0:
        values.append(sampled("SoC", round(report.soc * 100.0, SIGNIFICANT), PERCENT, "EV"))
    return v21.MeterValueType(sampled_value=tuple(values), timestamp=written(report.at))


def charging_needs(number: int, needs: bus.Needs) -> v21.NotifyEVChargingNeedsRequest:
    """Return what the EVSE *number* heard of its car."""
    dynamic = needs.control_mode == "Dynamic"
    direct = needs.service.startswith("DC")
    return v21.NotifyEVChargingNeedsRequest(
        evse_id=number,
        timestamp=written(needs.at),
        charging_needs=v21.ChargingNeedsType(
            requested_energy_transfer=TRANSFER[needs.service],
            control_mode="DynamicControl" if dynamic else "ScheduledControl",
            mobility_needs_mode="EVCC_SECC" if dynamic else "EVCC",
            departure_time=UNSET if needs.departure is None else written(needs.departure),
            dc_charging_parameters=_battery(needs) if direct else UNSET,
            ac_charging_parameters=UNSET if direct else _onboard(needs),
            v2x_charging_parameters=_v2x(needs),
        ),
    )


def _battery(needs: bus.Needs) -> v21.DCChargingParametersType:
    return v21.DCChargingParametersType(
        ev_max_current=UNPLAUSIBLE_A,
        ev_max_voltage=UNPLAUSIBLE_V,
        ev_max_power=needs.max_charge_kw * 1000.0,
        ev_energy_capacity=_watt_hours(needs.capacity_kwh),
        energy_amount=_watt_hours(_above_zero(needs.to_target_kwh)),
        state_of_charge=UNSET if needs.soc is None else round(needs.soc * 100),
        full_soc=UNSET if needs.maximum_soc is None else round(needs.maximum_soc * 100),
    )


def _onboard(needs: bus.Needs) -> v21.ACChargingParametersType:
    volts = 230.0
    return v21.ACChargingParametersType(
        energy_amount=(_above_zero(needs.to_target_kwh) or 0.0) * 1000.0,
        ev_min_current=round(needs.min_charge_kw * 1000.0 / volts / 3, SIGNIFICANT),
        ev_max_current=round(needs.max_charge_kw * 1000.0 / volts / 3, SIGNIFICANT),
        ev_max_voltage=volts,
    )


def _v2x(needs: bus.Needs) -> v21.V2XChargingParametersType:
    return v21.V2XChargingParametersType(
        max_charge_power=needs.max_charge_kw * 1000.0,
        min_charge_power=needs.min_charge_kw * 1000.0,
        max_discharge_power=needs.max_discharge_kw * 1000.0,
        min_discharge_power=needs.min_discharge_kw * 1000.0,
        ev_target_energy_request=_watt_hours(needs.to_target_kwh),
        ev_min_energy_request=_watt_hours(needs.to_minimum_kwh),
        ev_max_energy_request=_watt_hours(needs.to_maximum_kwh),
        ev_min_v2x_energy_request=_watt_hours(needs.v2x_minimum_kwh),
        ev_max_v2x_energy_request=_watt_hours(needs.v2x_maximum_kwh),
        target_soc=UNSET if needs.target_soc is None else round(needs.target_soc * 100),
    )


def _watt_hours(energy: float | None) -> float | UnsetType:
    return UNSET if energy is None else round(energy * 1000.0, SIGNIFICANT)


def _above_zero(energy: float | None) -> float | None:
    return None if energy is None else max(0.0, energy)


def fault_event(fault: TellFault, now: Instant, number: int) -> v21.NotifyEventRequest:
    """Return the word on a component that broke, or is whole again."""
    return v21.NotifyEventRequest(
        generated_at=written(now),
        seq_no=0,
        event_data=(
            v21.EventDataType(
                event_id=number,
                timestamp=written(now),
                trigger="Alerting",
                actual_value="false" if fault.cleared else "true",
                tech_info=fault.reason,
                cleared=fault.cleared,
                component=v21.ComponentType(name=fault.component, evse=v21.EVSEType(id=fault.evse)),
                variable=v21.VariableType(name="Problem"),
                event_notification_type="HardWiredNotification",
            ),
        ),
    )
