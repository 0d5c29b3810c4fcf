// The step's own process.
#pragma once

#include "specification.h"

#include <stdint.h>
#include <sys/types.h>

/// What the child reports, instead of a status of its own making, when it cannot become the step's program.
struct step_failure {
    uint32_t place; // enum runbook_place
    int32_t error;
};

struct step {
    pid_t pid;
    int output;  // read ends that do not block
    int error;
    int failure; // gives a step_failure, or its end once the program runs
    int go;      // write end: the child waits for a byte before it does anything
};

/// Forks the child, which waits for `step_go`. Returns 0 or errno.
int step_fork(const struct specification *specification, struct step *step);

/// Lets the child become the program.
void step_go(struct step *step);
