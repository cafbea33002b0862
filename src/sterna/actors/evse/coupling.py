"""The plug's side of an EVSE: the coupler's table carried out on the hardware."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from sterna.actors.evse.hardware import Outlet
from sterna.kernel.quantities import NO_POWER, Seconds, later
from sterna.protocols.iec61851 import pilot
from sterna.protocols.iec61851.pilot import Duty
from sterna.runtime.ports import Clock

LOOK_AGAIN_S: Final = Seconds(0.05)
"""Pause before the voltage is looked at again; contactors part within 100 ms. It doubles, because
one that is welded does not part at all."""
LOOK_AGAIN_S_MAX: Final = Seconds(60.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Whom the coupling tells what it means."""

    occupied: Callable[[], None]
    free: Callable[[], None]
    end_session: Callable[[pilot.Fault | None], None]
    alarm: Callable[[pilot.Fault], None]
    restored: Callable[[], None]
    unlatched: Callable[[], None]


class Coupling:
    """One coupler. Signals and faults come in; duties are done at once, in order."""

    def __init__(self, outlet: Outlet, clock: Clock, told: Told) -> None:
        """Begin without a car."""
        self.coupler = pilot.Coupler()
        self._outlet = outlet
        self._clock = clock
        self._told = told

    def happened(self, happening: pilot.Happening) -> None:
        """Follow the table."""
        self.coupler, duties = pilot.after(self.coupler, happening)
        stage = self.coupler.stage
        for duty in duties:
            self._do(duty)
            if self.coupler.stage is not stage:
                return  # E.g. the lock is stuck: the contactor must not close any more.

    def _do(self, duty: Duty) -> None:
        """Carry out one duty of the hardware; the others want telling."""
        outlet = self._outlet
        match duty:
            case Duty.ZERO_POWER:
                outlet.set_power(NO_POWER)
            case Duty.OPEN:
                outlet.open_contactor()
            case Duty.CLOSE:
                outlet.close_contactor()
            case Duty.LOCK:
                outlet.lock()
            case Duty.UNLOCK:
                self._unlatch()
            case _:
                self._tell(duty)

    def _tell(self, duty: Duty) -> None:
        told = self._told
        match duty:
            case Duty.OCCUPIED:
                told.occupied()
            case Duty.FREE:
                told.free()
            case Duty.END_SESSION:
                told.end_session(self.coupler.fault)
            case Duty.ALARM:
                self._alarm()
            case _:
                assert duty is Duty.RESTORED, duty
                told.restored()

    def _alarm(self) -> None:
        """Report a fault; once the voltage is safe the plug may go."""
        fault = self.coupler.fault
        assert fault is not None, "an alarm has a cause"
        self._told.alarm(fault)
        if self.coupler.locked:
            self._await_safety()
        elif not self._outlet.locked:
            self._told.unlatched()

    def _await_safety(self, pause: Seconds = LOOK_AGAIN_S) -> None:
        if self.coupler.stage is not pilot.Stage.E_LOCKED:
            return
        if pilot.may_unlock(self.coupler, self._outlet.volts):
            self.happened(pilot.Signal.SAFE)
        else:
            self._again(self._await_safety, pause)

    def _again(self, look: Callable[[Seconds], None], pause: Seconds) -> None:
        """Look again after *pause*, and then after a longer one."""
        longer = min(Seconds(2.0 * pause), LOOK_AGAIN_S_MAX)
        self._clock.call_at(later(self._clock.now(), pause), partial(look, longer))

    def _unlatch(self, pause: Seconds = LOOK_AGAIN_S) -> None:
        """Unlock, now or as soon as it is safe; a lock that is wanted again meanwhile stays."""
        if self.coupler.locked or not self._outlet.locked:
            if not self.coupler.locked:
                self._told.unlatched()
            return
        if not pilot.may_unlock(self.coupler, self._outlet.volts):
            self._again(self._unlatch, pause)
            return
        self._outlet.unlock()
        if not self._outlet.locked:
            self._told.unlatched()
