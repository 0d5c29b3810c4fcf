// One attempt, from the step's start to its result.
#pragma once

#include "attempt_files.h"
#include "specification.h"

/// Runs the step to its end, and until nothing is left below this process, and writes its result into the record.
void attempt_run(
    int folder, int status, int log, const struct specification *specification, struct runbook_record *record
);
