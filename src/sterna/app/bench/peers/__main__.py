"""Run in the peer's own interpreter: ``python peers NAME INSTANCE …`` (see `measure`).

The package has another name there, and nothing else of Sterna can be imported.
"""

import importlib
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[0] = str(HERE.parent)
importlib.import_module(HERE.name)
del sys.path[0]  # What lies beside this folder is not for the peer.
importlib.import_module(f"{HERE.name}.measure").main()
