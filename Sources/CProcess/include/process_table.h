// What the kernel knows of the processes, read from /proc.
#pragma once

#include <stdint.h>
#include <sys/types.h>

struct runbook_process {
    pid_t pid;
    pid_t parent;
    pid_t group;
    pid_t session;
    char state;     // 'Z' and 'X' have ended
    char name[16];  // of its program, may be cut
    uint64_t start; // clock ticks since boot; with the pid it names one process
};

/// Reads one. Returns 0 or errno; ENOENT or ESRCH when there is none.
int runbook_process_read(pid_t pid, struct runbook_process *process);

/// Reads all into a new array, which the caller frees. Not a snapshot: processes come and go meanwhile.
/// Returns their number, or -1 with errno.
long runbook_processes(struct runbook_process **processes);

/// Whether the environment that the process was started with holds `entry` (`NAME=value`).
/// No for what has ended, or may not be read.
int runbook_process_was_given(pid_t pid, const char *entry);
