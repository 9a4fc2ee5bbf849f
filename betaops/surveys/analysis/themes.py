"""Themes suggested from free texts: character n-grams, TF-IDF, LSA, k-means; no language model, no network. Pure.

Equal texts give equal themes. They are suggestions: what counts is what people confirm by tags.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

#: Texts that are looked at, letters of each, texts below which there is nothing to group.
MOST_TEXTS, MOST_LETTERS, FEWEST_TEXTS = 5000, 1000, 8
#: Themes at most, people that make one, words and quotes that stand for it.
MOST_THEMES, SMALLEST_THEME, WORDS, QUOTES = 10, 3, 5, 3
SHORTEST, LONGEST = 3, 5  # n-grams
FEATURES, RANK, SEED, ROUNDS = 1 << 16, 40, 20260101, 25
#: Themes whose middles are nearer than this cosine are one.
ALIKE = 0.6
_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True)
class Theme:
    """Places in the list of texts; `quotes` are the most typical of `members`."""

    words: tuple[str, ...]
    members: tuple[int, ...]
    quotes: tuple[int, ...]


def themes(
    texts: Sequence[str], progress: Callable[[int, int], None] = lambda _done, _total: None
) -> list[Theme]:
    """The largest first; none where there are too few texts to group. Texts that fit nowhere are in none.

    `progress` is told (done, total) after each step.
    """
    plain = [" ".join(text.lower().split())[:MOST_LETTERS] for text in texts[:MOST_TEXTS]]
    used = [at for at, text in enumerate(plain) if _WORD.search(text)]
    if len(used) < FEWEST_TEXTS:
        return []
    points = _points([plain[at] for at in used])
    progress(1, 3)
    groups = _groups(points)
    progress(2, 3)
    words = [set(_WORD.findall(plain[at])) for at in used]
    overall = Counter(word for each in words for word in each)
    found = []
    for members, middle in groups:
        near = points[members] @ middle
        order = [
            members[at] for at in sorted(range(len(members)), key=lambda at: (-round(float(near[at]), 6), at))
        ]
        found.append(
            Theme(
                _typical([words[at] for at in members], overall, len(used)),
                tuple(used[at] for at in members),
                _quotes([used[at] for at in order], plain),
            )
        )
    return sorted(found, key=lambda theme: (-len(theme.members), theme.members))


def _points(texts: Sequence[str]) -> "Matrix":
    """Each text as a direction: TF-IDF of its n-grams, brought down to few dimensions."""
    import numpy as np

    weights = _tf_idf(_counts(texts))
    rank = min(RANK, len(texts) - 1)
    random = np.random.default_rng(SEED)
    # Randomised range finder with power iterations (Halko, Martinsson and Tropp 2011).
    basis = weights @ random.standard_normal((weights.shape[1], rank + 8))
    for _round in range(2):
        basis, _rest = np.linalg.qr(basis)
        basis = weights @ (weights.T @ basis)
    basis, _rest = np.linalg.qr(basis)
    across = weights.T @ basis
    squares, left = np.linalg.eigh(across.T @ across)
    strengths = np.sqrt(np.maximum(squares[::-1][:rank], 0))
    return _directed((basis @ left[:, ::-1][:, :rank]) * strengths)


def _counts(texts: Sequence[str]) -> Any:
    """How often each n-gram stands in each text; n-grams are told apart by a hash."""
    import numpy as np
    from scipy.sparse import csr_matrix

    letters = np.frombuffer("".join(f" {text} " for text in texts).encode("utf-32-le"), dtype=np.uint32)
    owners = np.repeat(np.arange(len(texts)), [len(text) + 2 for text in texts])
    rows, columns = [], []
    for width in range(SHORTEST, LONGEST + 1):
        last = len(letters) - width + 1
        inside = owners[:last] == owners[width - 1 :]
        mixed = np.zeros(last, dtype=np.uint64)
        for at in range(width):
            mixed = (mixed ^ letters[at : at + last]) * np.uint64(0x100000001B3)  # FNV-1a, a letter at a time
        rows.append(owners[:last][inside])
        columns.append(((mixed ^ (mixed >> np.uint64(29))) % np.uint64(FEATURES)).astype(np.int64)[inside])
    row, column = np.concatenate(rows), np.concatenate(columns)
    found = csr_matrix((np.ones(len(row)), (row, column)), shape=(len(texts), FEATURES))
    found.sum_duplicates()
    return found


def _tf_idf(counts: Any) -> Any:
    """1 + ln of how often, times how rare; n-grams of one text or of more than half say nothing."""
    import numpy as np
    from scipy.sparse import diags

    n = counts.shape[0]
    spread = np.bincount(counts.indices, minlength=FEATURES)
    telling = np.flatnonzero((spread > 1) & (spread <= max(2, n / 2)))
    counts.data = 1 + np.log(counts.data)
    weights = counts[:, telling] @ diags(np.log((1 + n) / (1 + spread[telling])) + 1)
    lengths = np.sqrt(np.asarray(weights.multiply(weights).sum(axis=1)).ravel())
    return diags(1 / np.where(lengths > 0, lengths, 1)) @ weights


def _directed(rows: "Matrix") -> "Matrix":
    import numpy as np

    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 1e-9, lengths, 1))


def _groups(points: "Matrix") -> list[tuple[list[int], "Matrix"]]:
    """Members and middle of each group: k-means by direction from far-apart starts, then like ones made one."""
    import numpy as np

    middles = _starts(points, max(2, min(2 * MOST_THEMES, round(math.sqrt(len(points) / 2)))))
    nearest = np.zeros(len(points), dtype=int)
    for _round in range(ROUNDS):
        before, nearest = nearest, np.argmax(points @ middles.T, axis=1)
        if _round and (before == nearest).all():
            break
        middles = _directed(np.array([points[nearest == at].sum(axis=0) for at in range(len(middles))]))
    groups = [np.flatnonzero(nearest == at).tolist() for at in range(len(middles))]
    kept = [(members, middle) for members, middle in zip(groups, middles, strict=True)
            if len(members) >= SMALLEST_THEME]  # fmt: skip
    return _merged(kept, points)


def _starts(points: "Matrix", count: int) -> "Matrix":
    """The text nearest to all others, then always the one farthest from those chosen."""
    import numpy as np

    chosen = [int(np.argmax(points @ points.sum(axis=0)))]
    near = points @ points[chosen[0]]
    while len(chosen) < min(count, len(points)):
        chosen.append(int(np.argmin(near)))
        near = np.maximum(near, points @ points[chosen[-1]])
    return points[chosen].copy()


def _merged(groups: list[tuple[list[int], "Matrix"]], points: "Matrix") -> list[tuple[list[int], "Matrix"]]:
    """The two most alike made one until none are, or until few enough are left."""
    import numpy as np

    while len(groups) > 1:
        middles = np.array([middle for _members, middle in groups])
        alike = middles @ middles.T - 2 * np.eye(len(groups))
        one, other = divmod(int(np.argmax(alike)), len(groups))
        if alike[one, other] < ALIKE and len(groups) <= MOST_THEMES:
            break
        members = sorted(groups[one][0] + groups[other][0])
        rest = [group for at, group in enumerate(groups) if at not in (one, other)]
        groups = [*rest, (members, _directed(points[members].sum(axis=0, keepdims=True))[0])]
    return groups


def _typical(members: Sequence[set[str]], overall: Counter[str], n: int) -> tuple[str, ...]:
    """Words that many of the theme use and few of the others do (its part of the divergence from all texts)."""
    inside = Counter(word for each in members for word in each)
    weights = {
        word: count / len(members) * math.log(count / len(members) / (overall[word] / n))
        for word, count in inside.items()
        if count > 1
    }
    return tuple(
        sorted((word for word in weights if weights[word] > 0), key=lambda word: (-weights[word], word))[
            :WORDS
        ]
    )


def _quotes(order: Sequence[int], texts: Sequence[str]) -> tuple[int, ...]:
    """The first few that do not say the very same."""
    found: dict[str, int] = {}
    for at in order:
        found.setdefault(texts[at], at)
        if len(found) == QUOTES:
            break
    return tuple(found.values())
