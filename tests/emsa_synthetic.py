"""Traces made from a use case file itself: what a site would say that does all of it right."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import replace

from sterna.emsa.conformance import Checker, Observed
from sterna.emsa.derive import composed
from sterna.emsa.model import Exchange, Step, UseCase
from sterna.emsa.results import Result

BETWEEN_S = 0.25
"""Between two messages that follow each other: well within every deadline."""
STAY_S = 12 * 3600.0
"""From the first set-point to the driver's stop: several periods of everything that repeats."""


def message(pattern: str, number: int) -> str:
    """Return a concrete message of *pattern*."""
    return pattern.replace("{session}", f"ses-{number}").replace("{slot}", f"porto-{number}-1")


def keys(exchange: Exchange, step: Step, number: int, *, booked: bool) -> tuple[str, ...]:
    """Return the correlation keys that the message would carry."""
    bay, tx, ses = f"evse:porto-{number}-1", f"tx:tx-{number}", f"ses:ses-{number}"
    said = exchange.obs[0]
    carried: dict[str, tuple[str, ...]] = {
        "HTTPS POST /s": (bay,),
        "REST POST /sessions/v1": (ses, bay, *([f"res:res-{number}"] if booked else [])),
        "OCPP TransactionEvent": (tx, bay),
        "OCPP TransactionEvent Ended": (tx, bay),
        "OCPP RequestStopTransaction": (tx,),
        "OpenADR POST /reports": (bay, "evse:porto-of-another-car"),
    }
    by_protocol: dict[str, tuple[str, ...]] = {"OCPP": (bay,), "REST": (ses, tx), "HTTPS": (ses,)}
    if exchange.shared or exchange.waits:
        return ()
    if step.step in {"1", "1.1"}:
        return (f"res:res-{number}", bay)
    return carried.get(said, by_protocol.get(said.split()[0], ()))


def units(end: str, number: int) -> str:
    """Return the participant *end* with its unit."""
    if end == "CS_C":
        return f"CS_C/porto-{number}"
    units = {"EV_USER", "EVCC", "BMS", "EV_SENSORS", "EVSE_C"}
    return f"{end}/porto-{number}-1" if end in units else end


def fields(exchange: Exchange, *, v2b: bool, kw: float) -> dict[str, float | str | bool]:
    """Return the fields that predicates and invariants read."""
    found: dict[str, float | str | bool] = {}
    if "IO-DEMAND" in exchange.info:
        found["kw"] = kw
    if "v2b" in exchange.keep:
        found[exchange.keep["v2b"]] = v2b
    if "IO-VEHICLE" in exchange.info:
        found["soc"] = 0.5
    return found


def trace(
    use_case: UseCase,
    chosen: Iterable[str],
    *,
    number: int = 1,
    start: float = 1_000_000.0,
    kw: float = -5.0,
) -> list[Observed]:
    """Return what one stay that follows the scenarios *chosen* would say, in order."""
    names = set(chosen)
    whole = composed(use_case, [one for one in use_case.scenarios if one.id in names])
    v2b = "SC-P-UNIDIR" not in names
    t = start
    found: list[Observed] = []
    ends: dict[str, float] = {}
    running: list[tuple[Exchange, Step, float]] = []
    clock = itertools.count()

    def say(exchange: Exchange, step: Step, at: float) -> None:
        found.append(
            Observed(
                t=at, seq=next(clock), src=units(exchange.sender, number), dst=units(exchange.to, number),
                msg=message(exchange.obs[0], number), keys=keys(exchange, step, number, booked=whole.steps[0].step == "1"),
                fields=fields(exchange, v2b=v2b, kw=kw if v2b else abs(kw)),
            )
        )  # fmt: skip

    for step in whole.steps:
        if step.step in {"11", "14"} and ends.setdefault("stop", -1.0) < 0:
            t += STAY_S
            ends["stop"] = t
        for exchange in step.exchanges:
            t += BETWEEN_S
            say(exchange, step, t)
            if exchange.min is not None:
                running.append((exchange, step, t))
        ends[step.step] = t
    for exchange, step, began in running:
        period = exchange.period_s or 1800.0
        end = ends["stop"] if exchange.period_s else began + 3 * period
        at = began + period
        while at < min(end, ends["stop"]):
            say(exchange, step, at)
            at += period
    ordered = sorted(found, key=lambda one: one.t)
    return [replace(one, seq=seq) for seq, one in enumerate(ordered)]


def judged(use_case: UseCase, messages: Iterable[Observed]) -> Result:
    """Return what the checker says of *messages*."""
    checker = Checker(use_case)
    for one in messages:
        checker.feed(one)
    return checker.finish()


def kinds(result: Result) -> Iterator[str]:
    """Yield the kinds of all findings of *result*."""
    yield from (finding.kind for one in result.sessions for finding in one.findings)
    yield from (finding.kind for finding in result.strays)
