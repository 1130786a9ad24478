"""Any WARC is read: streamed, resumable, decoded within bounds, and past what is broken in it."""

from __future__ import annotations

import base64
import gzip
import io
import itertools
import time
import tracemalloc
import zlib
from datetime import UTC, datetime
from pathlib import Path

import brotli
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.captures import read_captures
from db.warc import MAX_BODY
from monitor.model import WarcRecord

BODY = b"<html><p>" + b"Agents were sent to Ohio. " * 200 + b"</p></html>"
SAMPLE = Path(__file__).parents[3] / "shared/web/pages-dev.warc.gz"


def http(body: bytes = BODY, status: str = "200 OK", **headers: str) -> bytes:
    lines = [
        f"HTTP/1.1 {status}",
        "Content-Type: text/html",
        *(f"{k.replace('_', '-')}: {v}" for k, v in headers.items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def record(n: int = 1, block: bytes | None = None, kind: str = "response", **fields: str) -> bytes:
    block = http() if block is None else block
    given = {
        "WARC-Type": kind,
        "WARC-Target-URI": f"https://desk.example.org/{n}",
        "WARC-Date": "2026-05-01T12:00:00Z",
        "WARC-Record-ID": f"<urn:uuid:00000000-0000-0000-0000-{n:012}>",
        "Content-Type": "application/http; msgtype=response",
        "Content-Length": str(len(block)),
        **{name.replace("_", "-"): value for name, value in fields.items()},
    }
    head = "WARC/1.0\r\n" + "".join(f"{name}: {value}\r\n" for name, value in given.items() if value) + "\r\n"
    return head.encode() + block + b"\r\n\r\n"


def read(tmp_path: Path, *members: bytes, packed: bool = True, start: int = 0) -> list[WarcRecord]:
    file = tmp_path / "some.warc"
    file.write_bytes(b"".join(map(gzip.compress, members)) if packed else b"".join(members))
    return list(read_captures(file, start))


def bodies(records: list[WarcRecord]) -> list[bytes]:
    return [one.capture.body for one in records if one.capture]


def skipped(records: list[WarcRecord]) -> list[str]:
    return [one.skipped for one in records if one.skipped]


@pytest.mark.parametrize("packed", [True, False])
def test_gzipped_and_plain_files_are_read(tmp_path: Path, packed: bool):
    info = record(0, b"software: x\r\n", "warcinfo", WARC_Target_URI="", Content_Type="application/warc-fields")
    request = record(1, b"GET / HTTP/1.1\r\n\r\n", "request")
    found = read(tmp_path, info, request, record(1), record(2), packed=packed)
    assert [one.capture.final_url for one in found if one.capture] == [f"https://desk.example.org/{n}" for n in (1, 2)]
    assert bodies(found) == [BODY, BODY]
    assert found[-1].end == (tmp_path / "some.warc").stat().st_size
    assert found[0].capture and found[0].capture.fetched_at == datetime(2026, 5, 1, 12, tzinfo=UTC)
    assert found[0].capture.header("content-type") == "text/html"


@pytest.mark.parametrize("packed", [True, False])
def test_reading_resumes_where_any_record_ended(tmp_path: Path, packed: bool):
    members = [record(n, http(str(n).encode() * 100)) for n in range(5)]
    whole = read(tmp_path, *members, packed=packed)
    for n, one in enumerate(whole):
        assert bodies(read(tmp_path, *members, packed=packed, start=one.end)) == bodies(whole)[n + 1 :]


@pytest.mark.parametrize(
    ("encoding", "encode"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda body: zlib.compress(body, wbits=-15)),
        ("br", brotli.compress),
        ("gzip, br", lambda body: brotli.compress(gzip.compress(body))),
        ("identity", bytes),
        ("gzip", bytes),
        ("br", bytes),
    ],
)
def test_content_encodings_are_undone_and_those_only_said_are_not(tmp_path: Path, encoding: str, encode):
    found = read(tmp_path, record(1, http(encode(BODY), Content_Encoding=encoding)))
    assert bodies(found) == [BODY]
    assert found[0].capture and not found[0].capture.header("content-encoding")


def test_zstd_is_undone(tmp_path: Path):
    zstd = pytest.importorskip("backports.zstd")
    assert bodies(read(tmp_path, record(1, http(zstd.compress(BODY), Content_Encoding="zstd")))) == [BODY]


def chunked(body: bytes, size: int = 700) -> bytes:
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x;a=b\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


@pytest.mark.parametrize("body", [chunked(BODY), BODY])
def test_http_chunks_are_put_together_and_those_only_said_are_not(tmp_path: Path, body: bytes):
    assert bodies(read(tmp_path, record(1, http(body, Transfer_Encoding="chunked")))) == [BODY]


def test_chunks_of_a_compressed_body_are_undone_in_order(tmp_path: Path):
    body = chunked(gzip.compress(BODY), 100)
    block = http(body, Transfer_Encoding="chunked", Content_Encoding="gzip")
    assert bodies(read(tmp_path, record(1, block))) == [BODY]


@pytest.mark.parametrize(
    ("encoding", "bomb"),
    [
        ("gzip", gzip.compress(gzip.compress(bytes(10**9), 9), 9)),
        ("br", brotli.compress(bytes(4 * 10**8), quality=1)),
        ("identity", bytes(MAX_BODY + 1)),
    ],
)
def test_a_bomb_does_not_go_off(tmp_path: Path, encoding: str, bomb: bytes):
    encoding = "gzip, gzip" if encoding == "gzip" else encoding
    file = tmp_path / "bomb.warc.gz"
    file.write_bytes(gzip.compress(record(1, http(bomb, Content_Encoding=encoding))) + gzip.compress(record(2)))
    del bomb
    tracemalloc.start()
    found = list(read_captures(file))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert skipped(found) == ["the body is over the limit"]
    assert bodies(found) == [BODY]
    assert peak < 8 * MAX_BODY


def test_what_is_no_page_is_skipped_with_its_reason(tmp_path: Path):
    found = read(
        tmp_path,
        record(1, http(status="404 Not Found")),
        record(2, b"not http at all"),
        record(3, b"x", "resource"),
        record(4, WARC_Date="yesterday"),
        record(5, http(Content_Encoding="rot13")),
        record(6, b"1.2.3.4", WARC_Target_URI="dns:desk.example.org", Content_Type="text/dns"),
        record(7),
    )
    assert skipped(found) == [
        "HTTP status 404", "no HTTP response inside", "a resource record", "no usable WARC-Date",
        "the body is in an unknown encoding",
    ]  # fmt: skip
    assert len(bodies(found)) == 1


@pytest.mark.parametrize("date", ["2026-05-01T12:00:00.123456789Z", "2026-05-01T14:00:00+02:00", "2026-05-01T12:00:00"])
def test_dates_of_other_writers_are_understood(tmp_path: Path, date: str):
    (one,) = read(tmp_path, record(1, WARC_Date=date))
    assert one.capture and one.capture.fetched_at.replace(microsecond=0) == datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("packed", [True, False])
def test_a_broken_record_is_passed_over(tmp_path: Path, packed: bool, capfd: pytest.CaptureFixture[str]):
    members = [record(n, http(str(n).encode() * 9000)) for n in range(4)]
    packs = [gzip.compress(member) if packed else member for member in members]
    packs[1] = packs[1][:30] + b"\xff" * 20 + packs[1][50:-30]
    found = read(tmp_path, *packs, packed=False)
    assert skipped(found) == ["a broken record"]
    assert bodies(found) == [str(n).encode() * 9000 for n in (0, 2, 3)]
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("cut", [1, 5, 40, 200, 260])
def test_a_record_cut_off_keeps_its_start_for_when_the_file_has_grown(tmp_path: Path, packed: bool, cut: int):
    first, second = (gzip.compress(record(n)) if packed else record(n) for n in (1, 2))
    found = read(tmp_path, first, second[:-cut], packed=False)
    if cut > (8 if packed else 4):
        assert skipped(found) == ["a record cut off at the end of the file"]
        assert found[-1].end == len(first)
        assert bodies(read(tmp_path, first, second, packed=False, start=found[-1].end)) == [BODY]
    else:
        assert len(bodies(found)) == 2, "nothing but its checksum or the blank line after it is missing"


@pytest.mark.parametrize("content", [b"", b"Dear colleagues,\n", b"\x1f\x8b\x08" + bytes(100), bytes(5000)])
def test_what_is_no_warc_yields_no_capture(tmp_path: Path, content: bytes):
    assert not bodies(read(tmp_path, content, packed=False))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), packed=st.booleans())
def test_no_damage_ends_the_reading_with_an_error(tmp_path: Path, data, packed: bool):
    sound = b"".join(gzip.compress(record(n)) if packed else record(n) for n in range(3))
    at = data.draw(st.integers(0, len(sound) - 1))
    noise = data.draw(st.binary(min_size=1, max_size=40))
    found = read(tmp_path, sound[:at] + noise + sound[at + data.draw(st.integers(0, 60)) :], packed=False)
    ends = [one.end for one in found]
    assert ends == sorted(ends)
    assert len(bodies(found)) <= 3


def test_memory_stays_flat_over_a_long_file(tmp_path: Path):
    file = tmp_path / "long.warc.gz"
    member = gzip.compress(record(1, http(BODY * 20)))
    peaks = []
    for count in (50, 500):
        file.write_bytes(member * count)
        tracemalloc.start()
        assert sum(1 for _ in read_captures(file)) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0]


@pytest.mark.skipif(not SAMPLE.exists(), reason="the shared captures are not here")
def test_the_shared_captures_are_read_whole():
    found = list(read_captures(SAMPLE))
    assert len(found) == 221
    assert not skipped(found)
    assert found[-1].end == SAMPLE.stat().st_size


def packed_bomb(head: bytes, filler: bytes, mib: int) -> bytes:
    """A gzip member that unpacks to ``head`` and ``mib`` MiB of ``filler``."""
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=9) as member:
        member.write(head)
        for _ in range(mib):
            member.write((filler * (1024 * 1024))[: 1024 * 1024])
    return out.getvalue()


@pytest.mark.parametrize(
    ("head", "filler", "why"),
    [
        (record(2, b"", Content_Length=str(2**28))[:-4], b"\0", "the body is over the limit"),
        (record(2, b"", Content_Length=str(2**28))[:-4], b"\r\n", "the body is over the limit"),
        (record(2), b"\r\n", "a broken record"),
        (b"WARC/1.0\r\nWARC-Type: response\r\n", b"A: b\r\n", "a broken record"),
        (b"WARC/1.0\r\nWARC-Type: ", b"x", "a broken record"),
    ],
    ids=["zeros", "lines", "lines after it", "fields", "one field"],
)
def test_a_record_that_unpacks_without_end_is_passed_over_in_no_more_than_unpacking_takes(
    tmp_path: Path, head: bytes, filler: bytes, why: str
):
    file = tmp_path / "some.warc.gz"
    bomb = packed_bomb(head, filler, 256)
    file.write_bytes(gzip.compress(record(1)) + bomb + gzip.compress(record(3)))
    tracemalloc.start()
    began = time.process_time()
    try:
        found = list(read_captures(file))
        took = time.process_time() - began
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()
    assert took < 5
    assert [one.capture.url[-1] for one in found if one.capture][-1] == "3"
    assert why in skipped(found)
    assert found[-1].end == file.stat().st_size
    assert [one.end for one in read_captures(file, found[-2].end)] == [found[-1].end]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sizes=st.lists(st.integers(0, 3_000_000), min_size=1, max_size=5))
def test_records_of_any_size_end_where_the_next_begins(tmp_path: Path, sizes: list[int]):
    members = [gzip.compress(record(n, http(b"a" * size)), 1) for n, size in enumerate(sizes)]
    file = tmp_path / "some.warc.gz"
    file.write_bytes(b"".join(members))
    assert [one.end for one in read_captures(file)] == list(itertools.accumulate(map(len, members)))


# Three packed records, the second one damaged so that the reader counts its end before its start.
BACKWARDS = base64.b64decode(
    "H4sIALZOBWsC/+3YUWuDMBAA4HfB/5A/EBOl7UNmhdI+rHTQIY7C3qQeKtMkJCfr/v3iVhkb+wkXQjjyXY6711x25V6kiYyjS4h49WFBMQfeGu1h"
    "uaxdC8hfyqNiHaL1SogG/FsCt3q0AyTGtWKpcKgxVMhktuFyzWVapZmSMuzXe0IJV+Mafjwolk9Oq2nqm8Dfi/9zLKuIo73RCBrvbdbWDv21xt5o"
    "Mff1wEbfYqDtzwDLiyfQLXaKrbPNKo7i6LGqnsPcaehUsvPpb2mEG4aa4zDn5nNQ5LbYtSHDs3dwwHwIGRp27nqTMBISEhISEhISEhISEhISEhIS"
    "EhKS35ILW+Rf34zF/M/4CaCqd3KMFQAAH4sIALZOBWsC/+3YwWrDMAwA0Hsg/+AfcGyHtQcvDZT2sLJBR8go7BYakYQltrFV1v39nC1lbOwTZIwR"
    "frKQrj5tq51QmUyTU4x4/eFAMw/BWRPgdtn4DpC/VAfNekQXtBAthLcMrs3kRsis74RakvcNxgq5zNdcrrhUtcq1lHG/LgkVnK1v+WGvWXHxRn8u"
    "Qxv5e/F/jmWpMk121iAYXNpsnBuHc4ODNWLu655NocNIm58Bbi+ewHTYa7bK13dpkiYPdf0c51axU8mOj39LI1wx1pzGObecg7Jw5baLGYG9gwcW"
    "YsjQsmM/2IyRkJCQkJCQkJCQkJCQkJCQkJCQkPyWQriy+PpmLOd/xk/a2TnWjBUAAB+LCAC2TgVrAv/t2MFqwzAMANB7IP/gH3DsmLUHLw2U9rCy"
    "QUfIKOwWGpGEJbaxVdb9/ZwtZWzsE2SMEX6ykK4+baudyDOZJqcY8frDgWYegrMmwO2y8R0gf6kOmvWILmghWghvGVybyY2QWd8JtSTvG4wVlFRr"
    "Lldc5nWutJRxvy4JFZytb/lhr1lx8UZfLkMb+Xvxf45lqTJNdtYgGFzabJwbh3ODgzVi7uueTaHDSJufAW4vnsB02Gu2Uuu7NEmTh7p+jnPnsVPJ"
    "jo9/SyNcMdacxjm3mIOycOW2ixmBvYMHFmLI0LJjP9iMkZCQkJCQkJCQkJCQkJCQkJCQkJD8lkK4svj6Ziznf0ZPFUqa4YwVAAA="
)


def test_damage_never_leads_the_reading_round_in_a_circle(tmp_path: Path):
    file = tmp_path / "some.warc.gz"
    file.write_bytes(BACKWARDS)
    found = list(itertools.islice(read_captures(file), 20))
    assert [one.end for one in found] == [276, 553, 553]
    assert skipped(found) == ["a broken record", "a record cut off at the end of the file"]
