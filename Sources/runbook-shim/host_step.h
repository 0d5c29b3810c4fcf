#ifndef RUNBOOK_HOST_STEP_H
#define RUNBOOK_HOST_STEP_H

/// Carries a step's script to another machine, as the step's own process there is: through `ssh`, which it starts.
///
/// `runbook-shim host FOLDER SSH [ARGUMENT…]`: `FOLDER/driver` is what a shell there runs, `FOLDER/script` the script, and of
/// the environment what begins with `host:` is the script's. All of it goes over the standard input, so that no list of
/// processes shows a value.
///
/// Returns the script's exit status, or 255. How far it came stands in `FOLDER/host`, written before anything follows from it:
/// `connecting`, `refused SENTENCE`, `began`, `ended STATUS`; what ssh itself said in `FOLDER/ssh`, what the script handed on in
/// `FOLDER/output` and `FOLDER/environment`.
int host_step(int argc, char **argv);

#endif
