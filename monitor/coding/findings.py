"""What ``codebook check`` has to say, each finding at the line of the key it is about."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from monitor.toml_lines import Path, line_near, lines_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is wrong or doubtful at one place: ``line`` counts from 1, 0 when it is the whole file."""

    line: int
    message: str
    error: bool = True

    def told(self, name: str) -> str:
        """The finding in a line; ``name`` stands for the file."""
        return f"{name}:{self.line}: {self.message}" if self.line else f"{name}: {self.message}"


class Findings:
    """The findings of one file, collected; lines are looked up only when there is something to say."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.found: list[Finding] = []

    @cached_property
    def _lines(self) -> dict[Path, int]:
        return lines_of(self._text)

    @property
    def failed(self) -> bool:
        """Whether there is an error among them."""
        return any(finding.error for finding in self.found)

    def error(self, path: Path, message: str) -> None:
        """Note what makes the file unusable; ``path`` is the key's, such as ``("code", 3, "pattern", 0)``."""
        self.found.append(Finding(line=line_near(self._lines, path), message=message))

    def warn(self, path: Path, message: str) -> None:
        """Note what is allowed but hardly meant."""
        self.found.append(Finding(line=line_near(self._lines, path), message=message, error=False))

    def at_line(self, line: int, message: str) -> None:
        """Note an error whose line is known, as that of a text that is no TOML."""
        self.found.append(Finding(line=line, message=message))

    def in_order(self) -> list[Finding]:
        """The findings by line, errors first where a line has several, those on the whole file last."""
        return sorted(self.found, key=lambda one: (not one.line, one.line, not one.error))
