"""Where this checkout's programs are, and the side-by-side benchmark that they are measured with."""
import os
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parent
ROOT = BENCHMARKS.parents[1]
BELAY = str(ROOT / ".build/release/belay")
ENGINE = str(BENCHMARKS / ".build/release/Engine")

HOW_TO_BUILD = f"""\
  swift build -c release --package-path {ROOT} --product belay
  swift build -c release --package-path {BENCHMARKS} --product Engine
For this machine's processor alone, with the programs to be given as --belay and --engine:
  swift build -c release -Xcc -march=native --package-path {ROOT} --product belay \\
    --scratch-path {ROOT}/.build-native
  swift build -c release -Xcc -march=native --package-path {BENCHMARKS} --product Engine \\
    --scratch-path {BENCHMARKS}/.build-native"""


def add_bench_to_path():
    """Makes the modules of the side-by-side benchmark known; gives its folder."""
    folder = Path(os.environ.get("BELAY_BENCH", BENCHMARKS.parents[2] / "shared/bench")).resolve()
    if not (folder / "run.py").exists():
        sys.exit(f"no side-by-side benchmark in {folder}; BELAY_BENCH says where it is")
    sys.path.insert(0, str(folder))
    return folder


def is_built(program):
    """Whether a program is there; says how to build it if not."""
    if os.access(program, os.X_OK):
        return True
    print(f"{program} is missing. To build it:\n{HOW_TO_BUILD}", file=sys.stderr)
    return False


def assess(belay, data, policy, result, *options):
    """The command that assesses all periods of a CSV file into another."""
    return [belay, "assess", str(data), "--policy", str(policy), "--all-periods",
            "--format", "csv", "--output", str(result), *options]
