// What the server asks for.
#pragma once

#include "attempt_files.h"

struct specification {
    struct runbook_spec_header header;
    const char *directory;
    char **arguments;   // ends with NULL
    char **environment; // ends with NULL
};

/// Reads `spec` in the folder and removes it, for it may hold secrets. Returns 0 or errno.
int specification_take(int folder, struct specification *specification);
