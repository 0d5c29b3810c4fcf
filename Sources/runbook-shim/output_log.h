// The attempt's log: what the step wrote, in frames.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct output_log {
    int file;
    uint64_t limit;  // bytes of output that it takes
    uint64_t output; // bytes of output in it
    uint64_t length; // bytes of it, headers included
    bool cut;        // the limit was reached: what follows is discarded
    bool lost;       // it could not be written: what follows is discarded, so that it keeps a prefix without gaps
};

/// Appends what was read from a stream. Never fails, for the step must go on: see `cut` and `lost`.
/// `count` is at most RUNBOOK_FRAME_MAXIMUM.
void output_log_append(struct output_log *log, uint8_t stream, const uint8_t *bytes, size_t count);
