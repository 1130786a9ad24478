"""What packaging/ installs is what the program understands, as far as can be told without systemd or an engine."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from monitor.cli import cli
from monitor.config import load
from tests.commands import shiftwatch

ROOT = Path(__file__).parents[1]
PACKAGING = ROOT / "packaging"
UNITS = sorted([*PACKAGING.glob("*.service"), *PACKAGING.glob("*.timer")])
PROGRAM = "/opt/shiftwatch/bin/shiftwatch"


def lines(path: Path) -> list[str]:
    """A Dockerfile's instructions, continued lines joined."""
    text = re.sub(r"\\\n\s*", "", path.read_text("utf-8"))
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def command_lines() -> list[tuple[str, list[str]]]:
    """Every call of ours in units, cron lines and the image."""
    found = []
    for path in [*UNITS, PACKAGING / "shiftwatch.cron"]:
        for line in path.read_text("utf-8").splitlines():
            if line.startswith("#"):
                continue
            for call in re.findall(rf"{PROGRAM} ([^>|&\n]*)", line):
                found.append((path.name, shlex.split(call)))
    for line in lines(PACKAGING / "Dockerfile"):
        if line.startswith("CMD"):
            found.append(("Dockerfile", json.loads(line.removeprefix("CMD"))))
        elif line.startswith("HEALTHCHECK"):
            found.append(("Dockerfile", json.loads(line.partition("CMD")[2])[1:]))
    return found


@pytest.mark.parametrize(("file", "call"), command_lines(), ids=str)
def test_every_command_line_is_one_the_program_understands(file: str, call: list[str]):
    command = cli.commands.get(call[0])
    if command is None and call[0] == "run":
        pytest.skip("this version has no daemon yet")
    assert command is not None, f"{file}: {call}"
    given = [word for word in call[1:] if word.startswith("-")]
    known = {name for parameter in command.params for name in parameter.opts}
    known |= {"--config", "--archive", "--log-format", "--debug"}
    assert set(given) <= known, file


def test_there_are_calls_to_be_tested():
    assert len(command_lines()) >= 8


def test_the_configuration_installed_is_sound():
    config = load(PACKAGING / "shiftwatch.toml", cwd=Path("/"), env={})
    assert config.archive == Path("/var/lib/shiftwatch/shiftwatch.db")
    assert config.captures is not None
    assert {config.captures.parent, config.backups.parent} == {config.archive.parent}
    assert config.retention.polls


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_the_units_are_sound(tmp_path: Path):
    program = tmp_path / "shiftwatch"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for unit in UNITS:
        (tmp_path / unit.name).write_text(unit.read_text("utf-8").replace(PROGRAM, str(program)))
    copies = [str(tmp_path / unit.name) for unit in UNITS]
    ran = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *copies],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    ours = [line for line in ran.stderr.splitlines() if "shiftwatch" in line]
    assert ours == []
    assert ran.returncode == 0, ran.stderr


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
@pytest.mark.parametrize("unit", [unit.name for unit in UNITS if unit.suffix == ".service"])
def test_a_unit_is_exposed_to_little(unit: str):
    ran = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--no-pager", "--threshold=20", str(PACKAGING / unit)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-200:] + ran.stderr


def test_the_units_share_one_hardening():
    def hardening(unit: Path) -> set[str]:
        named = re.compile(r"(Protect|Private|Restrict|NoNew|Capability|Ambient|Lock|SystemCall|RemoveIPC)\w*=")
        return {
            line for line in unit.read_text("utf-8").splitlines() if named.match(line) and "PreventExit" not in line
        }

    services = [unit for unit in UNITS if unit.suffix == ".service"]
    assert len(hardening(services[0])) > 20
    assert all(hardening(unit) == hardening(services[0]) for unit in services)


def test_the_image_is_built_from_what_is_there_and_runs_as_nobody_special():
    steps = lines(PACKAGING / "Dockerfile")
    ignored = (PACKAGING / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    sent = {line[1:] for line in ignored if line.startswith("!")}
    for step in steps:
        if step.startswith("COPY") and "--from" not in step:
            for name in step.split()[1:-1]:
                assert (ROOT / name).exists(), step
                assert name in sent, f"{name} is not sent to the engine"
    last_stage = steps[max(n for n, step in enumerate(steps) if step.startswith("FROM")) :]
    users = [step.split()[1] for step in last_stage if step.startswith("USER")]
    assert users
    assert users[-1] not in ("root", "0")
    assert any(step.startswith("HEALTHCHECK") for step in last_stage)


def test_the_health_check_is_well_before_there_is_an_archive_and_ill_when_it_is_refused(tmp_path: Path):
    (call,) = [call for file, call in command_lines() if file == "Dockerfile" and call[0] == "check"]
    assert shiftwatch(*call, cwd=tmp_path).code == 0
    (tmp_path / "shiftwatch.db").write_text("no archive\n" * 100)
    assert shiftwatch(*call, cwd=tmp_path).code == 3


def test_the_compose_file_builds_the_image_that_is_there():
    text = (PACKAGING / "compose.yaml").read_text("utf-8")
    context, dockerfile = re.search(r"context: (\S+)", text), re.search(r"dockerfile: (\S+)", text)
    assert context
    assert dockerfile
    assert (PACKAGING / context[1] / dockerfile[1]).resolve() == PACKAGING / "Dockerfile"


@pytest.mark.parametrize("path", sorted(PACKAGING.iterdir()), ids=lambda path: path.name)
def test_every_file_is_explained(path: Path):
    name = "Dockerfile" if path.name.startswith("Dockerfile") else path.name
    assert name in (ROOT / "docs" / "deploy.md").read_text("utf-8")
