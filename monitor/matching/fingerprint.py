"""Stable hashes of texts: shingles, the sketch kept in the index, and winnowed prints; the same on every machine.

Every stored form begins with the version byte, so that a later way of hashing can live beside this one.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

VERSION = 1
SHINGLE = 5  # words; the length the measured thresholds were found with

# The sketch: the smallest hashes among those below 1/DENSITY of the hash space, LEAD_SIZE of them from the first
# LEAD_WORDS words and REST_SIZE from the whole. Briefs and cut copies keep the lead, so it is sampled apart: a
# 2,500-word report would else keep too few hashes of its first paragraph to be found by a 60-word brief.
DENSITY = 6
LEAD_WORDS = 220
LEAD_SIZE = 24
REST_SIZE = 26
HASH_BITS = 28  # kept of each hash in the index, see postings

_MULTIPLIERS = np.array([pow(0x9E3779B97F4A7C15, i + 1, 1 << 64) | 1 for i in range(16)], dtype=np.uint64)
_ALL = (1 << 64) - 1


@lru_cache(maxsize=131_072)
def word_hash(word: str) -> int:
    """64 bits of BLAKE2b of the word's UTF-8; surrogates cannot occur in clean text but must not raise."""
    return int.from_bytes(blake2b(word.encode("utf-8", "replace"), digest_size=8).digest(), "little")


def text_hash(words: Sequence[str]) -> bytes:
    """Version byte and 16 bytes that are equal for texts equal word by word (case, punctuation, space apart)."""
    return bytes([VERSION]) + blake2b("\x1f".join(words).encode("utf-8", "replace"), digest_size=16).digest()


def shingles(words: Sequence[str], size: int = SHINGLE) -> Hashes:
    """One 64-bit hash for each run of ``size`` words, in order (fewer words: empty)."""
    count = len(words) - size + 1
    if count <= 0:
        return np.empty(0, dtype=np.uint64)
    each = np.fromiter(map(word_hash, words), dtype=np.uint64, count=len(words))
    mixed = np.zeros(count, dtype=np.uint64)
    for i in range(size):
        mixed += each[i : i + count] * _MULTIPLIERS[i]
    return _finish(mixed)


def run_hash(words: Sequence[str]) -> int:
    """The hash that ``shingles`` gives the one run of all ``words``, of which there are a few."""
    h = sum(word_hash(word) * int(times) for word, times in zip(words, _MULTIPLIERS, strict=False)) & _ALL
    h ^= h >> 30
    h = h * 0xBF58476D1CE4E5B9 & _ALL
    h ^= h >> 27
    h = h * 0x94D049BB133111EB & _ALL
    return h ^ (h >> 31)


def _finish(h: Hashes) -> Hashes:
    """splitmix64's finaliser: spreads every input bit over all output bits."""
    h = h ^ (h >> np.uint64(30))
    h = h * np.uint64(0xBF58476D1CE4E5B9)
    h = h ^ (h >> np.uint64(27))
    h = h * np.uint64(0x94D049BB133111EB)
    return h ^ (h >> np.uint64(31))


def sketch(words: Sequence[str]) -> NDArray[np.uint32]:
    """The text's hashes for the index: sorted, unique, at most LEAD_SIZE + REST_SIZE, each of HASH_BITS bits.

    A bottom-k sketch (Broder 1997) with a ceiling (FracMinHash, Irber et al. 2022), so that a short text and the
    long one that contains it keep the same hashes of their common part.
    """
    all_hashes = shingles(words)
    lead = _smallest(all_hashes[:LEAD_WORDS], LEAD_SIZE)
    rest = _smallest(all_hashes, REST_SIZE)
    kept = np.concatenate((lead, rest))
    # selection looked at the high bits, which are therefore small; the low ones are still evenly spread
    return np.unique(kept & np.uint64((1 << HASH_BITS) - 1)).astype(np.uint32)


def _smallest(hashes: Hashes, size: int) -> Hashes:
    ceiling = np.uint64((1 << 64) // DENSITY)
    below = np.unique(hashes[hashes < ceiling])
    return below[:size]


def pack(sketch_hashes: NDArray[np.uint32]) -> bytes:
    """A sketch as stored: version byte, then little-endian 32-bit hashes."""
    return bytes([VERSION]) + sketch_hashes.astype("<u4").tobytes()


def unpack(stored: bytes) -> NDArray[np.uint32] | None:
    """A stored sketch, or None when another version wrote it."""
    if not stored or stored[0] != VERSION:
        return None
    return np.frombuffer(stored, dtype="<u4", offset=1).astype(np.uint32)


def winnow(hashes: Hashes, window: int) -> list[int]:
    """Positions kept by winnowing (Schleimer, Wilkerson & Aiken 2003): in each window the rightmost smallest hash.

    Any run of ``window + k - 1`` words shared by two texts has at least one kept hash in common.
    """
    if len(hashes) == 0:
        return []
    if len(hashes) <= window:
        return [len(hashes) - 1 - int(np.argmin(hashes[::-1]))]
    views = np.lib.stride_tricks.sliding_window_view(hashes, window)[:, ::-1]
    at = np.arange(len(views)) + (window - 1) - np.argmin(views, axis=1)
    return [int(i) for i in np.unique(at)]
