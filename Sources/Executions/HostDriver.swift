import Foundation
import RunbookFormat

/// What a shell on another machine runs to run a step there: any POSIX shell with the usual programs and `setsid`.
///
/// It reads the values and the script behind itself, says `ready`, and begins when it is told to: so that a connection that
/// breaks before has begun nothing. While the script runs, another part of it waits for the end of its input, which comes when
/// the step is stopped, the connection breaks, or whatever held it is killed: then everything that the script has started is
/// ended, by SIGTERM, after the grace by SIGKILL. In the end it hands on what the script wrote, and takes its folder away.
struct HostDriver: Sendable {
    let step: Step
    /// Between SIGTERM and SIGKILL there.
    let grace: Duration

    var text: String {
        let tenths = max(0, grace.components.seconds * 10 + grace.components.attoseconds / 100_000_000_000_000_000)
        return """
            g=\(tenths) c=\(Self.quoted(step.settings.workingDirectory ?? ""))
            set -- \(step.interpreter.map(Self.quoted).joined(separator: " "))
            \(Self.body)
            """
    }

    private static func quoted(_ text: String) -> String { "'\(text.replacing("'", with: "'\\''"))'" }

    /// `n`, `e` and `s` stand before it: what begins its own lines, and the lengths of the values and of the script.
    private static let body = #"""
        exec 4>&2 2>/dev/null
        trap '' PIPE HUP
        k=$(umask)
        umask 077
        say() { printf '\001RUNBOOK-%s:%s\n' "$n" "$1"; }
        refuse() {
            [ -z "$d" ] || rm -rf "$d"
            say "refused $1"
            exit 0
        }
        take() {
            [ "$1" -gt 0 ] || return 0
            if dd if=/dev/null of=/dev/null iflag=fullblock; then
                dd bs="$1" count=1 iflag=fullblock
            else
                dd bs=1 count="$1"
            fi
        }
        left() {
            if [ -r /proc/self/environ ]; then
                (cd /proc && grep -ls "RUNBOOK_OUTPUT=$d/output" [0-9]*/environ | sed 's,/.*,,')
            elif [ -s "$d/pid" ] && kill -0 "-$(cat "$d/pid")"; then
                echo "-$(cat "$d/pid")"
            fi
        }
        nap() {
            if sleep 0.1; then
                i=$((i + 1))
            else
                sleep 1
                i=$((i + 10))
            fi
        }
        end() {
            i=0 told=' '
            while
                q=$(left)
                [ -n "$q" ] || [ -e "$d/running" ]
            do
                if [ "$i" -lt "$g" ]; then w=TERM; else w=KILL; fi
                for p in $q; do
                    case "$w$told" in TERM*" $p "*) continue ;; esac
                    kill "-$w" "$p"
                    kill -CONT "$p"
                    told="$told$p "
                done
                [ "$i" -lt $((g + 100)) ] || return 0
                nap
            done
        }
        size() {
            if [ -f "$1" ] && [ ! -L "$1" ]; then
                z=$(($(wc -c <"$1")))
                [ "$z" -le 1048577 ] || z=1048577
                echo "$z"
            else
                echo -1
            fi
        }
        d=
        v=$(take "$e" && echo x)
        v=${v%x}
        u=$(command -v setsid) || refuse "setsid is not installed there"
        (eval "$v" && command -v "$1") >/dev/null || refuse "$1 is not installed there"
        [ -z "$c" ] || (cd "$c") || refuse "there is no folder $c"
        d=$(mktemp -d "${TMPDIR:-/tmp}/runbook.XXXXXXXXXX") || refuse "no temporary folder can be made there"
        take "$s" >"$d/script"
        [ $(($(wc -c <"$d/script"))) -eq "$s" ] || refuse "the script did not arrive, or has no room there"
        mkdir "$d/tmp"
        : >"$d/output"
        : >"$d/environment"
        say ready
        read -r x || refuse "the connection broke"
        exec 3<&0 </dev/null
        : >"$d/running"
        (
            while read -r x; do :; done <&3
            : >"$d/closed"
            end
        ) 4>&- &
        b=$!
        (
            trap - PIPE HUP
            umask "$k"
            eval "$v"
            RUNBOOK_OUTPUT=$d/output RUNBOOK_ENV=$d/environment TMPDIR=$d/tmp
            export RUNBOOK_OUTPUT RUNBOOK_ENV TMPDIR
            cd "${c:-$d/tmp}" && exec "$u" /bin/sh -c 'echo "$$" >"$0" && exec "$@"' "$d/pid" "$@" "$d/script" 2>&4 3<&- 4>&-
        )
        t=$?
        rm -f "$d/running"
        if [ -e "$d/closed" ]; then
            wait "$b"
        else
            kill "$b"
            wait "$b"
            if [ -n "$(left)" ]; then
                sleep 0.25 || sleep 1
                end
            fi
        fi
        o=$(size "$d/output") v=$(size "$d/environment")
        say "ended $t $o $v"
        [ "$o" -lt 1 ] || dd if="$d/output" bs="$o" count=1
        [ "$v" -lt 1 ] || dd if="$d/environment" bs="$v" count=1
        rm -rf "$d"
        say gone
        """#
}
