import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from homepot.ai.event_store.cache import Key, Reading, Remembered

HERE: Key = (1, "till")


def kept(cache: Remembered[str], key: Key, *items: str, now_s: float = 0) -> None:
    cache.end(cache.begin(key), items, now_s)


def test_what_was_read_is_remembered_until_something_happens() -> None:
    cache: Remembered[str] = Remembered(10, 100)
    kept(cache, HERE, "a")
    assert cache.get(HERE, 1) == ("a",)
    cache.changed(HERE)
    assert cache.get(HERE, 1) is None
    assert (cache.hits, cache.misses) == (1, 1)


def test_what_changed_while_it_was_read_is_not_remembered() -> None:
    cache: Remembered[str] = Remembered(10, 100)
    early, other = cache.begin(HERE), cache.begin((1, "other"))
    cache.changed(HERE)
    late = cache.begin(HERE)
    cache.end(late, ("new",), 0)
    cache.end(early, ("old",), 0)
    cache.end(other, ("x",), 0)
    assert cache.get(HERE, 0) == ("new",)
    assert cache.get((1, "other"), 0) == ("x",)


def test_forgetting_all_counts_for_what_is_being_read() -> None:
    cache: Remembered[str] = Remembered(10, 100)
    reading = cache.begin(HERE)
    cache.forget_all()
    cache.end(reading, ("old",), 0)
    assert cache.get(HERE, 0) is None


def test_one_tenants_device_is_not_another_tenants_of_the_same_id() -> None:
    cache: Remembered[str] = Remembered(10, 100)
    kept(cache, (1, "till"), "ours")
    assert cache.get((2, "till"), 0) is None


def test_those_asked_for_last_are_kept() -> None:
    cache: Remembered[str] = Remembered(2, 100)
    kept(cache, (1, "a"), "a")
    kept(cache, (1, "b"), "b")
    cache.get((1, "a"), 0)
    kept(cache, (1, "c"), "c")
    assert [cache.get((1, name), 0) is not None for name in "abc"] == [True, False, True]


@pytest.mark.parametrize("now_s", [100.5, 1000])
def test_what_is_old_is_not_given_out_and_goes(now_s: float) -> None:
    cache: Remembered[str] = Remembered(10, 100)
    kept(cache, HERE, "a")
    kept(cache, (1, "b"), "b", now_s=now_s)
    assert cache.get(HERE, now_s) is None
    assert cache.forget_old(now_s) == 1
    assert len(cache) == 1


class NeverStale(RuleBasedStateMachine):
    """Readers and writers in any order: what is given out is what was written last."""

    def __init__(self) -> None:
        super().__init__()
        self.cache: Remembered[int] = Remembered(3, 1e9)
        self.truth = dict.fromkeys(range(5), 0)
        self.reading: list[tuple[Reading, int]] = []

    @rule(device=st.integers(0, 4))
    def write(self, device: int) -> None:
        self.truth[device] += 1
        self.cache.changed((1, str(device)))

    @rule(device=st.integers(0, 4))
    def begin(self, device: int) -> None:
        self.reading.append((self.cache.begin((1, str(device))), self.truth[device]))

    @rule(number=st.integers(0, 20), fails=st.booleans())
    def end(self, number: int, fails: bool) -> None:
        if self.reading:
            reading, seen = self.reading.pop(number % len(self.reading))
            self.cache.end(reading, None if fails else (seen,), 0)

    @invariant()
    def what_is_given_out_is_true(self) -> None:
        for device, version in self.truth.items():
            assert self.cache.get((1, str(device)), 0) in (None, (version,))
        assert len(self.cache) <= 3


TestNeverStale = NeverStale.TestCase
TestNeverStale.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
