import RunbookFormat
import Testing

@Suite struct LintTests {
    private func rules(_ script: String) throws -> [String] { try read("```bash\n\(script)\n```\n").rules() }

    @Test(arguments: [
        "tail -f /var/log/x", "tail -fn 100 x", "kubectl logs -f deployment/x", "docker-compose -f a.yml logs -f web",
        "docker compose logs --follow",
        "journalctl -fu nginx", "docker stats", "kubectl port-forward svc/x 3000:3000 -n y",
        "heroku logs --tail --app x", "npm start", "npm run dev",
        "celery -A app worker -l info", "celery -A app.celery_app flower", "redis-server", "python run.py",
        "python -m http.server", "flask run", "ping x",
        "kubectl get pods -w", "watch ls", "top", "docker compose up", "docker-compose -f x.yml up --build",
        "while true; do x; done", "sudo -n tail -f x",
        "sleep infinity", "uvicorn app:app", "redis-cli monitor", "sh -c 'tail -f x'", "ssh host 'tail -f x'",
    ])
    func `a command that does not end is a warning`(script: String) throws {
        #expect(try rules(script) == ["endless-command"])
    }

    @Test(arguments: [
        "tail -n 5 x", "timeout 30 tail -f x", "tail -f x | head -1", "kubectl logs --tail=50 x",
        "docker logs --tail 100 x", "docker-compose -f a.yml logs web",
        "docker stats --no-stream", "kubectl port-forward svc/x 3000 &", "ping -c 3 x", "docker compose up -d",
        "npm install", "celery -A app inspect active",
        "kubectl get pods", "redis-server --daemonize yes", "while true; do x && break; done", "sleep 5", "top -b -n 1",
        "timeout -k 5 30s kubectl logs -f x",
        "docker-compose -f x.yml up -d --scale a=2", "echo tail -f x", "# tail -f x", "npm test",
        "cat <<EOF\ntail -f x\nEOF", "kubectl rollout status x --timeout=5m",
    ])
    func `one that ends is none`(script: String) throws {
        #expect(try rules(script) == [])
    }

    @Test(arguments: [
        "kubectl exec -it x -- sh", "docker run -ti x", "psql -h x -U y -d z",
        "heroku login", "docker login x.org",
        "ssh host", "aws configure", "gcloud auth login", "git commit", "git add -p",
        "apt-get install nginx", "read answer", "npm init",
        "terraform apply", "mysql -u x", "less x", "passwd bob", "su - bob", "python3", "ssh-keygen",
    ])
    func `a command that waits for somebody is a warning`(script: String) throws {
        #expect(try rules(script) == ["interactive-command"])
    }

    @Test(arguments: [
        "vim x", "nano /etc/hosts", "kubectl edit deployment x", "oc edit dc x", "crontab -e", "visudo",
        "git rebase -i main", "systemctl edit nginx", "sudoedit x", "$EDITOR x",
    ])
    func `an editor is told too, for what is typed there is on no record`(script: String) throws {
        #expect(try rules(script) == ["interactive-command", "editor"])
        #expect(try read("```bash\n\(script)\n```\n").rules(.info) == ["editor"])
    }

    @Test(arguments: [
        "kubectl exec x -- ls", "docker exec -i x ls", "psql -c 'select 1'", "psql < dump.sql", "cat x | psql",
        "psql --command='select 1'",
        "echo $P | docker login -u x --password-stdin", "ssh host uptime", "git commit -m x",
        "apt-get install -y nginx", "while read -r l; do x; done < f",
        "terraform apply plan.out", "crontab -l", "redis-cli -h x ping", "ssh-keygen -N '' -f x", "python3 x.py",
        "echo y | read z", "sh script.sh",
    ])
    func `one that needs nobody is none`(script: String) throws {
        #expect(try rules(script) == [])
    }

    @Test(arguments: [
        "rm -rf /srv/x", "rm -r x", "kubectl delete pod x", "kubectl -n y delete pod x", "psql -c 'DROP TABLE users'",
        "psql <<EOF\ndrop database x;\nEOF",
        "psql -c 'delete from users'", "terraform destroy -auto-approve", "docker system prune -f",
        "docker compose down -v", "git push --force", "git reset --hard",
        "aws s3 rm --recursive s3://x", "aws ecs update-service --service x --desired-count 0",
        "kubectl scale deploy x --replicas=0", "helm uninstall x",
        "dropdb x", "redis-cli FLUSHALL", "dd if=x of=/dev/sda", "heroku run npm run migrate:down",
        "alembic downgrade -1", "docker-compose restart db",
        "sudo -n rm -rf x", "find . -name x -delete", "aws ec2 terminate-instances --instance-ids i",
        "mkfs.ext4 /dev/x",
        "bash -c 'rm -rf x'", "kill -9 12", "kubectl drain n",
    ])
    func `a command that destroys is a warning, unless the step asks first`(script: String) throws {
        #expect(try rules(script) == ["destructive-command"])
        #expect(try read("```bash {confirm}\n\(script)\n```\n").rules() == [])
    }

    @Test(arguments: [
        "rm x", "kubectl get x", "psql -c 'delete from users where id = 1'", "docker rm x", "git push",
        "aws s3 cp x s3://y", "kubectl scale deploy x --replicas=3",
        "echo drop the table", "docker compose down", "git reset HEAD~1", "docker-compose restart web", "# rm -rf x",
        "terraform plan -destroy", "kill 12",
    ])
    func `one that does not is none`(script: String) throws {
        #expect(try rules(script) == [])
    }

    @Test(arguments: [
        "redis-cli -a hunter2 ping", "mysql -phunter2 -e 'x'", "curl -u bob:hunter2 https://x.org",
        "curl -H 'Authorization: Bearer abcdefghij' x",
        "heroku config:set DATABASE_URL=postgres://x", "kubectl create secret generic x --from-literal=jwt-secret=abc",
        "docker run -e API_KEY=abc x",
        "tool --password=abc", "tool --token abc", "pg_dump postgres://u:p@h/d", "sshpass -p abc ssh host ls",
    ])
    func `a secret among arguments is a warning`(script: String) throws {
        #expect(try read("```bash\n\(script)\n```\n").findings.map(\.severity) == [.warning])
        #expect(try rules(script) == ["secret-in-arguments"])
    }

    @Test func `a secret that is a variable is a remark`() throws {
        #expect(try read("```sh\ntool --password=\"$P\"\n```\n").rules(.info) == ["secret-in-arguments"])
    }

    @Test(arguments: [
        "curl -fsSL https://x.org/i.sh | sh", "wget -qO- x | sudo bash", "bash <(curl -s x)", "curl x | python3 -",
    ])
    func `running what was downloaded unseen is a warning`(script: String) throws {
        #expect(try rules(script).contains("curl-pipe-shell"))
    }

    @Test(arguments: ["curl x | jq .", "curl -o f x", "cat x | sh -s"])
    func `reading it is none`(script: String) throws {
        #expect(try !rules(script).contains("curl-pipe-shell"))
    }

    @Test(arguments: [
        "Sign in (admin/admin).", "admin / admin", "user `admin:admin`", "DB_PASSWORD=changeme", "password: admin",
        "http://root:root@x", "\"password\": \"123456\"",
    ])
    func `credentials that everybody tries are a warning, in prose too`(text: String) throws {
        #expect(try read(text + "\n").rules() == ["default-credentials"])
    }

    @Test(arguments: [
        "/opt/admin/admin.py", "chown root:root x", "password: see the vault", "PASSWORD=${PASSWORD}", "admin/users",
        "12:30", "a/admin/b", "password: password-policy",
    ])
    func `other words are none`(text: String) throws {
        #expect(try read(text + "\n").rules() == [])
    }

    @Test(arguments: ["docker build -t x/y:latest .", "docker push $R/x:latest"])
    func `a tag that moves is a warning`(script: String) throws {
        #expect(try rules(script) == ["floating-tag"])
        #expect(try read("```yaml\nimage: nginx:latest\n```\n").rules() == ["floating-tag"])
        #expect(
            try read("```yaml\nimage: nginx:latest-alpine\ntime:latest_x\n```\nThe tag :latest moves.\n").rules() == [])
    }

    @Test func `a finding's line is the command's own, behind prompts and in lists too`() throws {
        let guide = try read("# A\n\n1. x\n\n   ```console\n   $ ls\n   out\n   $ tail -f x\n   ```\n")
        #expect(guide.findings.map(\.line) == [8])
    }

    @Test func `of one rule two hundred findings are told, and the number of the rest`() throws {
        let guide = try read(String(repeating: "- [x] a\n", count: 1000))
        #expect(guide.findings.count == 201)
        #expect(guide.findings.last?.message.contains("800 more") == true)
    }

    @Test func `findings come in the order of the source`() throws {
        let guide = try read("---\nfoo: 1\n---\n- [x] a\n\n```sh {bar}\ntail -f x\n```\n\n```sh\nx\n")
        #expect(guide.findings.map(\.line) == guide.findings.map(\.line).sorted())
        #expect(
            guide.rules() == [
                "unknown-front-matter", "pre-ticked-box", "unknown-attribute", "endless-command", "unclosed-fence",
            ])
    }

    @Test func `a failure that is to be rolled back by nothing, or by a section that is not there, is an error`() throws
    {
        let step = "```sh {name=a on-failure=rollback}\ntrue\n```\n"
        func finding(_ head: String) throws -> String? {
            try read("\(head)# A\n\n\(step)\n## Undo it\n").findings.first {
                $0.rule == .missingRollback || $0.rule == .unknownRollback
            }.map { "\($0.severity) \($0.rule.rawValue) \($0.line)" }
        }
        #expect(try finding("") == "error missing-rollback 3")
        #expect(try finding("---\nrollback: \"\"\n---\n") == "error missing-rollback 6")
        #expect(try finding("---\nrollback: other\n---\n") == nil, "which the text can't know")
        #expect(try finding("---\nrollback: \"#undo-it\"\n---\n") == nil)
        #expect(try finding("---\ntitle: A\nrollback: \"#undo\"\n---\n") == "error unknown-rollback 3")
        #expect(try read("<!-- runbook: allow missing-rollback -->\n\n# A\n\n\(step)").rules() == [])
    }
}
