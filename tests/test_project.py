"""The files around the code agree with each other."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text())


def test_conda_and_binder_install_what_pyproject_names():
    *conda, pip = ENVIRONMENT["dependencies"]
    assert conda == [f"python{PROJECT['requires-python']}", "pip"]
    assert pip == {"pip": ["-e .[test]"]}
    assert "test" in PROJECT["optional-dependencies"]
    assert ENVIRONMENT["name"] == PROJECT["name"]


def test_every_dependency_has_a_lower_bound():
    wanted = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"]]
    assert [entry for entry in wanted if not re.match(r"[a-z-]+>=\d", entry)] == []


def test_the_licences_named_are_there():
    for name in PROJECT["license-files"]:
        assert (ROOT / name).read_text().strip()


def test_every_command_of_the_makefile_is_introduced_at_its_top():
    makefile = (ROOT / "Makefile").read_text()
    introduced = re.findall(r"make (\w+)  ", makefile.split("\n\n")[0])
    assert sorted(introduced) == sorted(makefile.split(".PHONY: ")[1].split())
