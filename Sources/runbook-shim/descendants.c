#define _GNU_SOURCE
#include "descendants.h"
#include "process_control.h"
#include "process_table.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

/// Whether the process took the signal. A pid may have passed to another process since it was read, so it is held
/// first, then compared.
static bool deliver(const struct runbook_process *process, int signal) {
    int held = runbook_pidfd_open(process->pid);
    if (held < 0) return true;
    struct runbook_process now;
    bool same = runbook_process_read(process->pid, &now) == 0 && now.start == process->start;
    int error = same ? runbook_pidfd_signal(held, signal) : 0;
    // One that is stopped would not take note of SIGTERM.
    if (!error && same && signal == SIGTERM) runbook_pidfd_signal(held, SIGCONT);
    close(held);
    return error == 0 || error == ESRCH;
}

struct census descendants_signal(int signal) {
    struct census census = {0};
    struct runbook_process *all;
    long count = runbook_processes(&all);
    if (count < 0) return census;
    // Moves the members to the front of the array, generation by generation: the children of [from, to) come behind
    // `to`.
    long from = 0, to = 0;
    pid_t parent = getpid();
    for (;;) {
        for (long i = to; i < count; i++) {
            if (all[i].parent != parent) continue;
            struct runbook_process member = all[i];
            all[i] = all[to];
            all[to++] = member;
        }
        if (from == to) break;
        parent = all[from++].pid;
    }
    for (long i = 0; i < to; i++) {
        if (all[i].state == 'Z' || all[i].state == 'X') continue;
        census.found++;
        if (deliver(&all[i], signal)) census.signalled++;
    }
    free(all);
    return census;
}
