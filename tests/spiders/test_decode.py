"""Content encodings, honest and not."""

from __future__ import annotations

import gzip
import sys
import tracemalloc
import zlib

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spiders.decode import MAX_MEMBERS, PIECE, Decoder, TooLarge, Undecodable

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LIMIT = 4 * 1024 * 1024


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def fast_brotli(data: bytes) -> bytes:
    return bytes(brotli.compress(data, quality=3))


PACK = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": fast_brotli,
    "zstd": zstd.compress,
}
PACKERS = [*PACK.items(), ("deflate", raw_deflate)]


def decoded(encoding: str, chunks: list[bytes], limit: int = LIMIT) -> bytes:
    decoder = Decoder(encoding, limit)
    pieces = [piece for chunk in chunks for piece in decoder.feed(chunk)]
    return b"".join(pieces + list(decoder.finish()))


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@given(data=st.binary(max_size=2000), packer=st.sampled_from(PACKERS), size=st.integers(1, 500))
def test_what_was_packed_comes_out_however_it_is_cut(data: bytes, packer: tuple[str, object], size: int) -> None:
    encoding, pack = packer
    assert decoded(encoding.upper(), cut(pack(data), size)) == data  # type: ignore[operator]


@given(data=st.binary(min_size=1, max_size=300), outer=st.sampled_from(PACKERS), inner=st.sampled_from(PACKERS))
def test_two_encodings_are_undone_in_order(data: bytes, outer: tuple[str, object], inner: tuple[str, object]) -> None:
    packed = outer[1](inner[1](data))  # type: ignore[operator]
    assert decoded(f"{inner[0]}, {outer[0]}", cut(packed, 7)) == data


@pytest.mark.parametrize(("encoding", "pack"), PACKERS)
def test_large_bodies_come_out_whole(encoding: str, pack: object) -> None:
    data = b"".join(str(number).encode() for number in range(200_000))
    assert decoded(encoding, [pack(data)]) == data  # type: ignore[operator]
    assert decoded(encoding, [pack(bytes(LIMIT))]) == bytes(LIMIT)  # type: ignore[operator]


@pytest.mark.parametrize(("encoding", "pack"), PACKERS)
def test_a_bomb_costs_no_more_than_the_limit(encoding: str, pack: object) -> None:
    bomb = pack(bytes(16 * 1024 * 1024))  # type: ignore[operator]
    tracemalloc.start()
    with pytest.raises(TooLarge):
        decoder = Decoder(encoding, 1024 * 1024)
        for _ in decoder.feed(bomb):
            pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * PIECE + len(bomb)


def test_a_bomb_in_a_bomb_costs_no_more_than_the_limit() -> None:
    inner = gzip.compress(bytes(16 * 1024 * 1024))
    bomb = gzip.compress(inner)
    assert len(bomb) < 2000
    with pytest.raises(TooLarge):
        decoded("gzip, gzip", [bomb], limit=1024 * 1024)


@settings(max_examples=30)
@given(data=st.binary(min_size=50, max_size=400), packer=st.sampled_from(PACKERS), keep=st.floats(0.05, 0.95))
def test_a_cut_body_is_never_taken_for_whole(data: bytes, packer: tuple[str, object], keep: float) -> None:
    packed = packer[1](data)  # type: ignore[operator]
    with pytest.raises(Undecodable):
        decoded(packer[0], [packed[: max(1, int(len(packed) * keep))]])


@given(
    data=st.binary(max_size=300), encoding=st.sampled_from([*PACK, "gzip, br", "zstd, gzip"]), size=st.integers(1, 50)
)
def test_rubbish_is_decoded_or_refused_and_nothing_else(data: bytes, encoding: str, size: int) -> None:
    try:
        decoded(encoding, cut(data, size))
    except (Undecodable, TooLarge) as error:
        assert str(error).isprintable()


@pytest.mark.parametrize("encoding", list(PACK))
@pytest.mark.parametrize("body", [b"<rss>hello</rss>", b'\xef\xbb\xbf{"a": 1}', b" \n[1]", b"<"])
def test_an_encoding_that_was_declared_and_not_applied_is_forgiven(encoding: str, body: bytes) -> None:
    assert decoded(encoding, [body]) == body


@pytest.mark.parametrize("encoding", ["", "identity", "UTF-8", "none , identity"])
def test_no_encoding_is_nothing_to_undo(encoding: str) -> None:
    decoder = Decoder(encoding, LIMIT)
    assert decoder.idle and list(decoder.feed(b"abc")) == [b"abc"]


@pytest.mark.parametrize("encoding", ["compress", "gzip, aws-chunked", "gzip, gzip, gzip, gzip", "\u202e"])
def test_an_encoding_nobody_asked_for_is_refused(encoding: str) -> None:
    with pytest.raises(Undecodable):
        Decoder(encoding, LIMIT)


@pytest.mark.parametrize("encoding", list(PACK))
def test_an_empty_body_is_empty(encoding: str) -> None:
    assert decoded(encoding, []) == b""


def test_members_follow_each_other_and_padding_is_left_alone_but_not_without_end() -> None:
    assert decoded("gzip", [gzip.compress(b"a") + gzip.compress(b"b") + b"\0" * 20]) == b"ab"
    assert decoded("zstd", [zstd.compress(b"a") + zstd.compress(b"b")]) == b"ab"
    for encoding, pack in (("gzip", gzip.compress), ("zstd", zstd.compress)):
        with pytest.raises(Undecodable, match="too many"):
            decoded(encoding, [pack(b"") * (MAX_MEMBERS + 1)])


def test_a_zstd_window_larger_than_the_web_allows_is_refused() -> None:
    options: dict[int, int] = {zstd.CompressionParameter.window_log: 27, zstd.CompressionParameter.content_size_flag: 0}
    packer = zstd.ZstdCompressor(options=options)
    packed = packer.compress(bytes(range(256)) * 1000) + packer.flush()
    with pytest.raises(Undecodable):
        decoded("zstd", [packed])
