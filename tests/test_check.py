"""`check` never raises, never hangs, never harms: what a learner's code can do, and what the learner is told.

The rows are those that a grader of strangers' code has to survive. Each attempt runs in a process of its own, as it
does in a notebook.
"""

import json
import os
import re
import subprocess
from collections import UserDict
from types import SimpleNamespace

import cloudpickle
import pytest
from processes import marked

from dslab import Node, message
from dslab.exercises import lamport_clock
from dslab.exercises.lamport_clock import Clock, Reference, SameStamp
from dslab.grader.check import NotRight, check
from dslab.grader.child import Job
from dslab.grader.watchdog import place
from dslab.progress_file import recall

LAMPORT, = (exercise for exercise in lamport_clock.EXERCISES if exercise.number == "4.1")


@pytest.fixture(autouse=True)
def progress(tmp_path, monkeypatch):
    monkeypatch.setenv("DSLAB_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.delenv("DSLAB_GRADING", raising=False)


def told(attempt, outcome: str) -> str:
    report = check(LAMPORT, attempt)
    assert report.outcome == outcome, report
    return str(report)


# ---- the six outcomes ----

def test_what_is_right_is_right():
    report = check(LAMPORT, Reference)
    assert report and report.outcome == "right" and "random schedules" in report.counted


@pytest.mark.parametrize("attempt", [None, ..., Clock])
def test_what_is_empty_is_not_attempted(attempt):
    assert told(attempt, "not attempted")


def test_a_mistake_comes_with_its_rule_and_a_smallest_run_that_plays():
    report = check(LAMPORT, SameStamp)
    assert report.outcome == "wrong" and not report
    assert "the receive" in report.sentence and "has the same timestamp as the send" in report.sentence
    assert report.rule.startswith("IR2")
    assert len(report.trace) == 2 and report.trace.steps[report.step].kind == "receive"
    assert report.code.startswith("simulate(Run(SameStamp")
    assert report.play().payload["focus"] == report.step


def test_an_exercise_comes_first():
    assert "write check(exercise, your_attempt)" in str(check(Reference, LAMPORT))


class NotMine(Node):
    pass


@pytest.mark.parametrize(("attempt", "words"), [
    (NotMine, "NotMine does not extend Clock: write class NotMine(Clock)"),
    (42, "expected your class, such as check(exercise, MyClock), not 42"),
])
def test_an_attempt_is_a_class_of_the_right_kind(attempt, words):
    assert words in told(attempt, "wrong")


# ---- what does not come to an end ----

class Loop(Reference):
    def receiving(self, stamp):
        while True:
            pass


class LoopThatCatchesAll(Reference):
    def receiving(self, stamp):
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass


@pytest.mark.parametrize("attempt", [Loop, LoopThatCatchesAll])
def test_a_handler_that_does_not_return(attempt):
    assert ("on_stamped of B did not return within 2 s (step 2, Stamped from A). A handler must return; use a timer to"
            " wait.") in told(attempt, "wrong")


class Proxy(UserDict):
    """What `f_locals` is since Python 3.13: a mapping whose keys are a list."""

    def keys(self):
        return list(self.data)


def test_where_a_handler_stands_is_told_on_any_python():
    told = {"src": "A", "msg": Chatter()}
    for mapping in (dict, Proxy):
        assert place(SimpleNamespace(f_locals=mapping(told), f_back=None)) == " (Chatter from A)"
        assert place(SimpleNamespace(f_locals=mapping(), f_back=None)) == ""


class OneLongCall(Reference):
    def receiving(self, stamp):
        return sum(range(10**13))


def test_a_call_into_c_that_does_not_return():
    assert "did not come back in time (in on_stamped)" in told(OneLongCall, "wrong")


class Slow(Reference):
    def receiving(self, stamp):
        sum(range(3_000_000))
        return super().receiving(stamp)


def test_what_is_right_but_too_slow():
    report = check(LAMPORT, Slow, seconds=1.0)
    assert report.outcome == "too slow"
    assert report.sentence.startswith("correct so far") and "over 1 s of computing" in report.sentence
    assert "% of it in on_stamped" in report.sentence


@message
class Chatter:
    pass


class PingPong(Reference):
    def tick(self):
        self.send(self.peers[0], Chatter())
        return super().tick()

    def on_chatter(self, src, msg):
        self.send(src, Chatter())
        self.set_timer("chatter", 0)

    def on_chatter_timer(self):
        self.set_timer("chatter", 0)


def test_endless_events_at_one_moment():
    assert "10,000 events at time" in told(PingPong, "wrong")


class Storm(PingPong):
    def on_chatter(self, src, msg):
        for _ in range(50):
            self.broadcast(Chatter())


def test_a_message_storm():
    assert re.search("messages in flight, .* of type Chatter", told(Storm, "wrong"))


# ---- what ends the process, or asks for too much ----

class Exit(Reference):
    def receiving(self, stamp):
        raise SystemExit(0)


class HardExit(Reference):
    def receiving(self, stamp):
        os._exit(0)


class Deep(Reference):
    def receiving(self, stamp):
        return self.receiving(stamp)


class Segfault(Reference):
    def receiving(self, stamp):
        import ctypes
        return ctypes.string_at(0)


class Failing(Reference):
    def receiving(self, stamp):
        return {}["term"]


@pytest.mark.parametrize(("attempt", "words"), [
    (Exit, "SystemExit: 0. In Exit.receiving, line"),
    (HardExit, "your code ended the process in on_stamped of B (step 2, Stamped from A), with exit code 0"),
    (Deep, "RecursionError"),
    (Segfault, "your code ended the process by signal 11"),
    (Failing, "KeyError: 'term'. In Failing.receiving, line"),
])
def test_code_that_ends_the_process_or_fails(attempt, words):
    assert words in told(attempt, "wrong")


class Hoarder(Reference):
    def init(self):
        super().init()
        self.seen = []

    def receiving(self, stamp):
        while True:
            self.seen += [stamp] * 1000


class OneHugeList(Reference):
    def receiving(self, stamp):
        return len([0] * 10**10)


def test_too_much_memory():
    assert re.search("B.seen has .* over 512 MB", told(Hoarder, "wrong"))
    assert "MemoryError" in told(OneHugeList, "wrong")


class Printer(Reference):
    def receiving(self, stamp):
        while True:
            print("\x1b[31mhello" * 100)


def test_endless_output_is_cut():
    report = check(LAMPORT, Printer)
    assert "did not return" in report.sentence and "(output cut after 1 MB)" in report.printed
    assert len(report.printed) < 600 and "\x1b" not in report.printed


class Parent(Reference):
    def receiving(self, stamp):
        if stamp == 1:
            subprocess.Popen(["sleep", "600"], start_new_session=True)
        return super().receiving(stamp)


def test_no_process_is_left_behind():
    check(LAMPORT, Parent)
    assert marked() == []


# ---- what is not the attempt's to decide ----

class Guesses(Reference):
    def receiving(self, stamp):
        import random
        self.time = max(self.time, stamp) + random.randint(1, 9)
        return self.time


class InOrderOfASet(Reference):
    def receiving(self, stamp):
        names = {"x", "y", "z", "u", "v", "w"}
        self.note(" ".join(names))
        return super().receiving(stamp)


@pytest.mark.parametrize(("attempt", "words"), [
    (Guesses, "draws by itself; use self.draw(...)"),
    (InOrderOfASet, "iterates a set; use sorted(...)"),
])
def test_chance_of_its_own_is_found_and_the_line_named(attempt, words):
    sentence = told(attempt, "not deterministic")
    assert "same seed, different behaviour at step" in sentence and words in sentence


class Patches(Reference):
    def receiving(self, stamp):
        import dslab.grader.stages
        dslab.grader.stages.first_failure = lambda *args: None
        return 1


def test_a_patched_judge_judges_nothing():
    words = "your code changed dslab.grader.stages.first_failure; verdicts come from recorded messages only"
    assert words in told(Patches, "wrong")


COUNTED = """
import sys
from dslab.grader import child

calls, taken, ended = [], child.fingerprint, child.END
child.fingerprint = lambda: calls.append(1) or taken()
child.END = lambda code: print(len(calls), flush=True) or ended(code)
child.main()
"""


@pytest.mark.parametrize("attempt", [Reference, SameStamp])
def test_all_names_are_looked_at_once_before_and_once_after_a_check(attempt, tmp_path):
    """There are thousands of them: once for each would be most of what a check costs."""
    job = cloudpickle.dumps(Job(LAMPORT, attempt, 20.0))
    counted = subprocess.run([os.sys.executable, "-c", COUNTED, str(tmp_path / "report.json"), "judge"], input=job,
                             capture_output=True)
    assert (counted.stdout, counted.stderr) == (b"2\n", b"")


class OnlyForABC(Reference):
    def receiving(self, stamp):
        return super().receiving(stamp) if self.id in "ABC" and "X" not in self.peers else 1


def test_what_is_written_for_some_names_only():
    sentence = told(OnlyForABC, "wrong")
    assert "with nodes called Q, X, B" in sentence and "it passed with A, B, C" in sentence


class Growing(Reference):
    def init(self):
        super().init()
        self.log = []

    def on_again_timer(self):
        self.log.append(len(self.log))
        self.set_timer("again", 10)

    def tick(self):
        self.set_timer("again", 10)
        return super().tick()


def test_a_state_that_never_repeats():
    sentence = told(Growing, "cannot tell")
    assert re.search(r"states never repeat because of .*[ABC]\.\w+ \(from 0 to \d+\)", sentence)
    assert "the search cannot finish" in sentence


class Misspelt(Reference):
    receiving = Clock.receiving

    def recieving(self, stamp):
        return 1


class Waits(Reference):
    async def receiving(self, stamp):
        return 1


class WrongArguments(Reference):
    def receiving(self):
        return 1


def test_methods_that_cannot_be_called():
    assert "receiving is still empty. Did you mean 'recieving'?" in told(Misspelt, "not attempted")
    assert "Waits.receiving waits (async or yield)" in told(Waits, "wrong")
    assert "WrongArguments.receiving(self) cannot be called: expected receiving(self, stamp)" in told(
        WrongArguments, "wrong")


# ---- an interrupt, grading, and what is remembered ----

def test_an_interrupt_says_how_far_it_came(tmp_path):
    script = tmp_path / "interrupted.py"
    script.write_text("""if True:
        import glob, os, signal, threading, time
        from dslab.exercises.lamport_clock import EXERCISES, Reference
        from dslab.grader.check import check

        class Slow(Reference):
            def receiving(self, stamp):
                os.makedirs(f"BEGUN-{os.getpid()}", exist_ok=True)
                for _ in range(20):             # a quarter of a second: the whole check would take many minutes
                    sum(range(500_000))
                return super().receiving(stamp)

        def interrupt():
            while len(glob.glob("BEGUN-*")) < 2:       # the judging process and the repeated one
                time.sleep(0.1)
            os.kill(os.getpid(), signal.SIGINT)

        signal.signal(signal.SIGINT, signal.default_int_handler)        # a job in the background ignores it
        threading.Thread(target=interrupt, daemon=True).start()
        print(check(EXERCISES[0], Slow, seconds=600))
    """.replace("BEGUN", str(tmp_path / "begun")))
    ended = subprocess.run([os.sys.executable, str(script)], capture_output=True, text=True)
    assert re.search("cannot tell: stopped by you .*during the .* stage", ended.stdout), ended.stderr
    assert marked() == []


def test_in_grading_mode_what_is_not_right_fails(monkeypatch):
    monkeypatch.setenv("DSLAB_GRADING", "1")
    assert check(LAMPORT, Reference)
    with pytest.raises(NotRight, match="has the same timestamp as the send"):
        check(LAMPORT, SameStamp)
    with pytest.raises(NotRight, match="not attempted"):
        check(LAMPORT, Clock)


def test_progress_is_remembered_and_survives_a_broken_write(tmp_path):
    file = tmp_path / "progress.json"
    check(LAMPORT, SameStamp)
    check(LAMPORT, Reference)
    check(LAMPORT, Clock)
    entry = recall()["4.1"]
    assert (entry["outcome"], entry["right"], entry["tries"]) == ("not attempted", True, 2)
    file.write_text(json.dumps(recall())[:20])                      # a power cut while it was written
    assert recall()["4.1"]["tries"] == 2
    check(LAMPORT, Reference)
    assert recall()["4.1"]["right"] is True
    file.write_text("[]")
    check(LAMPORT, Reference)
    assert "4.1" in recall()


def test_two_checks_at_once_do_not_disturb_each_other(tmp_path):
    script = "from dslab.exercises.lamport_clock import *\nfrom dslab.grader.check import check\n" \
             "print(check(EXERCISES[0], {}))"
    first, second = (subprocess.Popen([os.sys.executable, "-c", script.format(name)], stdout=subprocess.PIPE, text=True)
                     for name in ("Reference", "SameStamp"))
    assert "right" in first.communicate()[0] and "same timestamp" in second.communicate()[0]
