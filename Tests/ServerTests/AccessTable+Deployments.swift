import Accounts
import Essentials
import HTTPTypes

extension AccessRow {
    //                                             stranger viewer operator author admin metrics
    static let deployments = [
        AccessRow(.get, "/api/v1/deployments", "401 200 200 200 200 403"),
        AccessRow(.post, "/api/v1/deployments", "401 403 201 201 201 403") { installation in
            _ = try await installation.waitingDeployment()
            return (
                "/api/v1/deployments",
                .json([
                    "runbook": "accunode.release", "version": "v3",
                    "environment": .string("other-\(installation.number())"),
                ])
            )
        },
        AccessRow(.post, "/api/v1/deployments/records", "401 403 201 201 201 403") { _ in
            (
                "/api/v1/deployments/records",
                .json(["service": "accunode", "version": "v3", "environment": "production"])
            )
        },
        AccessRow(.get, "/api/v1/deployments/figures", "401 200 200 200 200 403"),
        AccessRow(.get, "/api/v1/deployments/versions", "401 200 200 200 200 403") { _ in
            ("/api/v1/deployments/versions?service=accunode", .none)
        },
        AccessRow(.get, "/api/v1/deployments/{id}", "401 200 200 200 200 403") {
            ("/api/v1/deployments/\(try await $0.waitingDeployment())", .none)
        },
        AccessRow(.post, "/api/v1/deployments/{id}/promotion", "401 403 200 200 200 403") {
            ("/api/v1/deployments/\(try await $0.waitingDeployment())/promotion", .json(["stage": "ship"]))
        },
        AccessRow(.post, "/api/v1/deployments/{id}/cancellation", "401 403 200 200 200 403") {
            ("/api/v1/deployments/\(try await $0.waitingDeployment())/cancellation", .json(["reason": "the wrong tag"]))
        },
        AccessRow(.post, "/api/v1/deployments/{id}/rollback", "401 403 200 200 200 403") {
            ("/api/v1/deployments/\(try await $0.waitingDeployment())/rollback", .json(["reason": "errors"]))
        },
        AccessRow(.get, "/deployments", "- 200 200 200 200 403"),
        AccessRow(.post, "/deployments", "401 403 303 303 303 403") { installation in
            _ = try await installation.waitingDeployment()
            return (
                "/deployments",
                .form([
                    "runbook": "accunode.release", "version": "v3", "environment": "other-\(installation.number())",
                ])
            )
        },
        AccessRow(.get, "/deployments/new", "- 403 200 200 200 403"),
        AccessRow(.get, "/deployments/figures", "- 200 200 200 200 403"),
        AccessRow(.get, "/deployments/{id}", "- 200 200 200 200 403") {
            ("/deployments/\(try await $0.waitingDeployment())", .none)
        },
        AccessRow(.post, "/deployments/{id}/promotion", "401 403 303 303 303 403") {
            ("/deployments/\(try await $0.waitingDeployment())/promotion", .form(["stage": "ship"]))
        },
        AccessRow(.post, "/deployments/{id}/cancellation", "401 403 303 303 303 403") {
            ("/deployments/\(try await $0.waitingDeployment())/cancellation", .form([:]))
        },
        AccessRow(.post, "/deployments/{id}/rollback", "401 403 303 303 303 403") {
            ("/deployments/\(try await $0.waitingDeployment())/rollback", .form(["reason": "errors"]))
        },
    ]
}
