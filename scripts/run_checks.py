"""In: the checkout. Out: ruff, import contracts, mypy and fast tests, one row each. I/O.

Every step runs even when an earlier one failed; the exit code is 1 when any failed.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from energy.base.clock import monotonic_s

ROOT = Path(__file__).resolve().parent.parent
TOOLS = Path(sys.executable).parent
STEPS: dict[str, list[str]] = {
    "ruff check": [str(TOOLS / "ruff"), "check", "--output-format", "concise", "."],
    "ruff format": [str(TOOLS / "ruff"), "format", "--check", "--output-format", "concise", "."],
    "import contracts": [str(TOOLS / "lint-imports"), "--no-logo", "--no-cache"],
    "mypy --strict": [sys.executable, "-m", "mypy"],
    "tidy": [sys.executable, "-m", "pytest", "-q", "tests/tidy", "tests/docs"],
    "fast tests": [sys.executable, "-m", "scripts.run_tests", "fast", "-q"],
}


def run_step(name: str, command: Sequence[str]) -> bool:
    """Run one step, show its output when it fails, and print its row.

    Args:
        name: What the row says.
        command: The program and its arguments.

    Returns:
        Whether the step passed.
    """
    started_s = monotonic_s()
    done = subprocess.run(
        command, cwd=ROOT, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    passed = done.returncode == 0
    if not passed:
        print(done.stdout)
    print(f"{'ok    ' if passed else 'FAILED'} {name:<18} {monotonic_s() - started_s:6.1f} s")
    sys.stdout.flush()
    return passed


def main(arguments: Sequence[str]) -> int:
    """Run the steps named, or all of them; return 0 when every one passed."""
    unknown = [word for word in arguments if word not in STEPS]
    if unknown:
        print(f"No such step: {', '.join(unknown)}. Steps: {', '.join(STEPS)}")
        return 2
    results = [run_step(name, STEPS[name]) for name in arguments or STEPS]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
