"""The linters refuse what the house refuses: each rule is broken here once, in a file that is not kept."""

import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOM = "orm_sim/centre/example.py"
START = '"""What it holds."""\n\n'


def codes(text: str, name: str = ROOM) -> set[str]:
    """Rules of ruff that a text would break, were it stored under a name."""
    ended = subprocess.run(
        [
            sys.executable,
            "-m",
            "ruff",
            "check",
            "--no-cache",
            "--output-format=json",
            "--stdin-filename",
            name,
            "-",
        ],
        cwd=ROOT,
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    return {problem["code"] for problem in json.loads(ended.stdout)}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("import random\n\nDRAW = random.random()\n", "TID251"),
        ("from random import gauss\n\nDRAW = gauss(0, 1)\n", "TID251"),
        ("import numpy as np\n\nnp.random.seed(1)\n", "TID251"),
        ("from numpy.random import seed\n\nseed(1)\n", "TID251"),
        ("import numpy as np\n\nDRAW = np.random.normal()\n", "NPY002"),
        ("import yaml\n\nDATA = yaml.safe_load('a: 1')\n", "TID251"),
        ("import numba\n\nSQUARE = numba.njit(abs)\n", "TID251"),
        ("from numba import njit\n\nSQUARE = njit(abs)\n", "TID251"),
        ("from . import plan\n\nPLAN = plan\n", "TID252"),
        ("assert 1 + 1 == 2\n", "S101"),
        ("print('result')\n", "T201"),
        ("def wait():\n    return 1\n", "D103"),
        ("try:\n    X = 1\nexcept Exception:\n    X = 2\n", "BLE001"),
    ],
)
def test_rule_holds(line: str, code: str) -> None:
    assert code in codes(START + line)


def test_what_keeps_the_rules_passes() -> None:
    text = START + "import numpy as np\n\nRATES = np.zeros(3)\n"
    assert codes(text) == set()


def test_rules_hold_in_notebooks() -> None:
    cell = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": ["import random\n"],
    }
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    assert "TID251" in codes(json.dumps(notebook), "notebooks/example.ipynb")


def test_tests_assert_and_the_command_line_prints() -> None:
    assert codes('"""Tests."""\n\nassert 1 + 1 == 2\n', "tests/centre/test_example.py") == set()
    assert codes(START + "print('table')\n", "orm_sim/cli/example.py") == set()


@pytest.mark.parametrize(
    ("room", "line", "said"),
    [
        ("core", "import orm_sim.centre", "0 kept, 1 broken"),
        ("kpi", "import orm_sim.cli", "0 kept, 1 broken"),
        ("cli", "import orm_sim.core", "1 kept, 0 broken"),
        ("extra", "import orm_sim.core", "0 kept, 1 broken"),
    ],
)
def test_import_order_is_enforced(tmp_path: Path, room: str, line: str, said: str) -> None:
    """An empty house with the real contract, and one import in it; a room nobody placed is refused too."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (contract,) = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    for name in {room, *(layer.strip("()") for layer in contract["layers"])}:
        (tmp_path / "orm_sim" / name).mkdir(parents=True)
        (tmp_path / "orm_sim" / name / "__init__.py").write_text(line + "\n" if name == room else "")
    (tmp_path / "orm_sim" / "__init__.py").touch()
    ended = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert said in ended.stdout
    assert (ended.returncode == 0) == ("0 broken" in said)


def test_untyped_code_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "example.py"
    source.write_text("def wait(arrival, start):\n    return start - arrival\n")
    ended = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--cache-dir",
            tmp_path / "cache",
            "--config-file",
            "pyproject.toml",
            source,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "no-untyped-def" in ended.stdout
