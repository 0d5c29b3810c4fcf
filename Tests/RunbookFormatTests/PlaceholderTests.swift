import Testing

@testable import RunbookFormat

@Suite struct PlaceholderTests {
    @Test(arguments: [
        ("kubectl logs <pod-name> -n prod", "<pod-name>"), ("ssh <user>@db.internal", "<user>"),
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
        ("cp <path/to/file> .", "<path/to/file>"), ("ssh <user@host>", "<user@host>"),
        ("systemctl <start|stop> nginx", "<start|stop>"),
        ("curl -fsS https://api.example.com/v1?x=1", "api.example.com"), ("ping example.org.", "example.org"),
        ("git config user.email you@example.net", "example.net"), ("curl https://$HOST.example.com", "example.com"),
        ("ls /etc/nginx/sites-enabled/example.com", "example.com"),
        ("cat <<E\nserver_name example.com.tr;\nE", "example.com.tr"),
        ("export TOKEN=...", "TOKEN=..."), ("deploy --key=… now", "--key=…"), ("export A=\"...\"", "A=\"...\""),
        ("apt-get install curl ...", "..."), ("heroku config:set URL=... --app x", "URL=..."),
        ("kubectl get pods -n [namespace]", "[namespace]"), ("ssh [user-name]@db.internal", "[user-name]"),
        ("curl https://api.internal/{id}/x", "{id}"), ("ssh {host} uptime", "{host}"),
        ("curl -fsS 'https://api.internal/v1?q={query}'", "{query}"), ("kubectl logs {pod_name} -n prod", "{pod_name}"),
        ("kubectl exec {pod} -- ls", "{pod}"),
        ("scp a deploy@b:/srv/{release}/", "{release}"),
        ("gcloud x --zone=[zone_name]", "[zone_name]"), ("curl http://[hostname]:80/", "[hostname]"),
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
        "go test ./...", "git log a...b", "echo Waiting ... && echo \"Done...\"", "cd ../...x",
        "cp example.yaml x.example.yml",
        "ls myexample.com.log", "cp .env.example .env", "cat <<E\n[Unit]\n[mysqld]\nE", "ls [a-z]* file[0-9].txt",
        "ps | grep [n]ginx", "x=${arr[index]} arr[index]=1", "echo [INFO] started", "[[ abc == [abc]* ]]",
        "jq '.items[name]' x", "docker run --label [a-z0-9]", "test [abc]", "pgrep [k]ubelet",
        "kubectl get -o jsonpath={.items[name]}", "exec {log}>file", "borg create repo::{hostname}-{now}",
        "ls | xargs -I {file} cp {file} /tmp", "sudo fd . -x cp {} {name}", "git log main@{yesterday}", "awk {print} f",
        "cp {a,b} /tmp && mv file{one,two} .", "python3 -c 'print(f\"/v1/{name}\")'", "sed 's/{version}/2/' f",
        "cat <<E\nhost {name}\nE", "f() { ls; }", "x {a}",
        "sort <in/file> out", "mail <a@b.org>", "cat <in|sort >out", "cat <in|sort>out", "x <a|b> c",
        "[info] started [main]", "├── src\n├── ...", "...", "! [rejected] main",
        "read x < file > out", "cmd <in &>out", "x <&3 >&4", "a <b|c >d",
    ])
    func `what may be shell or markup is none`(script: String) throws {
        #expect(try onlyStep("bash", script)?.placeholders.map(\.text) == [])
    }

    @Test func `a gap is filled on the lines that have it, and of what hides a value the value alone`() throws {
        let step = try #require(
            try onlyStep(
                "sh", "export TOKEN=... A='...'\ngo test ./...\ncurl https://api.example.com [region]\necho [region]"))
        #expect(step.placeholders.map(\.text) == ["TOKEN=...", "A='...'", "[region]", "api.example.com"])
        let values = ["TOKEN=...": "t1", "A='...'": "a1", "[region]": "eu", "api.example.com": "api.shop.internal"]
        #expect(
            step.filled(step.script) { values[$0] }
                == "export TOKEN=t1 A='a1'\ngo test ./...\ncurl https://api.shop.internal eu\necho [region]\n")
        #expect(step.scriptForChecking.hasPrefix("export TOKEN=xxx A='xxx'\ngo test ./...\n"))
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
