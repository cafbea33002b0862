"""A network tariff in the layout of the packaged file, small enough to reckon by hand."""

from typing import Any

import pytest

WEEKDAY = {
    "summer": {
        "PONTA": [["09:15", "12:15"]],
        "CHEIAS": [["07:00", "09:15"], ["12:15", "00:00"]],
        "VAZIO_NORMAL": [["06:00", "07:00"], ["00:00", "02:00"]],
        "SUPER_VAZIO": [["02:00", "06:00"]],
    },
    "winter": {
        "PONTA": [["09:30", "12:00"], ["18:30", "21:00"]],
        "CHEIAS": [["07:00", "09:30"], ["12:00", "18:30"], ["21:00", "00:00"]],
        "VAZIO_NORMAL": [["06:00", "07:00"], ["00:00", "02:00"]],
        "SUPER_VAZIO": [["02:00", "06:00"]],
    },
}
SATURDAY = {
    "CHEIAS": [["09:00", "14:00"], ["20:00", "22:00"]],
    "VAZIO_NORMAL": [
        ["00:00", "02:00"],
        ["06:00", "09:00"],
        ["14:00", "20:00"],
        ["22:00", "00:00"],
    ],
    "SUPER_VAZIO": [["02:00", "06:00"]],
}
SUNDAY = {
    "VAZIO_NORMAL": [["00:00", "02:00"], ["06:00", "00:00"]],
    "SUPER_VAZIO": [["02:00", "06:00"]],
}


@pytest.fixture
def decoded_tariff() -> dict[str, Any]:
    """Return the medium-voltage prices of 2026 and two cycles of periods."""
    return {
        "network_access": {
            "MT": {
                "peak_power_eur_kw_day": 0.2435,
                "contracted_power_eur_kw_day": 0.0458,
                "ponta": 0.0203,
                "cheias": 0.0182,
                "vazio_normal": 0.0146,
                "super_vazio": 0.0129,
            }
        },
        "periods": {
            "Ciclo_Semanal": {
                "periods": {
                    "Verão": {"0": WEEKDAY["summer"], "5": SATURDAY, "6": SUNDAY},
                    "Inverno": {"0": WEEKDAY["winter"], "5": SATURDAY, "6": SUNDAY},
                }
            },
            "Ciclo_Diario": {
                "periods": {"Verão": {"0": WEEKDAY["summer"]}, "Inverno": {"0": WEEKDAY["winter"]}}
            },
            "Ciclo_Semanal_Madeira": {
                "periods": {
                    "Junho a Outubro": {"0": {"PONTA": [["00:00", "00:00"]]}},
                    "Novembro a Maio": {"0": {"CHEIAS": [["00:00", "00:00"]]}},
                }
            },
        },
    }
