#define _GNU_SOURCE
#include "step.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

static void fail(int report, uint32_t place, int error) {
    struct step_failure failure = {.place = place, .error = error};
    ssize_t written = write(report, &failure, sizeof failure);
    (void)written; // the shim is gone, then
    _exit(127);
}

static const char *path_of(char *const environment[]) {
    for (; *environment; environment++) {
        if (strncmp(*environment, "PATH=", 5) == 0) return *environment + 5;
    }
    return "/usr/bin:/bin";
}

/// execve, again while somebody has the file open for writing, for a tenth of a second at most: a process that was being
/// forked while the server wrote the file holds it until it becomes its own program. Returns the errno.
static int replace(const char *program, char *const arguments[], char *const environment[]) {
    const struct timespec pause = {.tv_nsec = 2000000};
    for (int attempts = 50;; attempts--) {
        execve(program, arguments, environment);
        if (errno != ETXTBSY || attempts == 0) return errno;
        nanosleep(&pause, NULL);
    }
}

/// The same, with the name looked up in the step's own PATH. Returns the errno that says most.
static int become(char *const arguments[], char *const environment[]) {
    const char *name = arguments[0];
    if (strchr(name, '/')) return replace(name, arguments, environment);
    if (!*name) return ENOENT;
    int error = ENOENT;
    for (const char *path = path_of(environment);; path++) {
        size_t length = strcspn(path, ":");
        char candidate[PATH_MAX];
        int needed = snprintf(candidate, sizeof candidate, "%.*s%s%s", (int)length, path, length ? "/" : "./", name);
        if (needed > 0 && (size_t)needed < sizeof candidate) {
            int reason = replace(candidate, arguments, environment);
            // As execvp does: another directory may hold one that may be executed.
            if (reason == EACCES) error = EACCES;
            else if (reason != ENOENT && reason != ENOTDIR) return reason;
        }
        path += length;
        if (!*path) return error;
    }
}

/// Signals that this process ignores would stay ignored in the program. By the system call, for the C library leaves
/// out two that its own posix_spawn ignores.
static void restore_signals(void) {
    const char standard[64] = {0}; // the kernel's struct sigaction: SIG_DFL, no flags
    for (int signal = 1; signal <= 64; signal++) syscall(SYS_rt_sigaction, signal, standard, NULL, 8);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void child(
    const struct specification *specification, pid_t shim, int output, int error, int report, int go
) {
    // The step must not outlive the shim, who alone reads its pipes; the shim may have died before the request.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != shim) _exit(127);
    if (dup2(output, 1) < 0 || dup2(error, 2) < 0) fail(report, RUNBOOK_PLACE_SHIM, errno);
    restore_signals();
    syscall(SYS_close_range, 3, ~0u, 1u << 2 /* CLOSE_RANGE_CLOEXEC */);
    char byte;
    if (read(go, &byte, 1) != 1) _exit(127);
    // Not before the record names it: until then it is known by the shim's session.
    if (setsid() < 0) fail(report, RUNBOOK_PLACE_SHIM, errno);
    if (chdir(specification->directory) != 0) fail(report, RUNBOOK_PLACE_DIRECTORY, errno);
    fail(report, RUNBOOK_PLACE_PROGRAM, become(specification->arguments, specification->environment));
}

int step_fork(const struct specification *specification, struct step *step) {
    int output[2], error[2], report[2], go[2];
    // Only the ends that the shim reads do not block; the program's ends are as programs expect them.
    if (pipe2(output, O_CLOEXEC) != 0 || pipe2(error, O_CLOEXEC) != 0 || pipe2(report, O_CLOEXEC) != 0
        || pipe2(go, O_CLOEXEC) != 0 || fcntl(output[0], F_SETFL, O_NONBLOCK) != 0
        || fcntl(error[0], F_SETFL, O_NONBLOCK) != 0)
        return errno;
    pid_t shim = getpid();
    step->pid = fork();
    if (step->pid < 0) return errno;
    if (step->pid == 0) child(specification, shim, output[1], error[1], report[1], go[0]);
    close(output[1]);
    close(error[1]);
    close(report[1]);
    close(go[0]);
    step->output = output[0];
    step->error = error[0];
    step->failure = report[0];
    step->go = go[1];
    return 0;
}

void step_go(struct step *step) {
    ssize_t written = write(step->go, "g", 1);
    (void)written; // a child that is gone shows by its exit
    close(step->go);
    step->go = -1;
}
