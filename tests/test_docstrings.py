"""What a reader of `help(play)` meets: units, shapes, errors, and an example that runs."""

import doctest
import inspect

import pytest

import dslab

PUBLIC = {name: getattr(dslab, name) for name in dslab.__all__}
IMPLIED = {"message": ["cls"]}         # what it decorates
FINDER, FLAGS = doctest.DocTestFinder(recurse=False), doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@pytest.fixture(autouse=True)
def nothing_done_yet(tmp_path, monkeypatch):
    monkeypatch.setenv("DSLAB_PROGRESS", str(tmp_path / "progress.json"))


def examples(name: str) -> list[doctest.DocTest]:
    """The examples of a public name; all that `from dslab import *` brings is at hand in them."""
    found = FINDER.find(PUBLIC[name], name, module=False, globs=dict(PUBLIC))
    return [test for test in found if test.examples]


@pytest.mark.parametrize("name", [name for name, found in PUBLIC.items() if callable(found)])
def test_the_example_of_every_public_name_runs(name):
    found, told = examples(name), []
    assert found, f"{name} has no example"
    for test in found:
        assert doctest.DocTestRunner(optionflags=FLAGS).run(test, out=told.append).failed == 0, "".join(told)


@pytest.mark.parametrize("name", [name for name, found in PUBLIC.items() if inspect.isfunction(found)])
def test_every_argument_of_a_public_function_is_explained(name):
    explained = inspect.getdoc(PUBLIC[name])
    assert [one for one in inspect.signature(PUBLIC[name]).parameters if one not in explained] == IMPLIED.get(name, [])
