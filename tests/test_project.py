"""The files around the code agree with each other."""

import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest
import yaml
from sentences import refuse

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text())

# Below simulate and judge; the model checker and the search for faults are not counted.
ENGINE = ("values text names appearance node contract sites network topology verbs script run run_json arguments "
          "reasons properties logical_time trace trace_json describe")
SIZES = {
    "`raft.py` has": ["dslab/protocols/raft.py"],
    "the engine": [*(f"dslab/{name}.py" for name in ENGINE.split()), "dslab/mistakes/*.py",
                   "dslab/simulator/*.py"],
    "the player's JavaScript": ["dslab/player/js/**/*.js"],
}


def test_conda_and_binder_install_what_pyproject_names():
    *conda, pip = ENVIRONMENT["dependencies"]
    assert conda == [f"python{PROJECT['requires-python']}", "pip"]
    assert pip == {"pip": ["-e .[test]"]}
    assert "test" in EXTRAS
    assert ENVIRONMENT["name"] == PROJECT["name"]


def test_every_dependency_has_a_lower_bound():
    wanted = [*PROJECT["dependencies"], *chain.from_iterable(EXTRAS.values())]
    refuse(f"pyproject.toml: {entry!r} needs the oldest version that was tried, such as tqdm>=4.67" for entry in wanted
           if not re.match(r"[a-z-]+>=\d|dslab\[[a-z,]+\]$", entry))


def test_the_extra_all_has_all_that_learners_and_teachers_use_and_test_has_it_too():
    assert EXTRAS["all"] == ["dslab[lab,services,grading]"] and "dslab[all]" in EXTRAS["test"]
    assert set(EXTRAS) == {"lab", "services", "grading", "all", "test"}


def test_the_licences_named_are_there():
    for name in PROJECT["license-files"]:
        assert (ROOT / name).read_text().strip()


def test_every_command_of_the_makefile_is_introduced_at_its_top():
    makefile = (ROOT / "Makefile").read_text()
    introduced = re.findall(r"make (\w+)  ", makefile.split("\n\n")[0])
    there = makefile.split(".PHONY: ")[1].split()
    refuse(f"Makefile: make {name} is not introduced at the top" for name in there if name not in introduced)
    refuse(f"Makefile: make {name} is introduced at the top, and .PHONY has none" for name in introduced
           if name not in there)


@pytest.mark.parametrize("part", SIZES)
def test_nothing_is_longer_than_the_readme_promises(part):
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    promised = int(re.search(rf"{part} at most ([\d,]+)", readme)[1].replace(",", ""))
    files = [file for pattern in SIZES[part] for file in ROOT.glob(pattern)]
    assert len(files) >= len(SIZES[part]), "a file of SIZES has another name now"
    found = sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files)
    refuse([f"README promises that {part} at most {promised:,} lines, now {found:,}: delete some, or say so there"]
           if found > promised else [])


def test_the_readme_s_picture_is_there_and_small():
    picture = re.search(r"!\[.+\]\((.+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))[1]
    assert 0 < (ROOT / picture).stat().st_size <= 200_000
