// runbook-shim FOLDER <SPECIFICATION: owns one attempt of one step, so that the step does not depend on the life of the server.
// runbook-shim spare <SOCKET: waits to be told both, and ends with 0 when nobody can tell it any more.
//
// It ends with 0, also when another has taken the attempt before it (the server's fence), or, if it could not even
// claim the attempt, with the errno that says why. Everything else stands in the attempt's files.
//
// runbook-shim host FOLDER SSH …: the step itself, where that runs on another machine.
#define _GNU_SOURCE
#include "attempt_files.h"
#include "attempt_run.h"
#include "host_step.h"
#include "order.h"
#include "process_control.h"
#include "specification.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
    if (argc > 3 && strcmp(argv[1], "host") == 0) return host_step(argc, argv);
    if (argc < 2) return EINVAL;
    // A folder's path is absolute.
    if (strcmp(argv[1], RUNBOOK_SPARE) == 0) {
        if (!order_wait(STDIN_FILENO, argv[1])) return 0;
    } else if (argc != 2) {
        return EINVAL;
    }
    int folder = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0 || chdir("/") != 0) return errno;
    int error = runbook_become_subreaper();
    if (error) return error;
    struct specification specification;
    if ((error = specification_read(STDIN_FILENO, &specification))) return error;
    // The step's standard input is empty.
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0) return errno;
    int log = openat(folder, "log", O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (log < 0) return errno;

    struct runbook_record record;
    runbook_record_prepare(&record, RUNBOOK_OWNER_SHIM);
    runbook_stop_point(folder, "before-link");
    int status = runbook_record_link(folder, &record);
    if (status < 0) return errno == EEXIST ? 0 : errno;
    runbook_stop_point(folder, "after-link");

    attempt_run(folder, status, log, &specification, &record);
    return 0;
}
