"""``shiftwatch codebook``: the codebook read, copied, checked, scored and used on texts outside the archive."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli_options import configuration, shared_options

if TYPE_CHECKING:
    from monitor.coding.checking import Fired

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_BOOK = click.option(
    "--codebook",
    "file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A codebook other than the one in force.",
)


@click.group()
@shared_options
def codebook() -> None:
    """The codebook: what is coded and by which words.

    The one in force is the file that [coding] codebook in shiftwatch.toml names, else the one that comes with
    Shiftwatch.
    """


@codebook.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--on", "texts", metavar="FILE.jsonl", help="Also tell which codes never fire on these texts.")
@_JSON
@shared_options
def check(file: Path | None, texts: str | None, as_json: bool) -> int:
    """Say what is wrong or doubtful in a codebook: FILE, or the one in force.

    Errors make it unusable (exit code 2). Warnings are for what is hardly meant: patterns that can never fire, are
    never needed or fire nearly everywhere; examples that do not fire and counterexamples that do. With --archive also
    codes that never fire over the archive's stories.
    """
    from monitor.coding.checking import check_codebook
    from monitor.coding.codebook import parse_codebook
    from monitor.screen import codebook as screen

    text, name = _codebook(file)
    found = check_codebook(text)
    codes, digest = 0, ""
    if not any(one.error for one in found):
        book = parse_codebook(text, name)
        codes, digest = len(book.codes), book.hash
        fired: list[Fired] = []
        if texts is not None:
            fired.append(_fired_on(texts, text, name))
        if click.get_current_context().ensure_object(dict).get("archive_file"):
            from monitor.app_codebook import fired_in_archive

            fired.append(fired_in_archive(configuration(), book))
        if fired:
            found = check_codebook(text, fired)
    if as_json:
        click.echo(json.dumps(screen.findings_json(found, name=name, codes=codes, digest=digest), indent=2))
    else:
        screen.print_findings(found, name=name, codes=codes)
    return 2 if any(one.error for one in found) else 0


def _fired_on(path: str, text: str, name: str) -> Fired:
    from monitor.coding.checking import fired_on
    from monitor.coding.codebook import parse_codebook
    from monitor.jsonlines import read_items

    items = read_items(path)
    pairs = [(str(one.get("title") or ""), str(one.get("text") or "")) for one in items]
    return fired_on(parse_codebook(text, name), pairs, f"the texts of {path} ({len(pairs)})")


@codebook.command()
@click.argument("code", required=False)
@_BOOK
@_JSON
@shared_options
def show(code: str | None, file: Path | None, as_json: bool) -> int:
    """Print the codebook, or all that it says of one CODE."""
    from difflib import get_close_matches

    from monitor.coding.codebook import parse_codebook
    from monitor.errors import UsageError
    from monitor.screen import codebook as screen

    book = parse_codebook(*_codebook(file))
    if code is None:
        if as_json:
            head = {"name": book.name, "version": book.version, "hash": book.hash}
            codes = [screen.code_json(one) for one in book.codes]
            click.echo(json.dumps({**head, "codes": codes}, indent=2, ensure_ascii=False))
        else:
            screen.print_codebook(book)
        return 0
    found = next((one for one in book.codes if one.id == code), None)
    if found is None:
        close = get_close_matches(code, [one.id for one in book.codes], n=1)
        hint = f" (did you mean {close[0]!r}?)" if close else ""
        raise UsageError(f"no code {code!r} in {book.name}{hint}; `shiftwatch codebook show` lists them")
    if as_json:
        click.echo(json.dumps(screen.code_json(found), indent=2, ensure_ascii=False))
    else:
        screen.print_code(found)
    return 0


@codebook.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
@shared_options
def init(file: Path, force: bool) -> int:
    """Write the codebook that comes with Shiftwatch to FILE, to be changed and named in shiftwatch.toml."""
    from monitor.coding.codebook import default_text
    from monitor.config_edit import write_text
    from monitor.errors import UsageError

    if file.exists() and not force:
        raise UsageError(f"{file} exists; --force overwrites it")
    write_text(file, default_text())
    click.echo(f'wrote {file}; name it in shiftwatch.toml: [coding] codebook = "{file}"')
    return 0


@codebook.command("eval")
@click.argument("gold", nargs=-1, required=True)
@click.option("--against", metavar="OTHER.jsonl", help="Compare two coders' files instead: kappa and alpha.")
@click.option("--errors", is_flag=True, help="List every disagreement with the reason.")
@_BOOK
@_JSON
@shared_options
def evaluate(gold: tuple[str, ...], against: str | None, errors: bool, file: Path | None, as_json: bool) -> int:
    """Score the machine against GOLD files of sentences and documents, one JSON object a line.

    Sentences: precision, recall and F1 of detection, with and without borderline items, weighted to the live stream,
    and by stratum; each slot's accuracy where both see a shift. Documents: each label. Codes: where the gold has some.
    """
    from monitor.evaluating import evaluate as score
    from monitor.evaluating import read_gold
    from monitor.screen import codebook as screen
    from monitor.screen.progress import work_progress

    items = read_gold(gold)
    if against is not None:
        from monitor.coding.reliability import compare

        ours = Path(gold[0]).stem if len(gold) == 1 else "gold"
        theirs = Path(against).stem
        found = compare(items, read_gold([against]), (ours, theirs if theirs != ours else f"{theirs} (2)"))
        if as_json:
            click.echo(json.dumps(screen.agreement_json(found), indent=2, ensure_ascii=False))
        else:
            screen.print_agreement(found)
        return 0
    from monitor.coding.codebook import parse_codebook

    with work_progress(show=not as_json) as bar:
        told = bar("coding")
        result = score(items, parse_codebook(*_codebook(file)), progress=lambda done: told(done, len(items) - done))
    if as_json:
        click.echo(json.dumps(screen.evaluation_json(result, errors=errors), indent=2))
    else:
        screen.print_evaluation(result, errors=errors)
    return 0


@codebook.command()
@click.argument("source", metavar="FILE")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Coding processes.")
@click.option("--codes", "with_codes", is_flag=True, help="Also give the codebook's codes.")
@_BOOK
@shared_options
def predict(source: str, jobs: int, with_codes: bool, file: Path | None) -> int:
    """Code texts that are not in the archive: one JSON object a line in FILE (or - for standard input), one out.

    \b
    in   {"id", "text", "context"}  a sentence and the one before it
    out  {"id", "is_shift", "shifts": [{"actor", "resource", …}]}
    in   {"id", "title", "text"}    a document
    out  {"id", "label", "is_shift", "shifts": [… with "sentence", "start", "end"]}

    A line that cannot be read is named on standard error, the others are coded, and the exit code is 1.
    """
    from monitor.jsonlines import lines_of, opened
    from monitor.predicting import code_lines

    given = _codebook(file) if with_codes else None
    failed = False
    name = "standard input" if source == "-" else source
    with opened(source) as stream:
        for one in code_lines(lines_of(stream), jobs=jobs, codebook=given):
            if one.problem:
                failed = True
                click.echo(f"shiftwatch: {name}:{one.number}: {one.problem}", err=True)
            else:
                # Whoever pipes lines in one by one wants each answer before sending the next.
                sys.stdout.write(one.json + "\n")
                sys.stdout.flush()
    return 1 if failed else 0


@codebook.command()
@_JSON
@shared_options
def agreement(as_json: bool) -> int:
    """What people's judgements in the archive say: the machine's precision, and agreement by kappa and alpha."""
    from monitor.app_parts import reading_archive
    from monitor.judging import judged_agreement
    from monitor.screen import codebook as screen

    with reading_archive(configuration()) as archive:
        found = judged_agreement(archive.judgements(last=True))
    if as_json:
        click.echo(json.dumps(screen.judged_json(found), indent=2, ensure_ascii=False))
    else:
        screen.print_judged(found)
    return 0


def _codebook(file: Path | None) -> tuple[str, str]:
    """(text, name) of the codebook asked for, else of the one in force."""
    from monitor.coding.codebook import default_text, read_text

    path = file if file is not None else configuration().codebook
    if path is None:
        return default_text(), "codebook.toml"
    return read_text(path), str(path)
