import Testing

@testable import RunbookFormat

@Suite struct PlaceholderTests {
    @Test(arguments: [
        ("kubectl logs <pod-name> -n prod", "<pod-name>"), ("ssh <user>@example.org", "<user>"),
        ("curl https://<host>/x", "<host>"),
        ("curl http://<host>:80/", "<host>"), ("docker push YOUR_REGISTRY/app", "YOUR_REGISTRY"),
        ("x --domain=YOUR_DOMAIN", "YOUR_DOMAIN"),
        ("docker login your-registry.com", "your-registry.com"), ("a b@yourdomain.com", "yourdomain.com"),
        ("curl http://your-server-ip:80", "your-server-ip"),
        ("export A=<your token>", "<your token>"), ("aws --arn <target-group-arn>", "<target-group-arn>"),
        ("curl /v1/{ACCOUNT_ID}/x", "{ACCOUNT_ID}"),
        ("curl /v1/{user-id}", "{user-id}"), ("export TOKEN=CHANGE_ME", "CHANGE_ME"),
        ("SECRET_KEY=<güçlü-secret>", "<güçlü-secret>"),
        ("echo \"<name>\"", "<name>"), ("x <VERSION>", "<VERSION>"), ("docker push your-registry/app", "your-registry"),
        ("v<major-version>", "<major-version>"),
        ("cp x <dir>/file", "<dir>"), ("cat > f <<EOF\nhost: <db-host>\nEOF", "<db-host>"), ("ssh admin@<IP>", "<IP>"),
    ])
    func `a gap is found`(script: String, text: String) throws {
        #expect(try onlyStep("sh", script)?.placeholders.map(\.text) == [text])
    }

    @Test(arguments: [
        "sort <file >other", "sort <in.txt>out.txt", "sort <in>out", "cat <<EOF\nx\nEOF", "cat <<EOF >x\ny\nEOF",
        "cat <<'EOF' > x\nEOF", "diff <(a) <(b)",
        "echo ${VAR} $YOUR_VAR ${YOUR_VAR}", "[ -f x ] && y", "a 2>&1 </dev/null", "awk '$1<b && $2>c { print }' f",
        "awk '{ if (a<b) c>d }'", "grep x <<< y",
        "git commit --author=\"A B <a@b.org>\"", "# kubectl logs <pod-name>", "x # <pod-name>", "YOUR_VAR=1 x",
        "echo '<html><body>x</body></html>'",
        "cat > p.xml <<EOF\n<settings><name>x</name></settings>\nEOF", "echo {a,b} {1..3} {x}",
        "docker ps --format '{{.ID}}'", "find . -exec ls {} +",
        "git show @{upstream} HEAD@{1}", "curl -w '%{http_code}' x", "perl -ne 'print while <STDIN>'",
        "#include <stdio.h>", "echo 'List<String> x'",
        "python3 - <<EOF\nif a<b and c>d: pass\nEOF", "jq '{name: .x}'", "echo your turn, yourself",
        "read x < file > out", "cmd <in &>out", "x <&3 >&4", "a <b|c >d",
    ])
    func `what may be shell or markup is none`(script: String) throws {
        #expect(try onlyStep("bash", script)?.placeholders.map(\.text) == [])
    }

    @Test func `each has its line, and a finding there`() throws {
        let guide = try read("# A\n\n```console\n$ a <x-y>\nout <not-this>\n$ b <x-y> <z-w>\n```\n")
        #expect(
            guide.steps.first?.placeholders == [
                .init(text: "<x-y>", line: 4), .init(text: "<x-y>", line: 6), .init(text: "<z-w>", line: 6),
            ])
        #expect(guide.findings.map(\.line) == [4, 6, 6])
        #expect(guide.rules() == ["placeholder", "placeholder", "placeholder"])
    }
}
