"""Where somebody falls when people are divided by chance: always at the same place. Pure.

SHA-1 everywhere, as PostHog has it, so that our server and every SDK put a person in the same bucket. (CRC32
would be faster and wrong: it is linear, so the buckets of two keys are not independent of each other.)
"""

from hashlib import sha1

#: The hash is cut to so many numbers, of which the last falls at 1.
NUMBERS = 1 << 60
SCALE = float(NUMBERS - 1)


def share(key: str, identifier: str, salt: str = "", separator: str = ".") -> float:
    """Where `identifier` falls for `key`: a number from 0 to 1, always the same. Nobody (`""`) falls at 0."""
    if not identifier:
        return 0.0
    spelled = f"{key}{separator}{identifier}{salt}".encode("utf-8", "surrogatepass")
    return int(sha1(spelled, usedforsecurity=False).hexdigest()[:15], 16) / SCALE
