// System calls that Swift cannot reach, or not safely: those that fork, and those with a variable number of arguments.
#pragma once

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/types.h>

/// Starts `shim FOLDER` with the specification as its standard input, in a session of its own, with standard output and
/// error at /dev/null, no other file, every signal at its default and blocked (the shim takes them up when it is
/// ready), and an empty environment but for `stop_at`, if it is not NULL.
/// Returns 0 and the process with an open pidfd, or errno; then no shim runs, but one may have run for an instant.
int runbook_start_shim(
    const char *shim, const char *folder, const void *specification, size_t count, const char *stop_at, pid_t *pid,
    int *pidfd
);

/// The argument of a shim that waits for its order, and the bytes of empty ones behind it.
#define RUNBOOK_SPARE "spare"
enum { RUNBOOK_SPARE_ROOM = 250 };

/// Starts a shim that does nothing until it is told what to do, so that nobody waits for its start then. It ends by itself
/// when `orders` is closed, as it is by the end of this process, or by SIGTERM.
/// Returns as `runbook_start_shim` does, and the end of a socket for `runbook_order_shim`, close-on-exec.
int runbook_start_spare_shim(const char *shim, const char *stop_at, pid_t *pid, int *pidfd, int *orders);

/// Makes a waiting shim what `runbook_start_shim` would have started; for once. Returns 0 or errno: then the shim has ended,
/// or ends when `orders` is closed, without having done anything.
int runbook_order_shim(int orders, const char *folder, const void *specification, size_t count);

/// Orphans among the descendants of this process become its children. Returns 0 or errno.
int runbook_become_subreaper(void);

/// A descriptor that names the process for as long as it is open, close-on-exec; -1 with errno.
int runbook_pidfd_open(pid_t pid);

/// Returns 0 or errno.
int runbook_pidfd_signal(int pidfd, int signal);

/// Takes the exit of a child, without waiting. Returns 0 and the wait status; ECHILD if it is no child of ours (any
/// more), EAGAIN if it still runs.
int runbook_pidfd_reap(int pidfd, int *status);

/// Debug builds only: when the environment's RUNBOOK_STOP_AT, a list with commas, names the point, makes
/// `stopped-POINT` in the folder and stops this process until somebody continues it. Else it does nothing.
void runbook_stop_point(int folder, const char *point);
