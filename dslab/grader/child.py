"""The process in which an attempt runs: `python -m dslab.grader.child REPORT MODE`, the job on its standard input.

It writes the report to a file, and is killed by its parent if it does not end by itself. This guards against accidents;
it is no sandbox for hostile code.
"""

from __future__ import annotations

import builtins
import json
import os
import pickle
import signal
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from dslab.contract import NotDeterministic, PrintsWarning
from dslab.grader.exercise import Exercise, MakeItRight
from dslab.grader.judging import behaviour, examine, recorded
from dslab.grader.report import CANNOT_TELL, NOT_DETERMINISTIC, WRONG, Report
from dslab.grader.stages import Tally
from dslab.grader.watchdog import Watchdog, call, handler_frame, place, simulation_of
from dslab.reasons import Reason
from dslab.simulator.errors import ProtocolError
from dslab.values import DslabError

MEMORY = 3 * 2**30              # bytes of address space: a huge list is refused before the watchdog can notice it


@dataclass(frozen=True)
class Job:
    """The child's input; `attempt` is pickled by value, the exercise by reference."""

    exercise: Exercise
    attempt: Any
    cpu: float                  # s that it may take


class Desk:
    """The report file, which is written once."""

    def __init__(self, path: Path, exercise: str) -> None:
        self.path, self.exercise = path, exercise

    def hand_in(self, report: Report, **more: Any) -> None:
        """Write the report atomically."""
        half = self.path.with_suffix(".half")
        half.write_text(json.dumps(report.to_dict() | more), encoding="utf-8")
        os.replace(half, self.path)

    def bark(self, outcome: str, sentence: str) -> NoReturn:
        """Write a report and end the process at once."""
        self.hand_in(Report(exercise=self.exercise, outcome=outcome, sentence=sentence))
        END(0)


END = os._exit


def main() -> None:
    """Judge one attempt."""
    path, mode = Path(sys.argv[1]), sys.argv[2]
    limit_memory()
    before = fingerprint()
    job: Job = pickle.load(sys.stdin.buffer)
    warnings.simplefilter("ignore", PrintsWarning)      # what is printed stands in the report
    sys.setswitchinterval(0.001)
    desk, tally = Desk(path, job.exercise.number), Tally()
    _refuse_to_leave(desk)
    signal.signal(signal.SIGINT, _stopping(desk, tally))
    watchdog = Watchdog(desk.bark, cpu=job.cpu, far=lambda: str(tally))
    watchdog.start()
    report, steps = _judge(job, tally, mode)
    watchdog.stop()
    changed = _first_change(before, fingerprint())
    if changed:
        report = Report(exercise=job.exercise.number, outcome=WRONG, sentence=f"result not accepted: your code changed "
                        f"{changed}; verdicts come from recorded messages only.")
    desk.hand_in(report, steps=steps)
    sys.stdout.flush()
    END(0)                      # threads of the attempt must not keep the process alive


def _judge(job: Job, tally: Tally, mode: str) -> tuple[Report, list[list[int]]]:
    """The report, and the steps that are compared with those of the repeated run."""
    exercise = job.exercise
    steps: list[list[int]] = []
    try:
        if isinstance(exercise, MakeItRight):
            steps = behaviour(exercise, job.attempt)
        if mode == "repeat":
            return Report(exercise=exercise.number, outcome=CANNOT_TELL, sentence="repeated run"), steps
        return examine(exercise, job.attempt, tally), steps
    except NotDeterministic as problem:
        return Report(exercise=exercise.number, outcome=NOT_DETERMINISTIC, sentence=f"{problem}."), steps
    except (ProtocolError, DslabError) as problem:
        return Report(exercise=exercise.number, outcome=WRONG, sentence=str(problem)), steps
    except MemoryError:
        return Report(exercise=exercise.number, outcome=WRONG, sentence="your code asked for more memory than there "
                      "is.", counted=str(tally)), steps


def fingerprint() -> dict[str, Any]:
    """The values of all names in dslab, in its classes and in builtins: an attempt must not change them."""
    found = {f"builtins.{name}": value for name, value in vars(builtins).items() if name != "_"}
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] == "dslab" and isinstance(module, ModuleType):
            for key, value in list(vars(module).items()):
                found[f"{name}.{key}"] = value
                if isinstance(value, type) and value.__module__ == name:
                    found |= {f"{name}.{key}.{member}": one for member, one in vars(value).items()
                              if callable(one) and member != "__annotate_func__"}
    return found


def _first_change(before: dict[str, Any], after: dict[str, Any]) -> str:
    """The first name whose value has changed; empty if none has."""
    return min((name for name, value in before.items() if after.get(name, value) is not value), default="")


def _refuse_to_leave(desk: Desk) -> None:
    """From here on, `os._exit` writes a report that names its caller."""
    def leave(status: int = 0) -> NoReturn:
        frame = handler_frame(sys._getframe(1))
        where = f" in {call(frame)}{place(frame)}" if frame else ""
        desk.bark(WRONG, f"your code ended the process{where}, with exit code {status}. That does not count as right.")

    os._exit = leave


def _stopping(desk: Desk, tally: Tally) -> Callable[[int, Any], NoReturn]:
    """The handler of an interrupt: it reports the progress so far, with the run in progress."""
    def stop(number: int, frame: Any) -> NoReturn:
        report = Report(exercise=desk.exercise, outcome=CANNOT_TELL, counted=str(tally),
                        sentence=f"stopped by you during the {tally.stage or 'first'} stage.")
        simulation = simulation_of(frame)
        if simulation is not None:
            simulation.record.end = at = Reason("user", step=len(simulation.steps))
            simulation.record.roll_back()
            report = report.replace(sentence=f"{at}, during the {tally.stage or 'first'} stage.",
                                data=recorded(simulation.record.trace()), step=0)
        desk.hand_in(report)
        END(0)

    return stop


def limit_memory() -> None:
    """Limit the address space of this process and its children to `MEMORY`, where the system supports it."""
    try:
        import resource
    except ImportError:         # not supported here: there is the watchdog
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or hard > MEMORY:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    import_module("dslab.grader.child").main()      # under its own name: a job is of that module's class
