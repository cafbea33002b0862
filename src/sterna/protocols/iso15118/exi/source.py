"""Lines of generated Python on their way to a function."""

import linecache
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

INDENT: Final = "    "


class Source:
    """The text of one function, and the names that it may use."""

    def __init__(self, heading: str, names: dict[str, Any]) -> None:
        """Begin a function with its ``def`` line *heading*."""
        self.names = dict(names)
        self._lines = [heading]
        self._depth = 1

    def line(self, text: str) -> None:
        """Add one line at the present depth."""
        self._lines.append(INDENT * self._depth + text)

    @contextmanager
    def block(self, opening: str) -> Iterator[None]:
        """Add what follows inside of the statement *opening*."""
        self.line(opening)
        self._depth += 1
        yield
        self._depth -= 1

    def name(self, stem: str, thing: object) -> str:
        """Make *thing* usable in the text and return its name, which begins with *stem*."""
        name = f"{stem}_{len(self.names)}"
        self.names[name] = thing
        return name

    def compiled(self, function: str, title: str) -> Callable[..., Any]:
        """Return the function; *title* stands for a file name in tracebacks, which show the text."""
        text = "\n".join(self._lines) + "\n"
        code = compile(text, title, "exec")
        linecache.cache[title] = (len(text), None, text.splitlines(keepends=True), title)
        exec(code, self.names)  # noqa: S102  # text from our own declarations alone
        made: Callable[..., Any] = self.names[function]
        return made
