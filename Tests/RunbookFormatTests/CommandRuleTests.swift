import RunbookFormat
import Testing

/// Rules about commands that came after those of `LintTests`.
@Suite struct CommandRuleTests {
    private func rules(_ script: String, _ attributes: String = "") throws -> [String] {
        try read("```bash \(attributes)\n\(script)\n```\n").rules()
    }

    @Test func `sudo is told once for a step, and not where it may not ask`() throws {
        #expect(try rules("sudo systemctl stop x\nsudo systemctl start x") == ["sudo"])
        #expect(try rules("doas ls\n") == ["sudo"])
        #expect(try rules("sudo -n ls") == [])
        #expect(try rules("sudo -u postgres tail -f x") == ["endless-command", "sudo"])
        #expect(try rules("sudo rm -rf x") == ["destructive-command", "sudo"])
        #expect(try rules("echo sudo") == [])
        #expect(try read("```sh\nsudo -i\n```\n").findings.map(\.severity) == [.info])
    }

    @Test(arguments: [
        "kubectl rollout status deploy/x", "kubectl -n y rollout status deploy/x",
        "kubectl wait --for=condition=Ready pod/x",
        "aws ecs wait services-stable --cluster c", "aws --region r rds wait db-instance-available", "sleep 60",
        "sleep 5m", "until curl -f x; do sleep 5; done", "while ! curl -f x\ndo\n  sleep 5\ndone",
        "while true; do curl x && break; sleep 2; done", "argocd app wait x", "for a in b; do sleep 90; done",
    ])
    func `what waits without a limit is a warning, unless something ends the step`(script: String) throws {
        #expect(try rules(script) == ["wait-without-timeout"])
        #expect(try rules(script, "{timeout=5m}") == [])
        #expect(try read("---\ntimeout: 1h\n---\n```bash\n\(script)\n```\n").rules() == [])
    }

    @Test(arguments: [
        "kubectl rollout status deploy/x --timeout=5m", "kubectl wait --for=delete pod/x --timeout 1m", "sleep 59",
        "timeout 60 aws ecs wait services-stable", "kubectl rollout status x --watch=false", "sleep 300 &",
        "for i in 1 2 3; do curl x && break; sleep 5; done", "i=0\nwhile [ $i -lt 3 ]; do sleep 1; i=$((i+1)); done",
        "while read -r line; do sleep 1; done < f", "until [ $SECONDS -gt 60 ]; do sleep 1; done", "wait", "echo wait",
    ])
    func `what ends by itself is none`(script: String) throws {
        #expect(try rules(script) == [])
    }

    @Test(arguments: [
        ("curl “http://x”", "“"), ("ls –la", "–"), ("echo ‘a’", "‘"), ("tool —force", "—"), ("git commit -m „x”", "„"),
        ("a=“b c”", "“"), ("cp a …", "…"),
    ])
    func `quotes and dashes of a word processor are a warning`(script: String, sign: String) throws {
        // An ellipsis is a gap besides.
        let findings = try read("```sh\n\(script)\n```\n").findings.filter { $0.rule != .placeholder }
        #expect(findings.map(\.rule) == [.typographicCharacter])
        #expect(findings.first?.message.hasPrefix(sign) == true)
    }

    @Test(arguments: [
        "echo \"it’s “so”\"", "printf '%s\\n' '—'", "# “quoted”", "echo done – ok", "cat <<EOF\n“x”\nEOF", "echo café",
    ])
    func `where they are only text they are none`(script: String) throws {
        #expect(try rules(script) == [])
    }

    @Test func `a backslash before a blank at the end of a line is a warning`() throws {
        let guide = try read("```sh\nls -l \\ \n  -a\n```\n")
        #expect(guide.rules() == ["backslash-space"])
        #expect(guide.findings.map(\.line) == [2])
        #expect(try rules("ls -l \\\t \n-a") == ["backslash-space"])
        #expect(try rules("ls -l \\\n-a\necho a\\ b\n# a \\ \necho 'a \\ '") == [])
        #expect(try rules("cat <<EOF\na \\ \nEOF") == [])
    }

    @Test func `output among a script's commands is a remark at its first line`() throws {
        let guide = try read("```sh\n$ ls\n\n# all of them\na  b\n$ pwd\n/home\n```\n")
        #expect(guide.rules(.info) == ["prompt-with-output"])
        #expect(guide.findings.map(\.line) == [5])
        #expect(try read("```sh\n$ ls\n$ pwd\n```\n").rules() == [])
        #expect(try read("```console\n$ ls\na  b\n```\n").rules() == [])
    }

    @Test func `a command that its comment says asks is interactive`() throws {
        let guide = try read("```sh\n# Deploys; will prompt for confirmation\n\n./ship.sh\n./other.sh\n```\n")
        #expect(guide.rules() == ["interactive-command"])
        #expect(guide.findings.map(\.line) == [4])
        #expect(try rules("# will prompt for a name\n./ship.sh --yes") == [])
        #expect(try rules("echo 'will prompt for a name'\n./ship.sh") == [])
        #expect(try rules("# shows the prompt\n./ship.sh") == [])
    }

    @Test func `each literal of a secret that is created is told at its line`() throws {
        let guide = try read(
            """
            ```sh
            kubectl create secret generic web \\
              --from-literal=host="mail.internal:587" \\
              --from-literal=key="$(openssl rand -hex 32)" \\
              --from-literal=url="redis://cache:6379"
            ```
            """)
        #expect(guide.findings.map(\.line) == [3, 4, 5])
        #expect(guide.findings.map(\.severity) == [.warning, .info, .warning])
        #expect(Set(guide.rules()) == ["secret-in-arguments"])
    }

    @Test(arguments: [
        "PASSWORD=hunter2", "export DB_PASSWORD='s3cr3t-pw'", "API_KEY=9f8e7d6c5b4a", "JWT_SECRET: 8c7f6e5d4c3b2a1f",
        "\"password\": \"hunter2\"", "aws_access_key_id = AKIAQ2W3E4R5T6Y7U8I9",
        "DATABASE_URL=postgres://app:hunter2@db/x",
        "-----BEGIN RSA PRIVATE KEY-----", "# token ghp_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8",
        "SLACK=xoxb-123456789012-kqWzPrLmTnVs",
    ])
    func `a secret that stands in a fence is a warning`(line: String) throws {
        #expect(try read("```env\n\(line)\n```\n").rules() == ["secret-literal"])
    }

    @Test(arguments: [
        "PASSWORD=", "PASSWORD=$PASSWORD", "PASSWORD=${DB_PASSWORD}", "SECRET_KEY=<strong-key>",
        "JWT_SECRET=your-secret-key",
        "API_KEY=changeme-please", "TOKEN=xxxxxxxxxxxx", "PASSWORD_FILE=/run/secrets/db", "secretName: web-tls-2024",
        "token: github-token-1", "password: \"{{ .Values.password }}\"",
        "DATABASE_URL=postgresql://user:pass@host:5432/x",
        "SECRET_KEY=********", "AWS_KEY=AKIAIOSFODNN7EXAMPLE", "MAX_TOKENS=4096000a", "password = var.db_password1",
        "PASSWORD=$(pass show db)", "private_key: /etc/ssl/key1.pem", "jwt_secret: vault:kv/web#jwt1",
    ])
    func `a gap, a reference or an example is none`(line: String) throws {
        #expect(try read("```ini\n\(line)\n```\n").rules().filter { $0 == "secret-literal" } == [])
    }

    @Test func `in a program only a text is a secret, in prose only a key of known shape`() throws {
        #expect(try read("```python\npassword = settings1\n```\n").rules() == [])
        #expect(try read("```python\npassword = \"hunter2\"\n```\n").rules() == ["secret-literal"])
        #expect(try read("The password: hunter2 is old.\n").rules() == [])
        #expect(try read("It was AKIAQ2W3E4R5T6Y7U8I9.\n").rules() == ["secret-literal"])
    }

    @Test func `a secret among arguments is not told twice`() throws {
        #expect(try rules("docker run -e POSTGRES_PASSWORD=hunter2 x:1") == ["secret-in-arguments"])
    }

    @Test func `a variable that nothing sets is a remark`() throws {
        let guide = try read("# A\n\n```sh\ndocker push $ECR_REGISTRY/x:1\ndocker pull \"${ECR_REGISTRY}/x:1\"\n```\n")
        #expect(guide.rules(.info) == ["undefined-variable"])
        #expect(guide.findings.map(\.line) == [4])
    }

    @Test(arguments: [
        "REGISTRY=x\necho $REGISTRY", "echo ${REGISTRY:-x}", "read -r REGISTRY < f\necho $REGISTRY", "echo '$REGISTRY'",
        "for REGISTRY in a b; do echo $REGISTRY; done", "echo $HOME $RUNBOOK_OUTPUT", "source env.sh\necho $REGISTRY",
        "cat <<EOF\n$REGISTRY\nEOF", "echo $registry", "echo \"REGISTRY=x\" >> f\necho $REGISTRY",
    ])
    func `one that may be set is none`(script: String) throws {
        #expect(try rules(script) == [])
    }

    @Test func `parameters, env, secrets and other fences set variables`() throws {
        let script = "```sh\necho $STAGE_NAME\n```\n"
        #expect(try read("---\nparameters: {STAGE_NAME: {type: string}}\n---\n\(script)").rules() == [])
        #expect(try read("---\nenv: {STAGE_NAME: a}\n---\n\(script)").rules() == [])
        #expect(try read("```sh {env=\"STAGE_NAME=a\"}\necho $STAGE_NAME\n```\n").rules() == [])
        #expect(try read("```env\nSTAGE_NAME=a\n```\n\n\(script)").rules() == [])
    }
}
