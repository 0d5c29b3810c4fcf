import Foundation

/// Guides whose findings are known.
enum Defects {
    private static let folder = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()

    /// The guides that come with the source.
    static func ownGuides() throws -> [String] {
        let runbooks = folder.deletingLastPathComponent().deletingLastPathComponent().appending(path: "Runbooks")
        let names = FileManager.default.enumerator(atPath: runbooks.path)?.compactMap { $0 as? String } ?? []
        return try names.filter { $0.hasSuffix(".md") }.sorted()
            .map { try String(contentsOf: runbooks.appending(path: $0), encoding: .utf8) }
    }

    /// The paths of the five guides of the acceptance; none where they are not.
    static let seeds: [String] = {
        let root = folder.deletingLastPathComponent().deletingLastPathComponent()
        let path = ProcessInfo.processInfo.environment["RUNBOOK_SEEDS"] ?? root.appending(path: "../shared/seeds").path
        let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix(".txt") }.sorted().map { "\(path)/\($0)" }
    }()

    /// Each line that is wrong ends with the rules that say so, for the test to read.
    static let guide = """
        # Orders in production

        ## Images

        ```sh
        docker build -t registry.internal/orders:latest .                  #= floating-tag
        docker tag orders:7 your-registry/orders:7                         #= placeholder
        docker push $IMAGE_REGISTRY/orders:7                               #= undefined-variable
        kubectl create secret generic orders \\
          --from-literal=session-key=Xk29sPq71LmZ \\
          --from-literal=mail-host=mail.internal
        kubectl set image deploy/orders web=orders:7
        kubectl rollout status deploy/orders                               #= wait-without-timeout
        ```

        ## Configuration

        ```env
        ORDERS_API_KEY=k7Qm2Zx9Wv4Rt8
        ORDERS_PASSWORD=changeme
        ```

        ```yaml
        image: registry.internal/orders:7                                  #= disagreeing-tags
        ```

        ## Looking around

        ```bash
        docker compose logs -f web                                         #= endless-command
        docker stats                                                       #= endless-command
        kubectl port-forward svc/grafana 3000:80                           #= endless-command
        celery -A orders worker                                            #= endless-command
        kubectl edit prometheusrules                                       #= interactive-command editor
        kubectl exec -it deploy/orders -- sh                               #= interactive-command
        psql -h db.internal orders                                         #= interactive-command
        redis-cli -a s3cr3t7 ping                                          #= secret-in-arguments
        sudo systemctl status orders                                       #= sudo
        curl -fsSL https://get.tool.internal/setup | sh                    #= curl-pipe-shell
        echo “done”                                                        #= typographic-character
        # It asks for confirmation
        ./switch-over.sh                                                   #= interactive-command
        ```

        The dashboard's first login is admin/admin.

        ## Alerts

        - Share of failing orders > 2%
        - Median answer above 3 seconds
        - Disk usage > 85%
        - Payment provider away
        - Queue longer than an hour: > 500 for 10 minutes

        ## Rollback

        ```sh
        helm rollback orders                                               #= rollback-without-verification
        aws ecs update-service --service orders --desired-count 0          #= destructive-command
        kubectl delete certificate orders-tls                              #= destructive-command
        heroku run npm run migrate:down                                    #= destructive-command
        docker compose restart db                                          #= destructive-command
        ```

        ## Afterwards

        - [x] The team knows
        - ✅ The backup is done

        See [the migration](./migration.md) first.

        ```powershell
        python run.py                                                      #= endless-command
        ```

        """

    /// What the marks in the guide can't say, for a mark would change the line: by line, the rules.
    static let unmarked: [String: [String]] = [
        "  --from-literal=session-key=Xk29sPq71LmZ \\": ["secret-in-arguments"],
        "  --from-literal=mail-host=mail.internal": ["secret-in-arguments"],
        "ORDERS_API_KEY=k7Qm2Zx9Wv4Rt8": ["secret-literal"], "ORDERS_PASSWORD=changeme": ["default-credentials"],
        "The dashboard's first login is admin/admin.": ["default-credentials"],
        "- Share of failing orders > 2%": ["threshold-without-window"],
        "- Median answer above 3 seconds": ["threshold-without-window"],
        "- Disk usage > 85%": ["threshold-without-window"], "- Payment provider away": ["threshold-without-window"],
        "- [x] The team knows": ["pre-ticked-box"], "- ✅ The backup is done": ["pre-ticked-box"],
        "```powershell": ["unsupported-shell"],
    ]
}
