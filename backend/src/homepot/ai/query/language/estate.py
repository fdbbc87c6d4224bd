"""Which devices are where, of what type, with which words in their names: sets, so that what is
in scope is known at once among ten thousand."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from homepot.ai.query.plan import Scope
from homepot.ai.query.vocabulary import Vocabulary

_REMEMBERED_MAX = 256


class Estate:
    def __init__(self, vocabulary: Vocabulary, names: Mapping[str, Iterable[str]]) -> None:
        self._all = tuple(device.id for device in vocabulary.devices)
        self._place = {one: place for place, one in enumerate(self._all)}
        self._sets: dict[tuple[str, str], set[str]] = defaultdict(set)
        for device in vocabulary.devices:
            self._sets["sites", device.site].add(device.id)
            self._sets["types", device.type].add(device.id)
            if device.place:
                self._sets["places", device.place].add(device.id)
            for tag in device.tags:
                self._sets["tags", tag].add(device.id)
            for word in names[device.name]:
                self._sets["name_has", word].add(device.id)
        self._remembered: dict[Scope, tuple[str, ...]] = {}

    def ids_in(self, scope: Scope) -> tuple[str, ...]:
        found = self._remembered.get(scope)
        if found is None:
            if len(self._remembered) >= _REMEMBERED_MAX:
                self._remembered.clear()
            found = self._remembered[scope] = self._found(scope)
        return found

    def holds(self, scope: Scope, device: str) -> bool:
        """Whether a device is in a scope."""
        if scope.devices and device not in scope.devices:
            return False
        for name in ("sites", "types", "places", "tags"):
            wanted: tuple[str, ...] = getattr(scope, name)
            if wanted and not any(device in self._set(name, one) for one in wanted):
                return False
        if not all(device in self._set("name_has", word) for word in scope.name_has):
            return False
        return scope.without is None or not self.holds(scope.without, device)

    def _set(self, name: str, key: str) -> set[str]:
        return self._sets.get((name, key), _NONE)

    def _found(self, scope: Scope) -> tuple[str, ...]:
        parts: list[set[str]] = [self._set("name_has", word) for word in scope.name_has]
        for name in ("sites", "types", "places", "tags"):
            wanted: tuple[str, ...] = getattr(scope, name)
            if len(wanted) == 1:
                parts.append(self._set(name, wanted[0]))
            elif wanted:
                parts.append(set().union(*(self._set(name, one) for one in wanted)))
        if scope.devices:
            parts.append(set(scope.devices) & self._place.keys())
        if not parts and scope.without is None:
            return self._all
        parts.sort(key=len)
        inside = set(parts[0]).intersection(*parts[1:]) if parts else set(self._all)
        if scope.without is not None:
            inside.difference_update(self.ids_in(scope.without))
        return tuple(sorted(inside, key=self._place.__getitem__))


_NONE: set[str] = set()
