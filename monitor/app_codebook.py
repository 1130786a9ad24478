"""The composition of codebook and judgements with the archive: what a codebook does there, what people say of rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from db.archive import Archive
from db.judgements import Judged
from db.times import iso
from monitor.app_parts import reading_archive
from monitor.coding.checking import Fired, fired_on
from monitor.coding.codebook import Codebook
from monitor.coding.vocabulary import SLOTS
from monitor.config import Config
from monitor.judging import fixes, merged, plain

TRIED_ON = 2_000  # stories a codebook is tried on that the archive was not coded with: a few seconds


def fired_in_archive(config: Config, book: Codebook) -> Fired:
    """How often each code fires over the archive.

    From its tags when stories are coded with this very codebook, else by trying it on the stories that came last.
    """
    with reading_archive(config) as archive:
        if coded := archive.coded_with().get(book.hash, 0):
            where = f"the stories of {config.archive.name} coded with this codebook ({coded})"
            return Fired(codes=archive.codes_fired(book.hash), sentences=0, where=where)
        texts = archive.newest_texts(TRIED_ON)
    return fired_on(book, texts, f"the stories of {config.archive.name} that came last ({len(texts)})")


def judge_shift(
    config: Config, shift: int, verdict: str, *, slots: Sequence[str], coder: str, reason: str
) -> dict[str, Any]:
    """File what a coder says of a row of the table of shifts; gives the judgement.

    Works beside a running daemon. What was fixed before by the same coder stays fixed. Raises UsageError for an unknown
    shift or wrong slots, ArchiveError.
    """
    fixed = fixes(slots)

    def judged(row: dict[str, Any], before: dict[str, Any] | None) -> Judged:
        machine = {name: row[name] for name in SLOTS}
        earlier = before["fixed"] if before is not None and before["verdict"] == "fix" else {}
        return Judged(
            shift=shift,
            story=row["story"],
            key=row["key"],
            coder=plain(coder),
            at=iso(datetime.now(UTC)),
            verdict=verdict,
            reason=plain(reason),
            fixed=merged(earlier, fixed, machine) if verdict == "fix" else {},
            slots=machine,
            codebook=row["codebook"],
        )

    with Archive.open_beside(config.archive) as archive:
        return archive.judge(shift, judged, coder=plain(coder))
