"""The bill in words: what each line is called and what it is reckoned from."""

from typing import Final

import msgspec

from sterna.actors.emsp.records import SendBill
from sterna.domain.settlement import Kind, Line, Terms
from sterna.domain.tariff import Taxation
from sterna.kernel.money import MicroEuro
from sterna.protocols import rest
from sterna.protocols.rest.market import LineKind

LINES: Final[dict[Kind, tuple[LineKind, str]]] = {
    Kind.ENERGY: ("energy", "Energy charged, at the price of each quarter hour"),
    Kind.SERVICE: ("fee", "Service fee"),
    Kind.OPERATOR: ("fee", "Charge point operator"),
    Kind.TAX: ("tax", "Tax on electricity"),
    Kind.REWARD: ("reward", "Your reward for energy given to the building"),
    Kind.WEAR: ("wear", "Pay for battery wear"),
    Kind.GUARANTEE: ("guarantee", "Guarantee: never more than charging alone"),
}
BASES: Final = {
    Taxation.SINGLE: "on what stayed in your car",
    Taxation.DOUBLE: "on all energy charged",
}


def statement(send: SendBill) -> rest.Bill:
    """Return the bill as it goes to the web app; what charging alone would have cost stands last."""
    bill = send.bill
    alone = rest.BillLine(
        kind="energy", label="For comparison: charging alone", quantity=0.0, unit="session",
        price=bill.charge_only, amount=bill.charge_only, payable=False,
    )  # fmt: skip
    lines = tuple(worded(line, send.terms) for line in bill.lines)
    return rest.Bill(
        session=bill.session_id, cdr=send.cdr, lines=(*lines, alone), total=bill.paid,
        wear=None if send.receipt is None else msgspec.to_builtins(send.receipt),
    )  # fmt: skip


def worded(line: Line, terms: Terms) -> rest.BillLine:
    """Return one line with its label, quantity and price per unit."""
    kind, label = LINES[line.kind]
    if line.kind is Kind.TAX:
        label = f"{label}, {BASES[terms.taxation]}"
    kwh = line.base_wh / 1000
    price = round(line.amount / kwh) if kwh else line.amount
    return rest.BillLine(
        kind=kind, label=label, quantity=kwh, unit="kWh" if kwh else "session",
        price=MicroEuro(price), amount=line.amount,
    )  # fmt: skip
