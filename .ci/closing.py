"""The closing line of a check, 'N passed, N failed', and its exit status; standard library only."""

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

DATA = "../shared/data"


def closing(report: str, status: int) -> tuple[list[str], int]:
    """Lines to print last and the exit status, from a JUnit report and the exit status of what wrote it.

    A test skipped for want of the data counts as failed. So does one thing more when the tests passed and the
    status says that something else (style, order of imports, types) did not.
    """
    passed, failed, unread = 0, 0, []
    for case in ElementTree.fromstring(report).iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        skips = [skip.get("message") or "" for skip in case.iter("skipped")]
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif any(DATA in message for message in skips):
            failed += 1
            unread.append(f"skipped, though it needs {DATA}: {name}")
        elif not skips:
            passed += 1
    if not passed + failed:
        unread.append("no test was run")
    if status and not failed:
        failed = 1
    return [*unread, f"{passed} passed, {failed} failed"], int(bool(status or failed or not passed))


if __name__ == "__main__":
    path, exit_status = Path(sys.argv[1]), int(sys.argv[2])
    if path.is_file():
        lines, exit_status = closing(path.read_text(encoding="utf-8"), exit_status)
    else:  # the environment could not be built, or pytest could not start
        lines, exit_status = ["0 passed, 1 failed"], exit_status or 1
    print("\n".join(lines))
    sys.exit(exit_status)
