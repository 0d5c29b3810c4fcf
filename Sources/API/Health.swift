/// That the server is alive, what waits, and what came of the runs since it started.
package struct Health: Codable, Sendable, Equatable {
    package struct Tasks: Codable, Sendable, Equatable {
        package let completed: Int
        package let failed: Int

        package init(completed: Int, failed: Int) {
            self.completed = completed
            self.failed = failed
        }
    }

    package let status: String
    package let uptime_seconds: Double
    /// From 0 to 1; absent until a run has ended.
    package let success_rate: Double?
    package let tasks: Tasks
    /// How many runs wait, by priority; absent where the database can't be read.
    package let queues: [String: Int]?

    package init(uptime_seconds: Double, tasks: Tasks, queues: [String: Int]?) {
        status = "alive"
        self.uptime_seconds = uptime_seconds
        self.tasks = tasks
        self.queues = queues
        let ended = tasks.completed + tasks.failed
        success_rate = ended == 0 ? nil : Double(tasks.completed) / Double(ended)
    }
}
