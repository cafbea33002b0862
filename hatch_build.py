"""Compile the scheduling core's passes where there is a C compiler; do without where there is none.

Seven files of C11, no Python headers, no libraries but the C library's: the result is a plain shared
library that ctypes loads. Flags are fixed, without fast-math and without fused multiply-add, so that
the same source gives the same numbers on every machine of a kind.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDER = Path("src/sterna/decisions/schedule/interior")
FLAGS = ["-std=c11", "-O3", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"]
SHARED = ["-fPIC", "-fvisibility=hidden"]
PARTS = {
    "follow": ("follow.c",),
    "dense": ("dense.c",),
    "around": ("around.c",),
    "lay": ("lay.c",),
    "costs": ("costs.c",),
    "crew": ("crew.c",),
    "cars": ("cars.c",),
    "single": ("cars.c", "-DSINGLE"),
}
"""What is compiled: the passes over cars once in each precision."""


def compiled(folder: Path, compiler: str) -> bool:
    """Compile the C of *folder* into passes.so with *compiler*; return whether it went well."""
    threads = [] if sys.platform == "win32" else ["-pthread"]
    target, made = folder / "passes.so", folder / f"passes.{os.getpid()}.so"
    with tempfile.TemporaryDirectory() as work:
        objects = {name: str(Path(work) / f"{name}.o") for name in PARTS}
        commands = [
            [compiler, *FLAGS, *SHARED, *threads, *rest, "-c", str(folder / source), "-o", objects[name]]
            for name, (source, *rest) in PARTS.items()
        ]  # fmt: skip
        commands.append([compiler, "-shared", *threads, "-o", str(made), *objects.values(), "-lm"])
        for command in commands:
            done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
            if done.returncode != 0:
                sys.stderr.write(f"sterna: numpy will do, {compiler} failed: {done.stderr[:200]}\n")
                return False
    made.replace(target)  # A library that is in use is not written into.
    return True


class PassesHook(BuildHookInterface):  # type: ignore[type-arg]
    """Builds the passes into the wheel, which then is for one platform."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before files are gathered."""
        if self.target_name != "wheel":
            return
        compiler = next((name for name in ("cc", "gcc", "clang") if shutil.which(name)), None)
        folder = Path(self.root) / FOLDER
        if compiler is None or not compiled(folder, compiler):
            return
        build_data["artifacts"].append(str(FOLDER / "passes.so"))
        if version != "editable":
            platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
            build_data["pure_python"] = False
            build_data["tag"] = f"py3-none-{platform}"
