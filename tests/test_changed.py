"""`make quick` runs the tests that what was changed concerns."""

import changed
from changed import HOUSE, LONG, OF_ALL, ROOT, TESTS, concerned, numbers


def names(*changes: str) -> set[str]:
    return {test.stem for test in concerned({ROOT / change for change in changes})}


def test_a_protocol_concerns_its_own_tests_and_those_that_import_it():
    found = names("dslab/protocols/raft.py")
    assert {"test_raft", "test_raft_log", "test_linearizability"} <= found and "test_snapshot" not in found


def test_what_a_test_imports_by_way_of_another_test_file_counts():
    assert "test_raft_log" in names("tests/raft_parts.py") & names("dslab/protocols/raft_figures.py")


def test_a_golden_trace_concerns_the_tests_of_its_protocol():
    assert names("tests/golden/swim.txt") == {"test_swim"}


def test_a_long_test_runs_only_if_it_was_changed_itself():
    assert "test_exercises" not in names("dslab/grader/catalogue.py")
    assert names("tests/test_exercises.py") == {"test_exercises"}
    assert {TESTS / name for name in LONG} <= {*TESTS.iterdir()}


def test_a_module_of_the_player_concerns_the_units_the_types_and_the_words_of_its_javascript():
    found = names("dslab/player/js/history/zoom.js")
    assert found == {"test_javascript", "test_languages", "test_player"} == names("tests/js/trace.js") - {"test_trace"}


def chosen(*changes: str) -> set[str]:
    return set(changed.names({ROOT / change for change in changes}).split(" or ")) - set(OF_ALL)


def test_a_page_concerns_the_tests_that_read_it():
    assert names("CONTRIBUTING.md") == names("README.md") == {"test_contributing", "test_project"}


def test_of_the_tests_of_all_modules_those_of_the_changed_ones_run():
    assert chosen("dslab/protocols/raft.py") == {"[protocols/raft.py]", "[raft]"}
    assert chosen("dslab/player/js/dom.js", "CONTRIBUTING.md") == {"[player/js/dom.js]"}
    assert chosen("notebooks/04_broadcast.ipynb", "notebooks/no_more.ipynb") == {"[04_broadcast]"}


def test_a_main_that_is_behind_does_not_count_nor_does_the_branch_itself(tmp_path, monkeypatch):
    monkeypatch.setattr(changed, "ROOT", tmp_path)
    git = changed.git
    for name in "AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL":
        monkeypatch.setenv(f"GIT_{name}", "a stranger")
    git("init", "-q", "-b", "main")
    for number in range(3):
        git("commit", "-q", "--allow-empty", "-m", str(number))
    first, second, _ = reversed(git("rev-list", "HEAD"))
    git("update-ref", "refs/remotes/origin/main", second)
    assert changed.left_main() == second
    git("checkout", "-q", "-b", "mine")
    git("branch", "-f", "main", first)
    assert changed.left_main() == second
    git("update-ref", "-d", "refs/remotes/origin/main")
    assert changed.left_main() == first


def test_an_exercise_runs_by_its_number():
    assert numbers(ROOT / "dslab/exercises/fifo_link.py") == {"2.2"}
    assert chosen("dslab/exercises/fifo_link.py") == {"[exercises/fifo_link.py]", "[2.2"}


def test_make_quick_has_the_same_list_of_files():
    makefile = (ROOT / "Makefile").read_text()
    assert f"HOUSE = {' '.join(HOUSE)}" in makefile
    assert all((ROOT / file).exists() for file in HOUSE)
