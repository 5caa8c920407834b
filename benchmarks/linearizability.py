"""CPU time of `linearizable`, beside a plain search in Python and Porcupine in the same run.

Three contestants judge the same histories of a compare-and-set register, in turns:

* `linearizable`, which also finds the evidence: an order, or what fits nowhere.
* A plain search [Wing and Gong 1993, Lowe 2017], below, as one would write it in an afternoon: a linked list of calls
  and returns, a set of the configurations seen. It says yes or no. (There is no well-kept checker on PyPI.)
* Porcupine, in Go, if `go` is there; it is downloaded through Go's module proxy. It says yes or no.

The histories: fifty logs of etcd, if they are beside the project, and others that are made from a seed. Those with one
wrong answer have it in the middle.

    python benchmarks/linearizability.py        # about a minute
"""

from __future__ import annotations

import gc
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

from dslab.checkers.history import ANY, Operation, history_of
from dslab.checkers.linearizability import linearizable
from dslab.checkers.linearization_search import fits
from dslab.checkers.logs import read_jepsen
from dslab.checkers.specs import CAS_REGISTER, Spec

LOGS = Path(__file__).parent.parent.parent / "shared" / "oracles" / "linearizability" / "etcd"
ROUNDS = 5
FOREVER = 1 << 40                       # when Porcupine is told that an open operation returned

History = Sequence[Operation]
Judged = tuple[list[bool], float]       # the verdicts, and seconds of CPU time

PORCUPINE = """
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"syscall"

	"github.com/anishathalye/porcupine"
)

type input struct{ op, a, b int64 }

// A state is the value, -1 if nothing was written; an output is the value or 0 or 1, -2 if it is unknown.
var register = porcupine.Model{
	Init: func() interface{} { return int64(-1) },
	Step: func(state, in, out interface{}) (bool, interface{}) {
		value, call, told := state.(int64), in.(input), out.(int64)
		switch call.op {
		case 0:
			return told == -2 || told == value, state
		case 1:
			return true, call.a
		}
		if value == call.a {
			return told != 0, call.b
		}
		return told != 1, state
	},
}

func cpu() float64 {
	var used syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	return float64(used.Utime.Nano()+used.Stime.Nano()) / 1e9
}

func main() {
	var histories [][][7]int64
	json.NewDecoder(os.Stdin).Decode(&histories)
	verdicts, begin := []bool{}, cpu()
	for _, rows := range histories {
		history := []porcupine.Operation{}
		for _, r := range rows {
			history = append(history, porcupine.Operation{
				ClientId: int(r[0]), Input: input{r[1], r[2], r[3]}, Call: r[4], Return: r[5], Output: r[6]})
		}
		verdicts = append(verdicts, porcupine.CheckOperations(register, history))
	}
	told, _ := json.Marshal(map[string]interface{}{"seconds": cpu() - begin, "verdicts": verdicts})
	fmt.Println(string(told))
}
"""


# ---- the contestants -------------------------------------------------------------------------------------------------

class Entry:
    """A call or a return, in a list that is linked both ways."""

    def __init__(self, number: int, match: Entry | None = None) -> None:
        self.number, self.match = number, match         # match: of a call, its return
        self.before: Entry | None = None
        self.after: Entry | None = None

    def unlink(self) -> None:
        self.before.after = self.after
        if self.after:
            self.after.before = self.before

    def link(self) -> None:
        self.before.after = self
        if self.after:
            self.after.before = self


def entries(history: History) -> Entry:
    """All calls and returns in the order of time, after a head."""
    events = [(one.end, 1, number) for number, one in enumerate(history)]
    events += [(one.invoked, 0, number) for number, one in enumerate(history)]
    returns = {number: Entry(number) for number in range(len(history))}
    head = last = Entry(-1)
    for _, is_return, number in sorted(events):
        entry = returns[number] if is_return else Entry(number, returns[number])
        last.after, entry.before = entry, last
        last = entry
    return head


def plain(history: History, spec: Spec) -> bool:
    """Take the first call that fits and lift it out; where a return stands in the way, put the last one back."""
    head, state, acted, stack = entries(history), spec.init, 0, []
    seen = {(0, state)}
    entry = head.after
    while head.after and any(one.returned is not None for one in history):
        if entry is not None and entry.match:
            one = history[entry.number]
            after, result = spec.step(state, one.call)
            there = acted | 1 << entry.number, after
            if fits(one.result, result) and there not in seen:
                seen.add(there)
                stack.append((entry, state, acted))
                acted, state = there
                entry.unlink()
                entry.match.unlink()
                entry = head.after
            else:
                entry = entry.after
        elif entry is None or history[entry.number].returned is None:
            return True                                 # only operations that never returned are left
        elif not stack:
            return False
        else:
            entry, state, acted = stack.pop()
            entry.match.link()
            entry.link()
            entry = entry.after
    return True


def in_python(judge: Callable[[History], bool], histories: Sequence[History]) -> Judged:
    gc.collect()
    begin = time.process_time()
    verdicts = [judge(history) for history in histories]
    return verdicts, time.process_time() - begin


def ours(histories: Sequence[History]) -> Judged:
    return in_python(lambda history: bool(linearizable(history, CAS_REGISTER)), histories)


def by_hand(histories: Sequence[History]) -> Judged:
    return in_python(lambda history: plain(history, CAS_REGISTER), histories)


class Porcupine:
    """Porcupine, compiled; its compiler's time is not counted."""

    def __init__(self, folder: str) -> None:
        Path(folder, "main.go").write_text(PORCUPINE)
        for command in ("mod init bench", "get github.com/anishathalye/porcupine@v1.3.1", "build -o bench"):
            subprocess.run(["go", *command.split()], cwd=folder, check=True, capture_output=True)
        self.program = f"{folder}/bench"

    def __call__(self, histories: Sequence[History]) -> Judged:
        asked = json.dumps([[row(one, number) for number, one in enumerate(history)] for history in histories])
        told = subprocess.run([self.program], input=asked, check=True, capture_output=True, text=True).stdout
        return json.loads(told)["verdicts"], json.loads(told)["seconds"]


def row(one: Operation, number: int) -> list[int]:
    """An operation as Porcupine is told it."""
    name, *values = one.call
    returned = FOREVER + number if one.returned is None else one.returned
    told = -2 if one.result is ANY else -1 if one.result is None else int(one.result)
    return [number, ["read", "write", "cas"].index(name), *(*values, 0, 0)[:2], one.invoked, returned, told]


# ---- the histories ---------------------------------------------------------------------------------------------------

def made(seed: int, clients: int, count: int, *, wrong: bool = False) -> History:
    """A history of a register that works: each operation acts at a moment between its call and its return."""
    chance = Random(f"history {seed}")
    draw = lambda most: int(most * chance.random())     # noqa: E731
    state, history, waiting = None, [], {}
    for moment in range(4 * count):
        client = draw(clients)
        one, has_acted = waiting.get(client, (None, False))
        if one is None and len(history) + len(waiting) < count:
            call = (("read",), ("write", draw(5)), ("cas", draw(5), draw(5)))[draw(3)]
            waiting[client] = Operation(client, call, moment), False
        elif one is not None and not has_acted:
            state, result = CAS_REGISTER.step(state, one.call)
            waiting[client] = replace(one, result=result), True
        elif one is not None:
            history.append(replace(one, returned=moment))
            del waiting[client]
    if wrong:
        number = next(number for number in range(len(history) // 2, len(history)) if history[number].call == ("read",))
        history[number] = replace(history[number], result=9)
    return history_of(history)


def loads() -> dict[str, Sequence[History]]:
    found = {}
    if LOGS.exists():
        found["50 logs of etcd"] = [read_jepsen(log.read_text()) for log in sorted(LOGS.glob("*.log"))]
    else:
        print("the logs of etcd are not beside the project")
    for clients, count in ((5, 2000), (10, 1000)):
        found[f"{clients} clients, all right"] = [made(seed, clients, count) for seed in range(5)]
        found[f"{clients} clients, one wrong"] = [made(seed, clients, count, wrong=True) for seed in range(5)]
    return found


def main() -> None:
    contestants: dict[str, Callable[[Sequence[History]], Judged]] = {"linearizable": ours, "plain search": by_hand}
    with tempfile.TemporaryDirectory() as folder:
        if shutil.which("go"):
            contestants["Porcupine"] = Porcupine(folder)
        else:
            print("Porcupine is not compared: go is not installed (on Debian: apt install golang)")
        print(f"Python {sys.version.split()[0]}, CPU time in ms, medians of {ROUNDS} rounds\n")
        print(f"{'':24}{'operations':>12}" + "".join(f"{name:>16}" for name in contestants))
        for name, histories in loads().items():
            rounds = [[judge(histories) for judge in contestants.values()] for _ in range(ROUNDS)]
            assert all(verdicts == rounds[0][0][0] for judged in rounds for verdicts, _ in judged), "they disagree"
            times = [statistics.median(seconds for _, seconds in each) for each in zip(*rounds, strict=True)]
            print(f"{name:24}{sum(map(len, histories)):12,}" + "".join(f"{1000 * time:16,.1f}" for time in times))


if __name__ == "__main__":
    main()
