"""Two-phase commit, and what it implements [Gray and Lamport, "Consensus on transaction commit", 2006]."""

from dslab.model_checker.specification import Specification
from dslab.properties import always, sometimes


def two_phase_commit(managers: int, *, symmetric: bool = False, hasty: bool = False) -> Specification:
    """A state is (resource managers, transaction manager, whom it has heard, who has said "prepared").

    Managers are letters: working, prepared, committed, aborted; the transaction manager is undecided,
    committed or aborted, and has told all so. Heard and said are bit masks. Messages are never lost, and can
    be received again. What if a hasty transaction manager commits as soon as one is prepared?
    """
    each = [(i, 1 << i) for i in range(managers)]
    everybody = (1 << managers) - 1

    def after(state):
        managers, decision, heard, said = state
        states = []
        if decision == "u":
            states.append((managers, "a", heard, said))                                 # decide to abort
            if heard == everybody or hasty and heard:
                states.append((managers, "c", heard, said))                             # or to commit
            states += [(managers, "u", heard | bit, said) for _, bit in each if said & bit]  # hear "prepared"
        for i, bit in each:
            before, behind = managers[:i], managers[i + 1:]
            if managers[i] == "w":
                states.append((before + "p" + behind, decision, heard, said | bit))     # say "prepared"
                states.append((before + "a" + behind, decision, heard, said))           # give up
            if decision != "u":
                states.append((before + decision + behind, decision, heard, said))      # obey
        return states

    def sort(state):
        """Managers in the order of what is known of each."""
        managers, decision, heard, said = state
        known = sorted((manager, heard >> i & 1, said >> i & 1) for i, manager in enumerate(managers))
        return ("".join(manager for manager, _, _ in known), decision,
                *(sum(one[part] << i for i, one in enumerate(known)) for part in (1, 2)))

    return Specification(lambda: [("w" * managers, "u", 0, 0)], after, sort if symmetric else None, shown=shown)


def shown(state):
    """Each manager as a node."""
    words = {"w": "working", "p": "prepared", "c": "committed", "a": "aborted", "u": "undecided"}
    managers, decision, heard, said = state
    names = [chr(ord("A") + i) for i in range(len(managers))]
    heard_from = {name for i, name in enumerate(names) if heard >> i & 1}
    each = {name: {"state": words[manager], "said_prepared": bool(said >> i & 1)}
            for i, (name, manager) in enumerate(zip(names, managers, strict=True))}
    return {"TM": {"decision": words[decision], "heard": heard_from}, **each}


def transaction_commit(managers: int) -> Specification:
    """What a commit protocol must look like from outside: the resource managers' states, as letters."""
    def after(state):
        states = []
        for i, manager in enumerate(state):
            before, behind = state[:i], state[i + 1:]
            states += [before + "p" + behind] * (manager == "w")
            states += [before + "c" + behind] * (manager == "p" and set(state) <= set("pc"))
            states += [before + "a" + behind] * (manager in "wp" and "c" not in state)
        return states

    return Specification(lambda: ["w" * managers], after)


@always
def nobody_commits_what_another_aborts(state):
    return not {"c", "a"} <= set(state[0])


@sometimes
def all_commit(state):
    return set(state[0]) == {"c"}
