"""What was fetched is kept as standard WARC files and can be read back as it was."""

from __future__ import annotations

import gzip
import os
import resource
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from db.captures import CaptureWriter, read_captures
from monitor.errors import ArchiveError
from monitor.model import Capture
from tests import factories as make

ROOT = Path(__file__).parents[2]
HTML = b"<html><title>Agents sent to Ohio</title><p>Caf\xc3\xa9</p></html>"


def one(n: int = 1, **over) -> Capture:
    return make.capture(HTML + str(n).encode(), url=f"https://desk.example.org/{n}", **over)


def captures(folder: Path) -> list[Capture]:
    files = sorted(folder.glob("*.warc.gz"))
    return [record.capture for file in files for record in read_captures(file) if record.capture]


def records(file: Path) -> list[tuple[str, str, str]]:
    with file.open("rb") as stream:
        return [
            (
                record.rec_type,
                record.rec_headers.get_header("WARC-Target-URI"),
                record.rec_headers.get_header("WARC-Date"),
            )
            for record in ArchiveIterator(stream, check_digests="raise")
            if record.content_stream().read() is not None
        ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "captures"


def written(folder: Path, *given: Capture, **options) -> list[str]:
    writer = CaptureWriter(folder, **options)
    try:
        return [writer.write(capture) for capture in given]
    finally:
        writer.close()


def test_what_is_written_is_read_back(folder: Path):
    moved = one(
        2, final_url="https://desk.example.org/two", redirects=("https://desk.example.org/2", "https://x.example/")
    )
    given = [one(1, headers=(("content-type", "text/html"), ("etag", '"1"'))), moved]
    written(folder, *given)
    back = captures(folder)
    for was, now in zip(given, back, strict=True):
        assert (now.url, now.final_url, now.redirects) == (was.url, was.final_url, was.redirects)
        assert (now.body, now.status, now.fetched_at) == (was.body, was.status, was.fetched_at)
    assert back[0].header("etag") == '"1"'


def test_files_are_standard_and_their_owners_alone(folder: Path):
    (where,) = written(folder, one(fetched_at=datetime(2026, 5, 1, 23, 30, tzinfo=UTC)))
    (file,) = folder.iterdir()
    assert file.name == "shiftwatch-2026-05-01-0001.warc.gz"
    assert file.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [kind for kind, *_ in records(file)] == ["warcinfo", "response"]
    assert records(file)[1] == ("response", "https://desk.example.org/1", "2026-05-01T23:30:00Z")
    name, _, offset = where.partition(":")
    assert (name, next(read_captures(file, int(offset))).capture) == (file.name, captures(folder)[0])


def test_each_day_has_a_file_that_stands_alone(folder: Path):
    evening = datetime(2026, 5, 1, 23, 30, tzinfo=UTC)
    again = [one(fetched_at=evening + timedelta(minutes=minutes)) for minutes in (0, 10, 40, 50, -60)]
    written(folder, *again)
    first, second = sorted(folder.iterdir())
    assert (first.name[11:21], second.name[11:21]) == ("2026-05-01", "2026-05-02")
    assert [kind for kind, *_ in records(first)] == ["warcinfo", "response", "revisit"]
    assert [kind for kind, *_ in records(second)] == ["warcinfo", "response", "revisit", "revisit"]


def test_no_file_is_made_when_nothing_is_kept(folder: Path):
    CaptureWriter(folder).close()
    assert not folder.exists()


def test_headers_tell_the_truth_about_a_body_stored_decoded(folder: Path):
    headers = (("content-encoding", "br"), ("transfer-encoding", "chunked"), ("content-length", "9"))
    written(folder, one(headers=headers))
    (back,) = captures(folder)
    assert back.header("content-encoding") == ""
    assert back.header("x-archive-orig-content-encoding") == "br"
    assert back.header("content-length") == str(len(back.body))


def test_the_same_body_of_an_address_is_kept_once_and_revisited(folder: Path):
    later = make.NOW + timedelta(hours=1)
    written(
        folder,
        one(),
        one(fetched_at=later),
        replace(one(), url="https://other.example/", final_url="https://other.example/"),
    )
    (file,) = folder.iterdir()
    assert [kind for kind, *_ in records(file)] == ["warcinfo", "response", "revisit", "response"]
    with file.open("rb") as stream:
        (revisit,) = [record for record in ArchiveIterator(stream) if record.rec_type == "revisit"]
    assert revisit.rec_headers.get_header("WARC-Refers-To-Date") == "2026-05-01T12:00:00Z"
    assert revisit.rec_headers.get_header("WARC-Date") == "2026-05-01T13:00:00Z"
    assert [record.skipped for record in read_captures(file)] == ["", "a revisit record", ""]


def test_files_rotate_by_size(folder: Path):
    bodies = [make.capture(os.urandom(3000), url=f"https://desk.example.org/{n}") for n in range(5)]
    written(folder, *bodies, max_bytes=5_000)
    assert [file.name[-12:] for file in sorted(folder.iterdir())] == [f"000{n}.warc.gz" for n in (1, 2, 3)]
    assert [capture.body for capture in captures(folder)] == [capture.body for capture in bodies]


def test_the_next_run_goes_on_with_the_days_file(folder: Path):
    written(folder, one(1))
    written(folder, one(2))
    (file,) = folder.iterdir()
    assert [kind for kind, *_ in records(file)] == ["warcinfo", "response", "response"]


def test_a_file_with_a_torn_end_is_left_as_it_is_and_read_as_far_as_it_goes(folder: Path):
    written(folder, one(1), one(2))
    (torn,) = folder.iterdir()
    os.truncate(torn, torn.stat().st_size - 20)
    before = torn.read_bytes()
    written(folder, one(3))
    assert torn.read_bytes() == before
    assert [capture.url[-1] for capture in captures(folder)] == ["1", "3"]
    assert [record.skipped for record in read_captures(torn)] == ["", "a record cut off at the end of the file"]


def test_a_writer_killed_at_any_moment_leaves_whole_records(folder: Path):
    code = (
        "import sys; sys.path.insert(0, '.')\n"
        "from pathlib import Path; from db.captures import CaptureWriter; from tests.db.test_captures import one\n"
        "writer = CaptureWriter(Path(sys.argv[1])); n = 0\n"
        "while True: n += 1; writer.write(one(n)); print(n, flush=True)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(folder)], cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout
    acknowledged = [process.stdout.readline() for _ in range(50)]
    process.send_signal(signal.SIGKILL)
    process.communicate()
    (file,) = folder.iterdir()
    read = list(read_captures(file))
    assert len(read) >= len(acknowledged)
    assert not any(record.skipped for record in read)


def test_two_writers_of_one_folder_keep_apart(folder: Path):
    first, second = CaptureWriter(folder), CaptureWriter(folder)
    assert first.write(one(1)).partition(":")[0] != second.write(one(2)).partition(":")[0]
    first.close()
    second.close()
    assert len(captures(folder)) == 2


def test_a_full_disk_is_one_line_and_leaves_whole_records(folder: Path):
    writer = CaptureWriter(folder)
    writer.write(one())
    (file,) = folder.iterdir()
    room = file.stat().st_size + 500
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, old[1]))
    try:
        with pytest.raises(ArchiveError) as caught:
            writer.write(make.capture(os.urandom(10_000)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
        signal.signal(signal.SIGXFSZ, before)
    assert str(folder) in str(caught.value)
    writer.write(one(2))
    writer.close()
    assert [capture.url[-1] for capture in captures(folder)] == ["1", "2"]
    gzip.decompress(file.read_bytes())


def test_nothing_in_an_answer_can_forge_a_record(folder: Path):
    evil = "x\r\nWARC-Type: response\r\n\r\nHTTP/1.1 200 OK"
    written(folder, one(headers=(("x-a", evil), (evil, "b"), ("é", "ü"), ("x-b", "ünïcode"))), one(2, status=299))
    (file,) = folder.iterdir()
    assert [kind for kind, *_ in records(file)] == ["warcinfo", "response", "response"]
    assert [capture.body for capture in captures(folder)] == [one().body, one(2).body]


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(ArchiveError, match="file"):
        CaptureWriter(tmp_path / "file" / "captures").write(one())
