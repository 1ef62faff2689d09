"""The closing line of .ci/run: what counts as failed there."""

import importlib.util
import os
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
PASSED = '<testcase classname="a" name="ok"/>'
FAILED = '<testcase classname="a" name="no"><failure message="x"/></testcase>'
ERROR = '<testcase classname="a" name="broken"><error message="x"/></testcase>'
SKIPPED = '<testcase classname="a" name="later"><skipped message="needs a browser"/></testcase>'
UNREAD = '<testcase classname="a" name="real"><skipped message="needs ../shared/data"/></testcase>'


@pytest.fixture(scope="module")
def ci() -> ModuleType:
    specification = importlib.util.spec_from_file_location("closing", ROOT / ".ci" / "closing.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("cases", "status", "line", "code"),
    [
        ([PASSED, PASSED], 0, "2 passed, 0 failed", 0),
        ([PASSED, SKIPPED], 0, "1 passed, 0 failed", 0),
        ([PASSED, FAILED, ERROR], 1, "1 passed, 2 failed", 1),
        ([PASSED, UNREAD], 0, "1 passed, 1 failed", 1),
        ([PASSED], 1, "1 passed, 1 failed", 1),
        ([], 5, "0 passed, 1 failed", 1),
        ([], 0, "0 passed, 0 failed", 1),
    ],
    ids=[
        "all pass",
        "skipped for another reason",
        "failure and error",
        "data not read",
        "style",
        "none",
        "empty",
    ],
)
def test_closing_line(ci: ModuleType, cases: list[str], status: int, line: str, code: int) -> None:
    report = f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>"
    lines, exit_status = ci.closing(report, status)
    assert (lines[-1], exit_status) == (line, code)


def test_unread_data_is_named(ci: ModuleType) -> None:
    lines, _ = ci.closing(f"<testsuite>{PASSED}{UNREAD}</testsuite>", 0)
    assert lines[0] == "skipped, though it needs ../shared/data: a::real"


def test_reason_is_the_one_the_tests_give(ci: ModuleType) -> None:
    text = (ROOT / "tests" / "conftest.py").read_text(encoding="utf-8")
    assert f'REASON = "needs {ci.DATA}"' in text


@pytest.mark.skipif(os.name == "nt", reason="needs bash")
def test_check_calls_the_tests_and_hands_on_its_status(tmp_path: Path) -> None:
    """.ci/run in a copy where run.py is a stand-in that notes how it was called."""
    (tmp_path / ".ci").mkdir()
    for name in ("run", "closing.py"):
        (tmp_path / ".ci" / name).write_bytes((ROOT / ".ci" / name).read_bytes())
    (tmp_path / "run.py").write_text(
        "import os, sys\n"
        "print(sys.argv[1], os.environ['ORM_SIM_REQUIRE_DATA'])\n"
        f"open(sys.argv[2].split('=')[1], 'w').write('<testsuite>{PASSED}</testsuite>')\n"
        "sys.exit(int(sys.argv[3]))\n"
    )
    for status, last in ((0, "1 passed, 0 failed"), (1, "1 passed, 1 failed")):
        ended = subprocess.run(
            ["bash", tmp_path / ".ci" / "run", str(status)], capture_output=True, text=True, check=False
        )
        assert (ended.stdout.splitlines(), ended.returncode) == (["test 1", last], status)


def test_check_can_be_started() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
