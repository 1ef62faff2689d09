"""What all tests share: the real records, which lie beside the repository, and how examples are drawn."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A check gives the same verdict twice, on a busy machine too. `--hypothesis-profile=search` looks for new examples.
settings.register_profile("house", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=1000)
settings.load_profile("house")

SHARED_DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"
REASON = "needs ../shared/data"
REQUIRED = bool(os.environ.get("ORM_SIM_REQUIRE_DATA"))  # set where a skip would hide something


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real records; a test is skipped without it, or fails where ORM_SIM_REQUIRE_DATA is set."""
    if SHARED_DATA.is_dir():
        return SHARED_DATA
    if REQUIRED:
        pytest.fail(REASON)
    pytest.skip(REASON)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the notebooks that read the real records where there are none: a cell cannot ask for a fixture."""
    if SHARED_DATA.is_dir() or REQUIRED:
        return
    reads_data: dict[Path, bool] = {}
    for item in items:
        if item.path.suffix == ".ipynb":
            if item.path not in reads_data:
                reads_data[item.path] = "shared/data" in item.path.read_text(encoding="utf-8")
            if reads_data[item.path]:
                item.add_marker(pytest.mark.skip(reason=REASON))
