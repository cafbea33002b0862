"""Run in the peer's own interpreter: ``python peers --peer NAME …`` (see `measure`), or ``--installed``.

The package has another name there, and nothing else of Sterna can be imported.
"""

import importlib
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[0] = str(HERE.parent)
importlib.import_module(HERE.name)
del sys.path[0]  # What lies beside this folder is not for the peer.
# The list of peers asks for nothing, not even numpy.
asked = "known" if sys.argv[1:] == ["--installed"] else "measure"
importlib.import_module(f"{HERE.name}.{asked}").main()
