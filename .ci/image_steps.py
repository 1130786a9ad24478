"""Carry out the image's build stage in a clean folder, where there is no container engine: COPY and RUN as written.

    python .ci/image_steps.py FOLDER

Paths at the root of the image stand under FOLDER. What only makes sense in an image (FROM, useradd, USER, VOLUME …) is
told and left out. Ends with 1 when a step fails.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def main(folder: Path) -> None:
    text = re.sub(r"\\\n\s*", "", (ROOT / "packaging" / "Dockerfile").read_text("utf-8"))
    here = Path("/")
    for line in text.splitlines():
        word, _, rest = line.partition(" ")
        if not rest or line.startswith("#"):
            continue
        if word == "WORKDIR":
            here = Path(rest)
            inside(folder, here).mkdir(parents=True, exist_ok=True)
        elif word == "COPY" and "--from" not in rest:
            print(line, flush=True)
            copy(folder, here, rest.split())
        elif word == "RUN" and "useradd" not in rest:
            print(line, flush=True)
            command = re.sub(r"(?<=[\s=])/opt/|^/opt/", f"{folder}/opt/", rest)
            command = command.replace("python3 ", f"{sys.executable} ", 1)
            environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
            subprocess.run(  # noqa: S603  # the Dockerfile beside this file says what
                ["/bin/sh", "-ec", command], cwd=inside(folder, here), env=environment, check=True
            )
        else:
            print(f"(left out: {line})", flush=True)


def inside(folder: Path, path: Path) -> Path:
    return folder / path.relative_to("/")


def copy(folder: Path, here: Path, names: list[str]) -> None:
    *sources, to = names
    target = inside(folder, here / to)
    for name in sources:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            place = target / source.name if to.endswith("/") else target
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, place)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
