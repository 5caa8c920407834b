"""Latencies and link settings, as values."""

import pytest

from dslab.network import LinkSettings, Network, constant, exponential, long_tail, uniform
from dslab.values import DslabError

SHAPES = [constant(10), uniform(5, 15), exponential(10, least=1), long_tail(5, alpha=1.5)]


@pytest.mark.parametrize("latency", SHAPES, ids=repr)
def test_a_latency_shows_itself_as_the_code_that_makes_it(latency):
    assert eval(repr(latency)) == latency


@pytest.mark.parametrize("latency", SHAPES, ids=repr)
def test_no_delay_is_below_the_least(latency):
    delays = [latency.at(u / 1000) for u in range(1000)]
    assert min(delays) == latency.low and delays == sorted(delays)


def test_latencies_have_the_mean_that_they_promise():
    def mean(latency):
        return sum(latency.at((u + 0.5) / 100_000) for u in range(100_000)) / 100_000

    assert mean(uniform(5, 15)) == pytest.approx(10)
    assert mean(exponential(10, least=1)) == pytest.approx(11, rel=1e-3)
    assert mean(long_tail(5, alpha=3)) == pytest.approx(
        5 * 3 / 2, rel=1e-2
    )  # alpha / (alpha - 1) times the least


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: constant(-1), "a delay is a number of milliseconds, at least 0, not -1"),
        (lambda: constant("10"), "not '10'"),
        (lambda: constant(float("inf")), "not inf"),
        (lambda: uniform(15, 5), r"did you mean uniform\(5, 15\)\?"),
        (lambda: long_tail(5, alpha=0), "alpha is above 0"),
        (lambda: Network(loss=1.5), "loss is a probability from 0 to 1, not 1.5"),
        (lambda: Network(loss=float("nan")), "loss is a probability from 0 to 1, not nan"),
        (lambda: Network(latency=10), r"a latency is constant\(10\), uniform\(5, 15\), ..., not 10"),
        (lambda: Network(los=0.1), "a link has no setting 'los' .* Did you mean 'loss'?"),
        (lambda: Network(links={("A", "B"): {"latncy": 3}}), "'latency'"),
        (lambda: Network(links={"A->B": {}}), r'links are named by a pair such as \("A", "B"\)'),
    ],
)
def test_a_network_that_cannot_be_is_refused_with_a_sentence(make, sentence):
    with pytest.raises(DslabError, match=sentence):
        make()


def test_an_exception_for_a_link_changes_only_what_it_names():
    network = Network(latency=constant(10), loss=0.5, links={("A", "B"): {"loss": 0.0}})
    assert network.settings("A", "B") == LinkSettings(latency=constant(10), loss=0.0)
    assert network.settings("B", "A") == LinkSettings(latency=constant(10), loss=0.5)


def test_a_network_shows_itself_as_the_code_that_makes_it():
    network = Network(latency=constant(3), fifo=True, links={("A", "B"): {"latency": uniform(1, 2)}})
    assert eval(repr(network)) == network and hash(eval(repr(network))) == hash(network)
    assert repr(Network()) == "Network()"
