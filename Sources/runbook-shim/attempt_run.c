#define _GNU_SOURCE
#include "attempt_run.h"
#include "descendants.h"
#include "output_log.h"
#include "process_control.h"
#include "step.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const int64_t millisecond = 1000000;

/// How long the rest of a step may go on by itself when its main process has ended. A script that says `exec > >(tee
/// file)` ends before its tee has passed the last lines on.
static const int64_t linger_ns = 250 * millisecond;

/// From this distance between two attempts to kill on, those that may not be signalled are left alone.
static const int64_t give_up_ns = 100 * millisecond;

enum phase {
    RUNNING,   // until its own end, the timeout, or a request
    LINGERING, // the main process has ended, others have not
    ENDING,    // asked to end, within the grace period
    KILLING,   // killed, again and again
};

struct run {
    enum phase phase;
    struct step step;
    struct output_log log;
    int signals;
    int timer;
    int64_t grace_ns;
    int64_t kill_again_ns;
    bool main_ended, childless, gave_up, failed;
    int wait_status;
    uint32_t kind; // set by what came first: RUNBOOK_TIMED_OUT, RUNBOOK_STOPPED, or 0 for the step's own end
    struct step_failure failure;
    uint8_t buffer[RUNBOOK_FRAME_MAXIMUM];
};

// CLOCK_BOOTTIME goes on while the machine sleeps, as the operator's clock does.
static void set_timer(struct run *run, int64_t after_ns) {
    if (after_ns < 1) after_ns = 1; // zero would disarm it
    struct itimerspec setting = {
        .it_value = {.tv_sec = after_ns / 1000000000, .tv_nsec = after_ns % 1000000000},
    };
    timerfd_settime(run->timer, 0, &setting, NULL);
}

static void kill_all(struct run *run) {
    run->phase = KILLING;
    struct census census = descendants_signal(SIGKILL);
    run->gave_up = run->kill_again_ns > give_up_ns && census.found > 0 && census.signalled == 0;
    // What sleeps in the kernel dies when it wakes: ask more and more rarely.
    set_timer(run, run->kill_again_ns);
    if (run->kill_again_ns < 1000 * millisecond) run->kill_again_ns *= 2;
}

static void end_all(struct run *run) {
    if (run->grace_ns <= 0) {
        kill_all(run);
        return;
    }
    run->phase = ENDING;
    descendants_signal(SIGTERM);
    set_timer(run, run->grace_ns);
}

/// A request to end or the timeout: the first reason stays, and what has ended by itself needs none.
static void interrupt(struct run *run, uint32_t kind) {
    if (run->phase != RUNNING || run->main_ended) return;
    run->kind = kind;
    end_all(run);
}

static void reap(struct run *run) {
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid != run->step.pid) continue;
        run->main_ended = true;
        run->wait_status = status;
    }
    // Without a child there is no descendant either: orphans below a subreaper become its children.
    run->childless = pid < 0 && errno == ECHILD;
    if (run->main_ended && !run->childless && run->phase == RUNNING) {
        run->phase = LINGERING;
        set_timer(run, linger_ns);
    }
}

static void take_signals(struct run *run) {
    struct signalfd_siginfo info;
    while (read(run->signals, &info, sizeof info) == sizeof info) {
        if (info.ssi_signo == SIGTERM) interrupt(run, RUNBOOK_STOPPED);
    }
}

static void take_timer(struct run *run) {
    uint64_t times;
    if (read(run->timer, &times, sizeof times) != sizeof times) return;
    switch (run->phase) {
    case RUNNING: interrupt(run, RUNBOOK_TIMED_OUT); break;
    case LINGERING: end_all(run); break;
    case ENDING:
    case KILLING: kill_all(run); break;
    }
}

/// Passes on what one read gives. Closes the pipe at its end.
static ssize_t take_output(struct run *run, int *pipe, uint8_t stream) {
    ssize_t count = read(*pipe, run->buffer, sizeof run->buffer);
    if (count > 0) {
        output_log_append(&run->log, stream, run->buffer, (size_t)count);
    } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
        close(*pipe);
        *pipe = -1;
    }
    return count;
}

/// Takes what the pipe holds now. Not until its end: somebody outside may hold it open, and write to it for ever.
static void drain(struct run *run, int *pipe, uint8_t stream) {
    int64_t most = *pipe < 0 ? 0 : fcntl(*pipe, F_GETPIPE_SZ);
    while (*pipe >= 0 && most > 0) {
        ssize_t count = take_output(run, pipe, stream);
        if (count <= 0) break;
        most -= count;
    }
}

static void take_failure(struct run *run) {
    run->failed = read(run->step.failure, &run->failure, sizeof run->failure) == sizeof run->failure;
    close(run->step.failure);
    run->step.failure = -1;
}

static void follow(struct run *run) {
    while (!(run->main_ended && run->childless) && !run->gave_up) {
        struct pollfd files[] = {
            {.fd = run->signals, .events = POLLIN},     {.fd = run->timer, .events = POLLIN},
            {.fd = run->step.failure, .events = POLLIN}, {.fd = run->step.output, .events = POLLIN},
            {.fd = run->step.error, .events = POLLIN},
        };
        if (poll(files, sizeof files / sizeof *files, -1) < 0) continue;
        // Children before signals and timer, so that a step that has ended by itself is never called timed out or
        // stopped.
        if (files[0].revents || files[1].revents) reap(run);
        if (files[0].revents) take_signals(run);
        if (files[0].revents) reap(run);
        if (files[1].revents) take_timer(run);
        if (files[2].revents) take_failure(run);
        if (files[3].revents) take_output(run, &run->step.output, 1);
        if (files[4].revents) take_output(run, &run->step.error, 2);
    }
    if (run->step.failure >= 0 && run->main_ended) take_failure(run);
    drain(run, &run->step.output, 1);
    drain(run, &run->step.error, 2);
}

/// SIGTERM, a request to end, and SIGCHLD come through a descriptor; the rest of what a terminal or a user might send
/// does nothing. All were blocked when this process began, so that none was lost before.
static int open_signals(void) {
    const int ignored[] = {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTSTP, SIGTTIN, SIGTTOU, SIGUSR1, SIGUSR2, SIGXFSZ};
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++) signal(ignored[i], SIG_IGN);
    sigset_t taken;
    sigemptyset(&taken);
    sigaddset(&taken, SIGTERM);
    sigaddset(&taken, SIGCHLD);
    sigprocmask(SIG_SETMASK, &taken, NULL);
    return signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
}

/// Whether a request to end came before the step began.
static bool stopped_already(int signals) {
    struct signalfd_siginfo info;
    while (read(signals, &info, sizeof info) == sizeof info) {
        if (info.ssi_signo == SIGTERM) return true;
    }
    return false;
}

static void describe_failure(
    struct runbook_result *result, uint32_t place, int error, const struct specification *specification
) {
    result->kind = RUNBOOK_COULD_NOT_START;
    result->place = place;
    result->value = error;
    const char *subject = place == RUNBOOK_PLACE_DIRECTORY ? specification->directory : specification->arguments[0];
    if (place != RUNBOOK_PLACE_SHIM) strncpy(result->subject, subject, sizeof result->subject - 1);
}

static void describe_ending(
    struct runbook_result *result, const struct run *run, const struct specification *specification
) {
    if (run->failed) {
        describe_failure(result, run->failure.place, run->failure.error, specification);
    } else if (run->kind) {
        result->kind = run->kind;
    } else if (WIFSIGNALED(run->wait_status)) {
        result->kind = RUNBOOK_SIGNALLED;
        result->value = WTERMSIG(run->wait_status);
    } else {
        result->kind = RUNBOOK_EXITED;
        result->value = WEXITSTATUS(run->wait_status);
    }
    result->output_bytes = run->log.output;
    result->log_bytes = run->log.length;
    if (run->log.cut) result->flags |= RUNBOOK_OUTPUT_CUT;
    if (run->log.lost) result->flags |= RUNBOOK_OUTPUT_LOST;
    if (run->gave_up) result->flags |= RUNBOOK_PROCESSES_LEFT;
}

/// Starts the step and follows it. Returns 0, or the errno of what kept it from being forked.
static int run_step(
    struct run *run, int folder, int status, const struct specification *specification, struct runbook_record *record
) {
    run->timer = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    if (run->timer < 0) return errno;
    int error = step_fork(specification, &run->step);
    if (error) return error;
    runbook_stop_point(folder, "after-fork");
    record->beginning.step_pid = run->step.pid;
    record->beginning.wall_ns = runbook_wall_ns();
    record->beginning.boot_ns = runbook_boot_ns();
    if ((error = runbook_record_begin(status, record))) return error; // the child dies with this process
    if (specification->header.timeout_ns >= 0) set_timer(run, specification->header.timeout_ns);
    step_go(&run->step);
    runbook_stop_point(folder, "after-go");
    follow(run);
    return 0;
}

void attempt_run(
    int folder, int status, int log, const struct specification *specification, struct runbook_record *record
) {
    static struct run run;
    run.log.file = log;
    run.log.limit = specification->header.output_limit > 0 ? (uint64_t)specification->header.output_limit : 0;
    run.grace_ns = specification->header.grace_ns;
    run.kill_again_ns = 10 * millisecond;
    run.signals = open_signals();
    int error = run.signals < 0 ? errno : 0;
    if (!error && stopped_already(run.signals)) {
        record->result.kind = RUNBOOK_STOPPED;
    } else if (error || (error = run_step(&run, folder, status, specification, record))) {
        describe_failure(&record->result, RUNBOOK_PLACE_SHIM, error, specification);
    } else {
        describe_ending(&record->result, &run, specification);
    }
    record->result.wall_ns = runbook_wall_ns();
    record->result.boot_ns = runbook_boot_ns();
    runbook_stop_point(folder, "before-result");
    runbook_record_finish(status, record);
    runbook_stop_point(folder, "after-result");
}
