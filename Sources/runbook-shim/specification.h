// What the server asks for.
#pragma once

#include "attempt_files.h"

struct specification {
    struct runbook_spec_header header;
    const char *directory;
    char **arguments;   // ends with NULL
    char **environment; // ends with NULL
};

/// Reads it from the beginning of the file. Returns 0 or errno.
int specification_read(int file, struct specification *specification);
