extension TransitionTable {
    /// The first that fits a cell is its letter; small and large ones are allowed, with what the run and the step become.
    static let legend: [(letter: String, sentence: String)] = [
        ("=", "RUN, STEP"),
        ("e", "running and ending, STEP"),
        ("c", "cancelled, STEP"),
        ("C", "cancelled, cancelled"),
        ("f", "failed, STEP"),
        ("r", "rejected, STEP"),
        ("Q", "queued, queued"),
        ("q", "queued, STEP"),
        ("S", "queued, succeeded"),
        ("F", "queued, failed"),
        ("s", "RUN, skipped"),
        ("K", "queued, skipped"),
        ("k", "running, skipped"),
        ("d", "running, succeeded"),
        ("b", "running, queued"),
        ("n", "running, rejected"),
        ("1", "The run is RUN already: there is nothing to cancel."),
        ("2", "The run is RUN: only a failed, cancelled or interrupted run can be resumed."),
        ("3", "Nobody knows how the step ended: say what happened before the run goes on."),
        ("4", "The outcome of every step is known: resume without saying one."),
        ("5", "The run is RUN: nothing of it is to come. Start a new one."),
        ("6", "one is STEP already: there is nothing to skip."),
        ("7", "one is STEP and its run is under way: skip it once the run has ended."),
        ("8", "one is STEP: wait for its end, or cancel the run and then skip it."),
        ("9", "Nobody knows how one ended: say so by resuming the run with an outcome."),
        ("a", "one is an approval, and nobody leaves one out: approve it, reject it, or cancel the run."),
        ("w", "The run is RUN: no step of it waits for a person."),
    ]

    static let all: [TransitionTable] = [
        .init(
            act: .cancel, kind: .shell,
            grid: """
                             que run wai suc fai tim can ski rej unk
                queued       c   e   C   c   f   f   c   c   r   c
                running      c   e   C   c   f   f   c   c   r   c
                waiting      c   e   C   c   f   f   c   c   r   c
                succeeded    1   1   1   1   1   1   1   1   1   1
                failed       1   1   1   1   1   1   1   1   1   1
                cancelled    =   =   =   =   =   =   =   =   =   =
                rejected     1   1   1   1   1   1   1   1   1   1
                rolled-back  1   1   1   1   1   1   1   1   1   1
                interrupted  c   e   C   c   f   f   c   c   r   c
                """),
        .init(
            act: .resume, kind: .shell,
            grid: """
                             que run wai suc fai tim can ski rej unk
                queued       2   2   2   2   2   2   2   2   2   2
                running      2   2   2   2   2   2   2   2   2   2
                waiting      2   2   2   2   2   2   2   2   2   2
                succeeded    2   2   2   2   2   2   2   2   2   2
                failed       Q   q   q   q   Q   Q   Q   q   q   3
                cancelled    Q   q   q   q   Q   Q   Q   q   q   3
                rejected     2   2   2   2   2   2   2   2   2   2
                rolled-back  2   2   2   2   2   2   2   2   2   2
                interrupted  Q   q   q   q   Q   Q   Q   q   q   3
                """),
        .init(
            act: .resumeSucceeded, kind: .shell,
            grid: """
                             que run wai suc fai tim can ski rej unk
                queued       2   2   2   2   2   2   2   2   2   2
                running      2   2   2   2   2   2   2   2   2   2
                waiting      2   2   2   2   2   2   2   2   2   2
                succeeded    2   2   2   2   2   2   2   2   2   2
                failed       4   4   4   4   4   4   4   4   4   S
                cancelled    4   4   4   4   4   4   4   4   4   S
                rejected     2   2   2   2   2   2   2   2   2   2
                rolled-back  2   2   2   2   2   2   2   2   2   2
                interrupted  4   4   4   4   4   4   4   4   4   S
                """),
        .init(
            act: .resumeFailed, kind: .shell,
            grid: """
                             que run wai suc fai tim can ski rej unk
                queued       2   2   2   2   2   2   2   2   2   2
                running      2   2   2   2   2   2   2   2   2   2
                waiting      2   2   2   2   2   2   2   2   2   2
                succeeded    2   2   2   2   2   2   2   2   2   2
                failed       4   4   4   4   4   4   4   4   4   F
                cancelled    4   4   4   4   4   4   4   4   4   F
                rejected     2   2   2   2   2   2   2   2   2   2
                rolled-back  2   2   2   2   2   2   2   2   2   2
                interrupted  4   4   4   4   4   4   4   4   4   F
                """),
        .init(
            act: .resumeRerun, kind: .shell,
            grid: """
                             que run wai suc fai tim can ski rej unk
                queued       2   2   2   2   2   2   2   2   2   2
                running      2   2   2   2   2   2   2   2   2   2
                waiting      2   2   2   2   2   2   2   2   2   2
                succeeded    2   2   2   2   2   2   2   2   2   2
                failed       Q   q   q   q   Q   Q   Q   q   q   Q
                cancelled    Q   q   q   q   Q   Q   Q   q   q   Q
                rejected     2   2   2   2   2   2   2   2   2   2
                rolled-back  2   2   2   2   2   2   2   2   2   2
                interrupted  Q   q   q   q   Q   Q   Q   q   q   Q
                """),
        .init(
            act: .resumeFrom, kind: .shell,
            grid: """
                             que run wai suc fai tim can ski rej unk
                queued       2   2   2   2   2   2   2   2   2   2
                running      2   2   2   2   2   2   2   2   2   2
                waiting      2   2   2   2   2   2   2   2   2   2
                succeeded    2   2   2   2   2   2   2   2   2   2
                failed       Q   Q   Q   Q   Q   Q   Q   Q   Q   Q
                cancelled    Q   Q   Q   Q   Q   Q   Q   Q   Q   Q
                rejected     2   2   2   2   2   2   2   2   2   2
                rolled-back  2   2   2   2   2   2   2   2   2   2
                interrupted  Q   Q   Q   Q   Q   Q   Q   Q   Q   Q
                """),
        .init(
            act: .skip, kind: .shell,
            grid: """
                             que run wai suc fai tim can ski rej unk
                queued       s   8   s   6   7   7   7   6   6   9
                running      s   8   s   6   7   7   7   6   6   9
                waiting      s   8   k   6   7   7   7   6   6   9
                succeeded    5   5   5   5   5   5   5   5   5   5
                failed       s   8   s   6   K   K   K   6   6   9
                cancelled    s   8   s   6   K   K   K   6   6   9
                rejected     5   5   5   5   5   5   5   5   5   5
                rolled-back  5   5   5   5   5   5   5   5   5   5
                interrupted  s   8   s   6   s   s   s   6   6   9
                """),
        .init(
            act: .skip, kind: .wait,
            grid: """
                             que run wai suc fai tim can ski rej unk
                queued       s   8   s   6   7   7   7   6   6   9
                running      s   8   s   6   7   7   7   6   6   9
                waiting      s   8   k   6   7   7   7   6   6   9
                succeeded    5   5   5   5   5   5   5   5   5   5
                failed       s   8   s   6   K   K   K   6   6   9
                cancelled    s   8   s   6   K   K   K   6   6   9
                rejected     5   5   5   5   5   5   5   5   5   5
                rolled-back  5   5   5   5   5   5   5   5   5   5
                interrupted  s   8   s   6   s   s   s   6   6   9
                """),
        .init(
            act: .skip, kind: .approval,
            grid: """
                             que run wai suc fai tim can ski rej unk
                queued       a   a   a   a   a   a   a   -   a   a
                running      a   a   a   a   a   a   a   -   a   a
                waiting      a   a   a   a   a   a   a   -   a   a
                succeeded    a   a   a   a   a   a   a   -   a   a
                failed       a   a   a   a   a   a   a   -   a   a
                cancelled    a   a   a   a   a   a   a   -   a   a
                rejected     a   a   a   a   a   a   a   -   a   a
                rolled-back  a   a   a   a   a   a   a   -   a   a
                interrupted  a   a   a   a   a   a   a   -   a   a
                """),
        .init(
            act: .approve, kind: .approval,
            grid: """
                             que run wai suc fai tim can ski rej unk
                queued       w   w   w   w   w   w   w   -   w   w
                running      w   w   d   w   w   w   w   -   w   w
                waiting      w   w   d   w   w   w   w   -   w   w
                succeeded    w   w   w   w   w   w   w   -   w   w
                failed       w   w   w   w   w   w   w   -   w   w
                cancelled    w   w   w   w   w   w   w   -   w   w
                rejected     w   w   w   w   w   w   w   -   w   w
                rolled-back  w   w   w   w   w   w   w   -   w   w
                interrupted  w   w   w   w   w   w   w   -   w   w
                """),
        .init(
            act: .reject, kind: .approval,
            grid: """
                             que run wai suc fai tim can ski rej unk
                queued       w   w   w   w   w   w   w   -   w   w
                running      w   w   n   w   w   w   w   -   w   w
                waiting      w   w   n   w   w   w   w   -   w   w
                succeeded    w   w   w   w   w   w   w   -   w   w
                failed       w   w   w   w   w   w   w   -   w   w
                cancelled    w   w   w   w   w   w   w   -   w   w
                rejected     w   w   w   w   w   w   w   -   w   w
                rolled-back  w   w   w   w   w   w   w   -   w   w
                interrupted  w   w   w   w   w   w   w   -   w   w
                """),
        .init(
            act: .confirm, kind: .manual,
            grid: """
                             que run wai suc fai tim can ski rej unk
                queued       w   w   w   w   w   w   w   w   w   w
                running      w   w   d   w   w   w   w   w   w   w
                waiting      w   w   d   w   w   w   w   w   w   w
                succeeded    w   w   w   w   w   w   w   w   w   w
                failed       w   w   w   w   w   w   w   w   w   w
                cancelled    w   w   w   w   w   w   w   w   w   w
                rejected     w   w   w   w   w   w   w   w   w   w
                rolled-back  w   w   w   w   w   w   w   w   w   w
                interrupted  w   w   w   w   w   w   w   w   w   w
                """),
        .init(
            act: .confirm, kind: .confirmation,
            grid: """
                             que run wai suc fai tim can ski rej unk
                queued       w   w   w   w   w   w   w   w   w   w
                running      w   w   b   w   w   w   w   w   w   w
                waiting      w   w   b   w   w   w   w   w   w   w
                succeeded    w   w   w   w   w   w   w   w   w   w
                failed       w   w   w   w   w   w   w   w   w   w
                cancelled    w   w   w   w   w   w   w   w   w   w
                rejected     w   w   w   w   w   w   w   w   w   w
                rolled-back  w   w   w   w   w   w   w   w   w   w
                interrupted  w   w   w   w   w   w   w   w   w   w
                """),
        .init(
            act: .confirm, kind: .wait,
            grid: """
                             que run wai suc fai tim can ski rej unk
                queued       w   w   w   w   w   w   w   w   w   w
                running      w   w   d   w   w   w   w   w   w   w
                waiting      w   w   d   w   w   w   w   w   w   w
                succeeded    w   w   w   w   w   w   w   w   w   w
                failed       w   w   w   w   w   w   w   w   w   w
                cancelled    w   w   w   w   w   w   w   w   w   w
                rejected     w   w   w   w   w   w   w   w   w   w
                rolled-back  w   w   w   w   w   w   w   w   w   w
                interrupted  w   w   w   w   w   w   w   w   w   w
                """),
    ]
}
