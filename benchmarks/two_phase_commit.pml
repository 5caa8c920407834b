/* Two-phase commit with N resource managers, the same states and steps as tests/specifications/two_phase_commit.py.
   One process takes all steps, each in a d_step, so that SPIN stores the states of the specification and no others. */

#define WORKING   0
#define PREPARED  1
#define COMMITTED 2
#define ABORTED   3
#define UNDECIDED 0

byte manager[N];
byte decision = UNDECIDED;
bool said[N];               /* has it said that it is prepared? */
bool heard[N];              /* has the transaction manager heard so? */

#define STEPS(i) \
    :: d_step { decision == UNDECIDED && said[i] -> heard[i] = true } \
    :: d_step { manager[i] == WORKING -> manager[i] = PREPARED; said[i] = true } \
    :: d_step { manager[i] == WORKING -> manager[i] = ABORTED } \
    :: d_step { decision != UNDECIDED -> manager[i] = decision }

active proctype commit() {
    do
    :: d_step { decision == UNDECIDED -> decision = ABORTED }
    :: d_step { decision == UNDECIDED && heard[0] && heard[1] && heard[2] && heard[3] && heard[4] && heard[5] && heard[6]
                -> decision = COMMITTED }
    STEPS(0)
    STEPS(1)
    STEPS(2)
    STEPS(3)
    STEPS(4)
    STEPS(5)
    STEPS(6)
    od
}
