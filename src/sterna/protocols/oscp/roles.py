"""The two roles: who gives capacity, and who lives within it."""

from typing import Final, Literal

from msgspec import Struct
from typing_extensions import override

from sterna.kernel.quantities import Instant, Kilowatts
from sterna.protocols.oscp.blocks import Profile, at, replaced, since
from sterna.protocols.oscp.messages import (
    AdjustGroupCapacityForecast,
    ForecastType,
    GroupCapacityComplianceError,
    UpdateGroupCapacityForecast,
    UpdateGroupMeasurements,
    wire,
)
from sterna.protocols.oscp.party import Business, Party, PartyState

GROUPS_MAX: Final = 1000
"""Groups of connections that a flexibility provider keeps forecasts of; it has one per
connection point. A forecast for one more is not kept."""


class CapacityProvider(Party):
    """The DSO's end: it forecasts capacity and hears wishes, complaints and measurements."""

    takes = (AdjustGroupCapacityForecast, GroupCapacityComplianceError, UpdateGroupMeasurements)

    def forecast(self, group: str, kind: ForecastType, blocks: Profile) -> None:
        """Tell the peer what *group* may use (or feed in) in *blocks*."""
        self.say(
            UpdateGroupCapacityForecast(group_id=group, type=kind, forecasted_blocks=wire(blocks))
        )


class Capacity(Struct, frozen=True, kw_only=True, gc=False):
    """What a group may do at one moment; None: nothing was said."""

    import_kw: Kilowatts | None
    """The most it may draw, >= 0."""
    export_kw: Kilowatts | None
    """The most it may feed in, >= 0."""
    fallback: bool
    """The provider is silent and the fallback profiles hold."""


class FlexibilityProvider(Party):
    """The end that lives within capacity: building, charge point operator, CS EMS.

    Forecasts are kept per group and type in :attr:`profiles`, which is plain data.
    """

    takes = (UpdateGroupCapacityForecast,)

    def __init__(
        self,
        name: str,
        *,
        base_url: str,
        token: str,
        peer_url: str,
        peer_token: str,
        heartbeat_interval_s: int,
        state: PartyState | None = None,
        profiles: dict[str, dict[str, Profile]] | None = None,
    ) -> None:
        super().__init__(
            name,
            base_url=base_url,
            token=token,
            peer_url=peer_url,
            peer_token=peer_token,
            heartbeat_interval_s=heartbeat_interval_s,
            state=state,
        )
        self.profiles = {} if profiles is None else profiles

    @override
    def taken(self, message: Business) -> None:
        """Lay a new forecast over the old one of its group and type."""
        assert isinstance(message, UpdateGroupCapacityForecast)
        if message.group_id not in self.profiles and len(self.profiles) >= GROUPS_MAX:
            return
        group = self.profiles.setdefault(message.group_id, {})
        group[message.type] = replaced(group.get(message.type, ()), message.profile())

    def forget_before(self, moment: Instant) -> None:
        """Drop the blocks that are over at *moment*."""
        for group in self.profiles.values():
            for kind, known in group.items():
                group[kind] = since(known, moment)

    def capacity(self, group: str, moment: Instant) -> Capacity:
        """Return what *group* may do at *moment*, as known now.

        While the provider is silent the fallback holds; where the fallback has a gap,
        the last forecast still does: it is the only limit that is known.
        """
        return Capacity(
            import_kw=self._limit(group, "CONSUMPTION", moment),
            export_kw=self._limit(group, "GENERATION", moment),
            fallback=self.state.offline,
        )

    def optimum(self, group: str, moment: Instant) -> Kilowatts | None:
        """Return what the provider would like *group* to use, or None."""
        return at(self.profiles.get(group, {}).get("OPTIMUM", ()), moment)

    def _limit(
        self, group: str, kind: Literal["CONSUMPTION", "GENERATION"], moment: Instant
    ) -> Kilowatts | None:
        """Return the limit of one direction."""
        known = self.profiles.get(group, {})
        if self.state.offline:
            fallback = at(known.get(f"FALLBACK_{kind}", ()), moment)
            if fallback is not None:
                return fallback
        return at(known.get(kind, ()), moment)

    def adjust(self, group: str, kind: ForecastType, blocks: Profile) -> None:
        """Ask for other capacity: more, or less because it will not be used."""
        self.say(
            AdjustGroupCapacityForecast(group_id=group, type=kind, forecasted_blocks=wire(blocks))
        )

    def complain(self, group: str, why: str, blocks: Profile) -> None:
        """Report that the capacity in *blocks* cannot be kept."""
        self.say(
            GroupCapacityComplianceError(
                group_id=group, message=why, forecasted_blocks=wire(blocks)
            )
        )

    def measured(self, message: UpdateGroupMeasurements) -> None:
        """Report what a group used and fed in."""
        self.say(message)
