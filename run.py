"""Builds the environment on first use, then runs the default study, the tests, or any `orm-sim` command.

Needs nothing but Python. Written so that even Python 3.6 can read it, to say there that it is too old.
"""

import contextlib
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from typing import Dict, Iterator, List, Optional, TextIO

try:
    import fcntl
except ImportError:  # Windows: nothing keeps two builds apart there
    fcntl = None  # type: ignore[assignment]

USAGE = """\
usage: python3 run.py [ARGUMENTS]

  python3 run.py                      compare the contracts of the default study
  python3 run.py --replications 50    the same, with options of `orm-sim compare`
  python3 run.py test [ARGUMENTS]     style, import order, types and tests; ARGUMENTS go to pytest
  python3 run.py COMMAND ...          any command of orm-sim, such as
                                        compare STUDY.yaml · run SCENARIO.yaml · validate FILE ...
                                        calibrate RECORDS --mapping MAPPING.yaml --out FILE.yaml · schema
  python3 run.py COMMAND --help       what a command does and its options

The first use builds the folder .venv beside this file from requirements.lock, and so does the first one after
the lock or Python has changed. Nothing is installed anywhere else.
"""

ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
LOCK = os.path.join(ROOT, "requirements.lock")
PROJECT = os.path.join(ROOT, "pyproject.toml")
BIN = os.path.join(VENV, "Scripts" if os.name == "nt" else "bin")
STAMP = os.path.join(VENV, "orm_sim.json")  # written last: what the environment was built from
UNFINISHED = os.path.join(VENV, "orm_sim.unfinished")  # written first: a build was begun and not ended
BUILD_COST = "1 GB, and a minute or two"
DISCARDED = os.path.join(ROOT, ".venv.discarded")
STUDY = os.path.join("scenarios", "studies", "which_contract.yaml")

OLDEST, NEWEST = (3, 11), (3, 14)  # the versions of Python there are wheels for
SETUP_FAILED = 3  # exit status; 1 and 2 are those of what is run


def main(arguments: List[str]) -> int:
    """What was asked for, run in the environment; returns its exit status."""
    if arguments and arguments[0] in ("-h", "--help"):
        say(USAGE.rstrip(), to=sys.stdout)
        return 0
    check_python()
    prepare()
    if arguments and arguments[0] == "test":
        return run_tests(arguments[1:])
    if arguments and (not arguments[0].startswith("-") or arguments[0] == "--version"):
        return become([program("orm-sim"), *arguments])
    os.chdir(ROOT)
    return become([program("orm-sim"), "compare", STUDY, *arguments])


# -- the environment -----------------------------------------------------------------------------------------


def check_python() -> None:
    """Stop, before anything is written, on a Python that is too old."""
    if sys.version_info[:2] >= OLDEST:
        return
    names = ["python3.%d" % minor for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
    found = [name for name in names if shutil.which(name)]
    raise stop(
        "Python 3.%d or newer is needed; this is Python %s (%s)." % (OLDEST[1], version(), sys.executable),
        "This machine has a newer one:  %s run.py" % found[0]
        if found
        else "Install a newer one and start this file with it:  %s run.py" % names[0],
    )


def check_ensurepip() -> None:
    """Stop, before anything is written, on a Python that cannot make environments."""
    if importlib.util.find_spec("ensurepip") is None:
        raise stop(
            "This Python cannot make an environment: its module ensurepip is missing.",
            "On Debian or Ubuntu:  sudo apt install python%s-venv" % version(2),
        )


def prepare() -> None:
    """Make `.venv` what the lock, this Python and pyproject.toml ask for; often it already is."""
    wanted = wanted_stamp()
    if read_stamp() == wanted:
        return
    if not stands(wanted):
        check_ensurepip()
    with alone():  # another run.py may have built it while this one waited
        if not stands(wanted):
            build_environment()
        if read_stamp() != wanted:
            install_project()
            compile_engine()
            write(STAMP, json.dumps(wanted, indent=1, sort_keys=True) + "\n")
            if os.path.exists(UNFINISHED):
                os.remove(UNFINISHED)


def stands(wanted: Dict[str, str]) -> bool:
    """Whether the packages in `.venv` are those wanted; the project itself may have to be installed anew."""
    stamp = read_stamp()
    return stamp is not None and dict(stamp, project="") == dict(wanted, project="")


def wanted_stamp() -> Dict[str, str]:
    """What decides whether an environment still serves; its place too, which its programs start with."""
    return {
        "lock": digest(LOCK),
        "project": digest(PROJECT),
        "python": "%s %s" % (sys.implementation.name, version()),
        "place": VENV,
    }


def read_stamp() -> Optional[Dict[str, str]]:
    """What the environment was built from; None when it is unfinished, or its Python is gone."""
    if not os.path.exists(program("python")):
        return None
    try:
        with open(STAMP, encoding="utf-8") as handle:
            stamp = json.load(handle)
    except (OSError, ValueError):
        return None
    return stamp if isinstance(stamp, dict) else None


def build_environment() -> None:
    """A new `.venv` with all the lock names. A build that is killed leaves a mark, and is done again."""
    remove_environment()
    say("Building .venv from requirements.lock (once: %s) ..." % BUILD_COST)
    os.makedirs(VENV)
    with open(UNFINISHED, "w", encoding="utf-8") as handle:
        handle.write("A build began here and has not ended.\n")
    base = getattr(sys, "_base_executable", None) or sys.executable
    if run([base, "-m", "venv", VENV]) != 0:
        remove_environment()
        raise stop("Python could not make an environment (its own message stands above).")
    arguments = ["install", "--require-hashes", "-r", LOCK]
    if not (install_uv() and run(uv(arguments)) == 0):
        say("uv could not do it here (its message stands above); trying pip, which takes longer ...")
        if run(pip(arguments)) != 0:
            remove_environment()
            raise stop("The packages could not be installed (see above). Is there a network?" + too_new())


def install_uv() -> bool:
    """Whether pip could put the locked uv into the environment; uv does the rest, and faster."""
    with tempfile.TemporaryDirectory() as folder:
        only_uv = os.path.join(folder, "uv.txt")
        with open(LOCK, encoding="utf-8") as handle:
            write(only_uv, locked("uv", handle.read()))
        return run(pip(["install", "--only-binary", ":all:", "--require-hashes", "-r", only_uv])) == 0


def locked(name: str, lock: str) -> str:
    """The lines of the lock about one package: its version and the digests of its files."""
    lines = lock.splitlines()
    starts = [i for i, line in enumerate(lines) if line.startswith(name + "==")]
    found = []  # type: List[str]
    for start in starts:
        found.append(lines[start])
        while found[-1].endswith("\\"):
            found.append(lines[start + len(found)])
    return "\n".join(found) + "\n"


def install_project() -> None:
    """The package itself, importable from where it lies, so that an edit needs no new installation."""
    arguments = ["install", "--no-deps", "--no-build-isolation", "--editable", ROOT]
    if not (os.path.exists(program("uv")) and run(uv(arguments)) == 0) and run(pip(arguments)) != 0:
        raise stop("The package itself could not be installed (see above).")


def compile_engine() -> None:
    """Machine code of the studies' engine, kept for later runs; where that fails, the first study compiles it itself.

    That of `orm-sim centre` waits for `orm-sim warm` or the first centre, so that the default study begins sooner.
    """
    run([program("orm-sim"), "warm", "--only", "study"])  # says what it does, and how long that takes


def remove_environment() -> None:
    """Take `.venv` away in one step, then delete it; one that run.py did not make is left alone."""
    shutil.rmtree(DISCARDED, ignore_errors=True)
    if not os.path.lexists(VENV):
        return
    ours = os.path.exists(STAMP) or os.path.exists(UNFINISHED)
    if not ours and not (os.path.isdir(VENV) and not os.listdir(VENV)):
        raise stop(
            "%s was not made by run.py, so it is not replaced." % VENV,
            "Rename or delete it, then run this again.",
        )
    os.rename(VENV, DISCARDED)
    shutil.rmtree(DISCARDED, ignore_errors=True)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """One build at a time: a second run.py waits for the first."""
    with open(os.path.join(ROOT, ".venv.lock"), "a") as handle:
        if fcntl is not None:
            fcntl.flock(handle, fcntl.LOCK_EX)  # freed by the system, also when this process is killed ...
            os.set_inheritable(handle.fileno(), True)  # ... but not before the installer it started has ended
        yield


# -- the tests -----------------------------------------------------------------------------------------------


def run_tests(arguments: List[str]) -> int:
    """Style, import order, types, tests: all of them, whichever fails; 0 when all pass."""
    os.chdir(ROOT)
    checks = {
        "style": [program("ruff"), "check", "."],
        "format": [program("ruff"), "format", "--check", "--output-format", "concise", "."],
        "import order": [program("lint-imports"), "--no-logo"],
        "types": [program("mypy")],
        "tests": tests(arguments),
    }
    failed = []
    for name, command in checks.items():
        say("-- %s: %s" % (name, " ".join([os.path.basename(command[0]), *command[1:]])), to=sys.stdout)
        if run(command) != 0:
            failed.append(name)
    if failed:
        say("run.py test: failed: " + ", ".join(failed), to=sys.stdout)
    return 1 if failed else 0


def tests(arguments: List[str]) -> List[str]:
    """The pytest command: two workers, whole files each; every notebook too, unless paths were given."""
    named = any(os.path.exists(argument.split("::")[0]) for argument in arguments)
    where = [] if named else ["tests", "orm_sim", "notebooks"]
    return [program("pytest"), "-n", "2", "--nbval-lax", "--nbval-current-env", *arguments, *where]


# -- plumbing ------------------------------------------------------------------------------------------------


def program(name: str) -> str:
    """Path of a program of the environment."""
    return os.path.join(BIN, name + (".exe" if os.name == "nt" else ""))


def pip(arguments: List[str]) -> List[str]:
    """A pip command in the environment."""
    return [program("python"), "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]


def uv(arguments: List[str]) -> List[str]:
    """A command of `uv pip` upon the environment."""
    return [program("uv"), "pip", "--quiet", *arguments, "--python", program("python")]


def run(command: List[str]) -> int:
    """Exit status of a command, 127 where there is no such program."""
    sys.stdout.flush()
    try:
        return subprocess.call(command, close_fds=False)
    except OSError as problem:
        say(str(problem))
        return 127


def become(command: List[str]) -> int:
    """Hand this process over to a command, so that signals and the exit status are the command's own."""
    sys.stdout.flush()
    if os.name != "nt":
        os.execv(command[0], command)  # noqa: S606 - a list, no shell
    return run(command)


def digest(path: str) -> str:
    """Digest of a file's bytes."""
    with open(path, "rb") as handle:
        return hashlib.sha256(handle.read()).hexdigest()


def write(path: str, text: str) -> None:
    """A file that is there whole or not at all."""
    with open(path + ".new", "w", encoding="utf-8") as handle:
        handle.write(text)
    os.replace(path + ".new", path)


def say(text: str, to: Optional[TextIO] = None) -> None:
    """A line for the reader, at once; progress and problems go to stderr, and stdout stays the result's."""
    print(text, file=to or sys.stderr, flush=True)


def stop(*lines: str) -> SystemExit:
    """Say why nothing was run; to be raised."""
    say("run.py: " + "\n    ".join(lines))
    say("Nothing was run.")
    return SystemExit(SETUP_FAILED)


def version(parts: int = 3) -> str:
    """This Python's version, such as 3.11.7."""
    return ".".join(str(number) for number in sys.version_info[:parts])


def too_new() -> str:
    """A hint where Python is newer than the wheels."""
    if sys.version_info[:2] <= NEWEST:
        return ""
    return "\n    This is Python %s; the packages are known to exist up to %d.%d." % ((version(), *NEWEST))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        say("\nStopped.")
        sys.exit(130)
    except OSError as problem:
        raise stop(str(problem)) from None
