"""Values that are made once: the key of a kept value, and what it is made of.

A pure function of the law and of few values may keep what it made, in a bounded cache (``functools.lru_cache``).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K")
T = TypeVar("T")
_NOTHING = object()


class Asked(Generic[T]):
    """The argument of a function that keeps values: what one is made of, and the key that tells it from others.

    ``by`` counts by its identity: it stands with the kept value, so that nothing else can be taken for it.
    """

    __slots__ = ("_hash", "_of", "by", "key")

    def __init__(self, by: object, key: tuple[Hashable, ...], of: T) -> None:
        self.by, self.key, self._of = by, key, of
        self._hash = hash((id(by), key))

    def take(self) -> T:
        """What the value is made of, once: a kept key does not hold it."""
        of = self._of
        del self._of
        return of

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Asked) and self.by is other.by and self.key == other.key


def once(found: dict[K, T], key: K, most: int, make: Callable[[], T]) -> T:
    """The value kept in ``found``, or one that is made and kept; at ``most`` of them all are forgotten.

    Of several threads that ask at once each may make it; none finds it gone.
    """
    value = found.get(key, _NOTHING)
    if value is _NOTHING:
        value = make()
        if len(found) >= most:
            found.clear()
        found[key] = value
    return value  # type: ignore[return-value]
